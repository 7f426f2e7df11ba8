"""Monthly partitions and the 180 days that records are kept.

`keep` makes the months that are coming and drops what has expired; it runs once a day and does no harm when it runs twice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Table, delete, select, text

from pipeline.observe.store import (
    PARTITIONED,
    attempts,
    dead_letters,
    deployments,
    event_ids,
    incidents,
    objects,
    receipts,
    runs,
    signals,
)

KEPT_DAYS = 180
MONTHS_AHEAD = 2


def keep(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Names of the partitions that it dropped. Holds months from the oldest kept day to `MONTHS_AHEAD` from now."""
    oldest = now - timedelta(days=KEPT_DAYS)
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('partitions', 0))"))  # one at a time
    for table in PARTITIONED:
        made = _names(connection, table)
        for month in _months(oldest.date(), _later(now.date().replace(day=1), MONTHS_AHEAD)):
            if partition(table, month) not in made:
                _make(connection, table, month)
    _expire(connection, oldest)
    return tuple(name for table in PARTITIONED for name in _drop(connection, table, oldest.date()))


def partition(table: Table, month: date) -> str:
    return f"{table.name}_{month:%Y_%m}"


def _later(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def _months(first: date, last: date) -> list[date]:
    months = [first.replace(day=1)]
    while months[-1] < last:
        months.append(_later(months[-1], 1))
    return months


def _make(connection: Connection, table: Table, month: date) -> None:
    name, bounds = partition(table, month), f"FROM ('{month}+00') TO ('{_later(month, 1)}+00')"
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table.name} FOR VALUES {bounds}"))


def _names(connection: Connection, table: Table) -> set[str]:
    """The partitions that there are."""
    query = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:parent AS regclass)")
    return set(connection.scalars(query, {"parent": table.name}))


def _drop(connection: Connection, table: Table, oldest: date) -> list[str]:
    """A partition goes when its last day has expired."""
    expired = [name for name in sorted(_names(connection, table)) if name < partition(table, oldest.replace(day=1))]
    for name in expired:
        connection.execute(text(f"DROP TABLE {name}"))
    return expired


def _expire(connection: Connection, oldest: datetime) -> None:
    """Rows of the small tables. A live deployment and an open incident stay however old they are."""
    for table in (runs, attempts, objects):
        connection.execute(delete(table).where(table.c.state_at < oldest))
    connection.execute(delete(deployments).where(deployments.c.state_at < oldest, deployments.c.state != "live"))
    ended = select(incidents.c.number).where(incidents.c.closed_at < oldest)
    connection.execute(delete(signals).where(signals.c.incident.in_(ended)))
    connection.execute(delete(incidents).where(incidents.c.closed_at < oldest))
    connection.execute(delete(receipts).where(receipts.c.at < oldest))
    connection.execute(delete(event_ids).where(event_ids.c.at < oldest))
    connection.execute(delete(dead_letters).where(dead_letters.c.received_at < oldest))


def is_kept(at: datetime, now: datetime) -> bool:
    """Whether a record of this instant has a partition."""
    return (
        now - timedelta(days=KEPT_DAYS)
        <= at
        < datetime.combine(_later(now.date().replace(day=1), MONTHS_AHEAD + 1), datetime.min.time(), UTC)
    )
