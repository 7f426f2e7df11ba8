"""Providers in this process, before the stand-ins for AWS and Snowflake."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.plan.engine import Engine
from pipeline.sandbox import bootstrap, environments, parts, ports, snowflake_account
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.providers.aws.package import package as aws
from pipeline.sandbox.providers.serving import serve
from pipeline.sandbox.providers.snowflake.package import package as snowflake
from pipeline.settings import Environment
from tests.conformance.providers.engine import Client
from tests.conftest import running

with warnings.catch_warnings():  # the SDK warns of its own old names when it is loaded
    warnings.simplefilter("ignore", DeprecationWarning)
    import stacks.components.platform  # noqa: F401

SERVICES = ("s3", "iam", "sts", "secretsmanager", "cloudwatchlogs")


@pytest.fixture(scope="session")
def aws_port():
    """The provider `aws`, served."""
    server, port = serve(aws())
    yield port
    server.stop(0).wait(5)


@pytest.fixture
def credentials(ministack, tmp_path) -> Path:
    """A credentials file with the account's owner."""
    path = tmp_path / "credentials"
    path.write_text(f"[owner]\naws_access_key_id = {ministack.place.account}\naws_secret_access_key = x\n")
    return path


@pytest.fixture
def config(ministack, credentials) -> dict[str, str]:
    """What an engine hands over: everything that is no text as JSON."""
    return {
        "region": ministack.place.region,
        "profile": "owner",
        "sharedCredentialsFiles": json.dumps([str(credentials)]),
        "s3UsePathStyle": "true",
        "endpoints": json.dumps([dict.fromkeys(SERVICES, ministack.endpoint)]),
    }


@pytest.fixture
def engine(aws_port, config):
    """A configured engine's connection."""
    client = Client(aws_port, config)
    yield client
    client.channel.close()


@pytest.fixture(scope="session")
def staging(toolset, tmp_path_factory):
    """The folder of a sandbox in which staging's accounts and the providers run; the accounts are prepared by their owners."""
    folder, place = Folder(tmp_path_factory.mktemp("staging")), parts.PLACES["staging"]
    with running(folder, toolset, "aws", "snowflake_staging", "providers") as known:
        keys = bootstrap.prepare(bootstrap.Account(place, f"http://127.0.0.1:{known['aws']}"), {})
        bootstrap.write_credentials(folder, keys)
        account = parts.account_name(place.environment)
        snowflake_account.prepare(folder, place, account, "127.0.0.1", known["snowflake_staging"])
        yield folder


@pytest.fixture(scope="session")
def snowflake_port():
    """The provider `snowflake`, served."""
    server, port = serve(snowflake())
    yield port
    server.stop(0).wait(5)


@pytest.fixture
def account(staging, snowflake_port, monkeypatch):
    """A connection of an engine whose provider is Snowflake as staging's deployer."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(staging.credentials))
    user = parts.PLACES["staging"].snowflake_identity("deployer")
    organization, _, name = parts.account_name("staging").partition("-")
    client = Client(
        snowflake_port,
        {
            "organizationName": organization,
            "accountName": name,
            "user": user,
            "role": user,
            "authenticator": "WORKLOAD_IDENTITY",
            "workloadIdentityProvider": "AWS",
            "host": "127.0.0.1",
            "port": str(ports.kept(staging)["snowflake_staging"]),
            "protocol": "http",
        },
    )
    yield client
    client.channel.close()


@pytest.fixture(scope="session")
def environment(staging) -> Environment:
    """Staging as the engine is told of it."""
    return settings.read(environments.describe(staging, "staging", ports.kept(staging)))


@pytest.fixture(scope="session")
def pulumi_engine(toolset, environment, tmp_path_factory) -> Engine:
    """The real engine; its state lies in staging's bucket."""
    return Engine(toolset.pulumi_root, tmp_path_factory.mktemp("engine"), environment)


@pytest.fixture(scope="session")
def owner(environment) -> bootstrap.Account:
    """Staging's AWS as its owner sees it: who works past the engine."""
    return bootstrap.Account(environment.place, environment.aws_endpoint or "")
