"""What apply knows of itself, in PostgreSQL: who holds a tenant's lease, and every deployment that was tried.

The tables stand in the schema `control` of the records' database. Fails with `Busy` where somebody alive holds the lease,
and with SQLAlchemy's `OperationalError` where the server does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

metadata = MetaData(schema="control")

leases = Table(
    "leases",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("environment", Text, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("holder", JSONB),
    Column("heartbeat", DateTime(timezone=True), nullable=False),
)

deployments = Table(
    "deployments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("release", "settings", "runtime", "program")),
    *(Column(name, Text, nullable=False) for name in ("commit", "author", "cause", "state")),
    Column("bindings", JSONB, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("live_at", DateTime(timezone=True)),
    Column("error", Text),
    Index("deployments_epoch", "tenant", "environment", "epoch", unique=True),
)


@dataclass(frozen=True)
class Record:
    """One deployment: one attempt to make (release, settings, runtime, program) live.

    The four are digests. `bindings` maps each pipeline to the digest of what its runs are bound to: a pipeline's epoch
    rises only when that changes. `state`: started | live | failed. `cause`: what asked for it (commit, pin, retry, …).
    """

    id: str
    tenant: str
    environment: str
    epoch: int
    release: str
    settings: str
    runtime: str
    program: str
    commit: str
    author: str
    cause: str
    state: str
    bindings: Mapping[str, str]
    error: str | None = None
    live_at: datetime | None = None

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return (self.release, self.settings, self.runtime, self.program)


FIELDS = tuple(Record.__dataclass_fields__)


def last_live(engine: Engine, tenant: str, environment: str) -> Record | None:
    """The deployment that is live now: the newest that got there."""
    return newest(engine, tenant, environment, deployments.c.state == "live")


def unfinished(engine: Engine, tenant: str, environment: str) -> Record | None:
    """The newest deployment, if it neither became live nor was given up: its apply was killed, and is finished first."""
    last = newest(engine, tenant, environment)
    return last if last and last.state == "started" else None


def was_live(engine: Engine, tenant: str, environment: str, **digests: str) -> bool:
    """Whether any deployment with these digests (`release`, `settings`, …) was ever live here."""
    conditions = (deployments.c[name] == digest for name, digest in digests.items())
    return newest(engine, tenant, environment, deployments.c.state == "live", *conditions) is not None


def newest(engine: Engine, tenant: str, environment: str, *conditions: Any) -> Record | None:
    """The deployment that was begun last, however it went."""
    with engine.connect() as connection:
        row = connection.execute(_of(tenant, environment, *conditions).limit(1)).first()
    return Record(**row._mapping) if row else None


def standing(engine: Engine, tenant: str, environment: str) -> list[Record]:
    """The live deployment and all that were tried after it, newest first: any of them may have left its mark."""
    live = last_live(engine, tenant, environment)
    since = deployments.c.epoch >= (live.epoch if live else 0)
    with engine.connect() as connection:
        return [Record(**row._mapping) for row in connection.execute(_of(tenant, environment, since))]


def _of(tenant: str, environment: str, *conditions: Any) -> Select[Any]:
    columns = [deployments.c[name] for name in FIELDS]
    mine = (deployments.c.tenant == tenant, deployments.c.environment == environment)
    return select(*columns).where(*mine, *conditions).order_by(deployments.c.epoch.desc())


def next_epoch(connection: Connection, tenant: str, environment: str) -> int:
    """One more than the highest that was ever given out here. The caller holds the lease."""
    mine = (deployments.c.tenant == tenant, deployments.c.environment == environment)
    highest = connection.execute(select(func.max(deployments.c.epoch)).where(*mine)).scalar()
    return int(highest or 0) + 1


def begin(engine: Engine, record: Record) -> Record:
    """Writes a new deployment down, with the next epoch."""
    with engine.begin() as connection:
        epoch = next_epoch(connection, record.tenant, record.environment)
        values = {name: getattr(record, name) for name in FIELDS} | {"epoch": epoch}
        connection.execute(insert(deployments).values(values))
    return Record(**values)


def finish(engine: Engine, record: Record, state: str, error: str | None = None) -> None:
    """The deployment is `live` or `failed`. Repeatable."""
    live_at = {"live_at": func.coalesce(deployments.c.live_at, func.now())} if state == "live" else {}
    with engine.begin() as connection:
        connection.execute(
            deployments.update().where(deployments.c.id == record.id).values(state=state, error=error, **live_at)
        )
