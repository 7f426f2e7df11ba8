"""What the records know of a pipeline's runs and of the objects that wait; read again until they know what just happened.

The collector brings events a moment after they were sent, so a command that ends a run waits for them, for a few seconds at
most. Reads only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine, select

from pipeline.observe.projection import ENDS
from pipeline.observe.store import events, incidents, runs, signals

WITHIN_S, LOOK_S = 5.0, 0.05
FAILED = frozenset({"failed", "held"})
T = TypeVar("T")


@dataclass(frozen=True)
class Where:
    """One tenant's pipeline in one environment."""

    environment: str
    tenant: str
    pipeline: str


@dataclass(frozen=True)
class Waiting:
    """An object that waits until it is published or dismissed by its name, and the incident that says so."""

    source_key: str
    cause: str
    why: str
    incident: int


def waiting(connection: Connection, where: Where) -> tuple[Waiting, ...]:
    """Sorted by name."""
    s = signals.c
    mine = (s.environment == where.environment, s.tenant == where.tenant, s.pipeline == where.pipeline)
    query = select(s.object, s.cause, s.line, s.incident).where(*mine, s.object != "", s.resolved_at.is_(None))
    newest = {row[0]: Waiting(*row) for row in connection.execute(query.order_by(s.at))}
    return tuple(newest[name] for name in sorted(newest))


def ended(records: Engine, where: Where, run: str, *, well: bool, within_s: float = WITHIN_S) -> str:
    """How the records say that the run ended; empty where they do not know it in time."""
    r = runs.c
    mine = (r.environment == where.environment, r.tenant == where.tenant, r.pipeline == where.pipeline)

    def look(connection: Connection) -> str:
        state = connection.scalar(select(r.state).where(*mine, r.dag_run == run))
        return state if state in ENDS and (state in FAILED) != well else ""

    return _until(records, look, within_s) or ""


def incidents_of(connection: Connection, where: Where, run: str) -> tuple[int, ...]:
    """The open incidents that this run is part of."""
    s = signals.c
    mine = (s.environment == where.environment, s.tenant == where.tenant, s.pipeline == where.pipeline)
    query = select(s.incident).join(incidents, incidents.c.number == s.incident)
    query = query.where(*mine, s.dag_run == run, incidents.c.state == "open").distinct()
    return tuple(connection.scalars(query.order_by(s.incident)))


def heard(records: Engine, event: str, within_s: float = WITHIN_S) -> bool:
    """Whether the records have the event of this id in time."""
    found = _until(
        records, lambda connection: connection.scalar(select(events.c.id).where(events.c.id == event)), within_s
    )
    return found is not None


def _until(records: Engine, look: Callable[[Connection], T], within_s: float) -> T:
    """The first answer that is one, or the last one."""
    deadline = time.monotonic() + within_s
    while True:
        with records.connect() as connection:
            if (found := look(connection)) or time.monotonic() > deadline:
                return found
        time.sleep(LOOK_S)
