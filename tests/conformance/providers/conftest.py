"""Providers in this process, before a real AWS stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.sandbox.providers.aws.package import package as aws
from pipeline.sandbox.providers.serving import serve
from tests.conformance.providers.engine import Client

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
