"""The records: their tables in PostgreSQL, and how to reach and migrate them.

Events arrive once (`event_ids` makes it so, since a unique index of a partitioned table must hold the partition's key) and
stand in `events`, partitioned by month. Everything else is folded from them and could be made anew. Fails with SQLAlchemy's
`OperationalError` where the server does not answer.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Identity,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    create_engine,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

MIGRATIONS = Path(__file__).parent / "migrations"
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000
KEPT_ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}  # seconds: a server that is gone is told
ONE_AT_A_TIME = threading.Lock()  # Alembic knows one migration a process

metadata = MetaData()


def _word(name: str, *, key: bool = False) -> Column[Any]:
    """A text column; in a key it is empty rather than NULL."""
    return Column(name, Text, primary_key=key, nullable=not key)


def _instant(name: str, *, key: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), primary_key=key, nullable=not key)


def _folded() -> list[Column[Any]]:
    """What every folded row ends with: its state, since which event, and what went wrong."""
    return [_word("state"), _instant("state_at"), _instant("started_at"), _instant("ended_at"), Column("error", JSONB)]


IDS = (
    "tenant",
    "environment",
    "deployment",
    "release",
    "pipeline",
    "dag_run",
    "task",
    "connector",
    "object",
    "target",
    "attempt",
    "commit",
)

event_ids = Table("event_ids", metadata, _word("id", key=True), _instant("at"))

events = Table(
    "events",
    metadata,
    _instant("at", key=True),
    _word("id", key=True),
    _word("name"),
    *(Column(name, Text, nullable=False, server_default="") for name in IDS),
    Column("data", JSONB, nullable=False),
    Index("events_by_deployment", "deployment", "at"),
    Index("events_by_run", "dag_run", "at"),
    Index("events_by_attempt", "attempt", "at"),
    Index("events_by_object", "object", "at"),
    Index("events_by_tenant", "tenant", "environment", "at"),
    postgresql_partition_by="RANGE (at)",
)

lineage = Table(
    "lineage",
    metadata,
    _instant("at", key=True),
    _word("id", key=True),
    _word("tenant"),
    _word("dag_run"),
    Column("document", JSONB, nullable=False),
    Index("lineage_by_run", "dag_run", "at"),
    postgresql_partition_by="RANGE (at)",
)

deployments = Table(
    "deployments",
    metadata,
    _word("deployment", key=True),
    *(_word(name) for name in ("tenant", "environment", "release", "settings", "runtime", "program")),
    *(_word(name) for name in ("commit", "author", "tier")),
    Column("epochs", JSONB),
    _word("status"),
    Column("promises", JSONB),
    *_folded(),
    Index("deployments_by_tenant", "tenant", "environment", "state_at"),
)

runs = Table(
    "runs",
    metadata,
    *(_word(name, key=True) for name in ("environment", "tenant", "pipeline", "dag_run")),
    *(_word(name) for name in ("deployment", "release", "connector", "target")),
    Column("epoch", BigInteger),
    Column("objects", Integer),
    Column("rows", JSONB),
    *_folded(),
    Index("runs_by_state", "environment", "tenant", "pipeline", "state_at"),
)

attempts = Table(
    "attempts",
    metadata,
    *(_word(name, key=True) for name in ("environment", "tenant", "pipeline", "attempt")),
    *(_word(name) for name in ("dag_run", "deployment", "release", "target")),
    Column("epoch", BigInteger),
    Column("rows", JSONB),
    *_folded(),
    Index("attempts_by_run", "dag_run"),
)

objects = Table(
    "objects",
    metadata,
    *(_word(name, key=True) for name in ("environment", "tenant", "pipeline", "object")),
    *(_word(name) for name in ("dag_run", "attempt", "connector", "content_sha256")),
    *_folded(),
)

receipts = Table(
    "receipts",
    metadata,
    *(_word(name, key=True) for name in ("environment", "tenant", "pipeline")),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *(_word(name) for name in ("kind", "source_key", "attempt", "deployment", "run")),
    _instant("at"),
    Column("document", JSONB, nullable=False),
    Index("receipts_by_object", "source_key"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    *(_word(name) for name in ("environment", "stage", "class", "cause", "shared", "priority", "state", "retry")),
    *(_instant(name) for name in ("opened_at", "updated_at", "closed_at")),
    Index("incidents_open", "environment", "class", "cause", "shared", "state"),
)

signals = Table(
    "signals",
    metadata,
    _word("id", key=True),
    _instant("at"),
    Column("incident", BigInteger, nullable=False),
    *(
        _word(name)
        for name in ("event", "environment", "tenant", "pipeline", "deployment", "dag_run", "task", "object")
    ),
    *(_word(name) for name in ("class", "cause", "shared", "line")),
    Column("line_number", Integer),
    Column("confidence", Float),
    _instant("resolved_at"),
    Index("signals_by_incident", "incident", "at"),
    Index("signals_by_run", "environment", "tenant", "dag_run"),
    Index("signals_unresolved", "environment", "tenant", "pipeline", postgresql_where="resolved_at IS NULL"),
)

collections = Table("collections", metadata, _word("environment", key=True), _instant("heard_at"))

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    _instant("received_at"),
    _word("reason"),
    _word("body"),
)

PARTITIONED = (events, lineage)


def connect(url: str) -> Engine:
    """The records at this URL; plain `postgresql://` means psycopg. Nothing is opened yet; every call has a time-out."""
    options = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
        "tcp_user_timeout": STATEMENT_TIMEOUT_MS,
        **KEPT_ALIVE,
    }
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), connect_args=options, pool_pre_ping=True
    )


def read_rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """What a query finds, as plain dictionaries."""
    return [row._asdict() for row in connection.execute(query)]


def migrate(engine: Engine) -> None:
    """Brings the tables to this version. Repeatable; two at once wait for each other."""
    with ONE_AT_A_TIME:
        if _version(engine) != _newest():
            _upgrade(engine)


def _newest() -> str:
    """The revision of this code, as the migrations' files are numbered."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).partition("_")[0]


def _version(engine: Engine) -> str | None:
    """The tables' own, asked without Alembic, whose import costs more than all else of a short command."""
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
