"""A real staging, for what no stand-in proves. Asked for by name: `ACME_LIVE=<folder of its staging.toml> ./acme test -m live`.

The process must be, or have profiles for, the deployer and the orchestrator of that environment. Whatever a test makes bears
`acme-live` and a random number, and goes with the test; nothing that stands is changed. `ACME_LIVE_TENANT` names a tenant that
is deployed there (default globex), `ACME_LIVE_CELL` its cell (default eu1).
"""

from __future__ import annotations

import os
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline import cloud, settings, warehouse
from pipeline.settings import Environment

FOLDER = "ACME_LIVE"
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Live:
    """The environment, and who asks."""

    environment: Environment
    tenant: str
    cell: str

    def aws(self, service: str, identity: str = "deployer") -> Any:
        return cloud.client(self.environment, cloud.session(self.environment, identity), service)

    def as_tenant(self, service: str) -> Any:
        """A client as the tenant's role, with all that it may do."""
        place = self.environment.place
        given = self.aws("sts", "orchestrator").assume_role(
            RoleArn=place.role_arn(self.tenant),
            RoleSessionName="acme-live",
            ExternalId=place.external_id(self.tenant),
            DurationSeconds=900,
        )["Credentials"]
        keys = cloud.Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return cloud.client(self.environment, keys, service)

    def snowflake(self, user: str = "") -> warehouse.Session:
        """A session of the deployer, or of somebody that it is not."""
        place = self.environment.place
        found = cloud.session(self.environment, "deployer").get_credentials().get_frozen_credentials()
        named = user or place.snowflake_identity("deployer")
        run_on = place.warehouse(self.cell, priority=False)
        return warehouse.connect(
            self.environment, found, user=named, role=named, warehouse=run_on, query_tag="acme-live"
        )

    @contextmanager
    def table(self, columns: str) -> Iterator[str]:
        """A table in a schema of the test's own."""
        schema = f"{self.environment.place.database}.ACME_LIVE_{uuid.uuid4().hex.upper()}"
        with self.snowflake() as session:
            session.execute(f"CREATE TRANSIENT SCHEMA {schema}")
            try:
                session.execute(f"CREATE TABLE {schema}.T ({columns})")
                yield f"{schema}.T"
            finally:
                session.execute(f"DROP SCHEMA {schema}")


@pytest.fixture(scope="session")
def live() -> Live:
    folder = os.environ.get(FOLDER)
    if not folder:
        pytest.skip(f"${FOLDER} names no folder with a real staging.toml")
    document = tomllib.loads((Path(folder) / "staging.toml").read_text(encoding="utf-8"))
    tenant, cell = os.environ.get("ACME_LIVE_TENANT", "globex"), os.environ.get("ACME_LIVE_CELL", "eu1")
    return Live(settings.read(document), tenant, cell)


@pytest.fixture
def name() -> str:
    """A name that nobody had."""
    return f"acme-live-{uuid.uuid4().hex}"
