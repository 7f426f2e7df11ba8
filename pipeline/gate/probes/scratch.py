"""A schema for one probe's run on sampled rows: made and removed by the deployer, and holding temporary tables alone.

So nothing of a customer outlives the probe's session. What a killed probe leaves is an empty schema, which the next one removes:
every schema of this tenant's that is older than a probe can last.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from pipeline import naming
from pipeline.gate.probes.subject import Subject
from pipeline.warehouse import Session

LASTS = timedelta(minutes=2)  # a probe is given up long before


@contextmanager
def scratch(subject: Subject) -> Iterator[str]:
    """The schema's name, inside the environment's database. The tenant's role may use it, and nothing more."""
    now = datetime.now(UTC)
    name = naming.probe_schema(subject.name, now, secrets.token_hex(4))
    full = f"{subject.place.database}.{name}"
    with subject.hands.warehouse() as owner:
        sweep(owner, subject, now)
        owner.execute(f"CREATE TRANSIENT SCHEMA {full} DATA_RETENTION_TIME_IN_DAYS = 0")
        try:
            owner.execute(f"GRANT USAGE ON SCHEMA {full} TO ROLE {subject.place.snowflake_user(subject.name)}")
            yield name
        finally:
            owner.execute(f"DROP SCHEMA IF EXISTS {full}")


def sweep(owner: Session, subject: Subject, now: datetime) -> list[str]:
    """Removes what killed probes of this tenant left; the names."""
    pattern = naming.probe_schemas(subject.name).replace("_", "\\\\_")
    rows = owner.records(f"SHOW SCHEMAS LIKE '{pattern}%' IN DATABASE {subject.place.database}")
    left = [name for row in rows if _is_left(name := str(row["name"]), subject.name, now)]
    for name in left:
        owner.execute(f"DROP SCHEMA IF EXISTS {subject.place.database}.{name}")
    return left


def _is_left(name: str, tenant: str, now: datetime) -> bool:
    parts = naming.read_probe_schema(name)
    return parts is not None and parts[0] == tenant and now - parts[1] > LASTS
