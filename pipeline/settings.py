"""Where an environment stands in the world: region, accounts, endpoints, address book.

Reads one file per environment, `<environment>.toml`, from the folder that `$ACME_ENVIRONMENTS` names; without it, from the
sandbox's folder (`$ACME_SANDBOX`, else `.sandbox`), else from `stacks/environments/`. It holds no secret: identities are
profiles of AWS's own credentials file, Snowflake is entered by workload identity. Fails with `Missing` and `Usage`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Missing, Usage
from pipeline.naming import ENVIRONMENTS, Place

FOLDER_VARIABLE = "ACME_ENVIRONMENTS"
SANDBOX_VARIABLE = "ACME_SANDBOX"
SANDBOX_FOLDER = Path(".sandbox")
CLOUD_FOLDER = Path("stacks/environments")


@dataclass(frozen=True)
class Snowflake:
    """How to reach the account: in the cloud by its name alone. `iam_arn` is the AWS principal by which it reads from S3."""

    account: str
    iam_arn: str = ""
    host: str = ""
    port: int = 443
    protocol: str = "https"


@dataclass(frozen=True)
class Address:
    """Where the sandbox really answers for a host of a tenant's settings. `host_key` is an OpenSSH SHA256 fingerprint."""

    to: str
    host_key: str = ""


@dataclass(frozen=True)
class Environment:
    """One environment in one region.

    `profiles` maps an identity of the platform (`deployer`, `orchestrator`, `support`, `collector`) to a profile of the AWS
    credentials file `credentials`; an identity without one is what the process already is (a task role, OIDC).
    `addresses` maps `host:port` and URL prefixes of tenants' settings to where the sandbox answers; outside the sandbox it
    is empty and hosts are reached as they are. `providers` is the value of PULUMI_DEBUG_PROVIDERS where the sandbox's providers
    serve the engine; empty in the cloud, where the engine starts the real ones. `airflow` is the sandbox's runner (host:port).
    """

    name: str
    region: str
    account: str
    snowflake: Snowflake
    sandbox: bool = False
    aws_endpoint: str | None = None
    credentials: str | None = None
    profiles: Mapping[str, str] = field(default_factory=dict)
    records: str = ""
    opa: str = ""
    airflow: str = ""
    providers: str = ""
    addresses: Mapping[str, Address] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.name, self.region, self.account)


def folder(repository: Path) -> Path:
    """Where the environments' files stand for this checkout."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named)
    sandbox = sandbox_folder(repository) / "environments"
    return sandbox if sandbox.is_dir() else repository / CLOUD_FOLDER


def sandbox_folder(repository: Path) -> Path:
    """The sandbox's folder of this checkout, or the one that `$ACME_SANDBOX` names."""
    return Path(os.environ.get(SANDBOX_VARIABLE) or repository / SANDBOX_FOLDER).resolve()


def load(name: str, repository: Path) -> Environment:
    """The environment of this name. `Usage` where there is no such name, `Missing` where its file is not there."""
    if name not in ENVIRONMENTS:
        raise Usage(f"there is no environment `{name}`.", fix=f"use one of {', '.join(ENVIRONMENTS)}")
    path = folder(repository) / f"{name}.toml"
    if not path.is_file():
        raise Missing(
            f"{path} does not exist.", fix="run `./acme sandbox up`, or write the file (docs/reference/environments.md)"
        )
    return read(tomllib.loads(path.read_text(encoding="utf-8")))


def read(document: Mapping[str, Any]) -> Environment:
    """An environment out of the TOML document of its file. Unknown keys are refused."""
    rest = dict(document)
    snowflake = Snowflake(**rest.pop("snowflake"))
    addresses = {where: Address(**address) for where, address in rest.pop("addresses", {}).items()}
    return Environment(snowflake=snowflake, addresses=addresses, **rest)
