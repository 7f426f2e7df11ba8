"""`trace`: the whole chain around any id there is.

Takes a deployment, DAG run, object, attempt, connector, target table, commit or release (a prefix of 7 or more digits will
do for the last two) or an incident, and reads what the store knows of everything it touches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from pipeline.events import Event
from pipeline.observe.projection import event_of
from pipeline.observe.queries import incident_number
from pipeline.observe.rendering import instant, plain, table
from pipeline.observe.store import attempts, deployments, events, objects, read_rows, receipts, runs, signals

KINDS = ("deployment", "dag_run", "attempt", "object", "commit", "release", "target", "connector")
PREFIXED = frozenset({"commit", "release"})
SHORTEST_PREFIX = 7
MOST_EVENTS = 500
SOURCES: tuple[tuple[Table, str], ...] = (
    (deployments, "deployment"),
    (runs, "dag_run"),
    (attempts, "attempt"),
    (objects, "object"),
)


@dataclass(frozen=True)
class Trace:
    """Everything around one id. `rows`: by table, oldest first; `events`: at most 500, oldest first."""

    id: str
    kind: str
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    events: tuple[Event, ...]

    @property
    def found(self) -> bool:
        return bool(self.events)

    def document(self) -> dict[str, Any]:
        rows = {name: [plain(row) for row in found] for name, found in self.rows.items()}
        return {"id": self.id, "kind": self.kind, **rows, "events": [event.document() for event in self.events]}

    def text(self) -> str:
        if not self.found:
            return f"{self.id}: nothing in the records bears this id. They go back 180 days."
        parts = [f"{self.kind} {self.id}", *(_section(name, found) for name, found in self.rows.items() if found)]
        lines = [
            (instant(e.at), e.name, e.ids.task or e.ids.attempt or e.ids.object or e.ids.deployment)
            for e in self.events
        ]
        return "\n\n".join([*parts, f"events\n{table(lines)}"])


def trace(connection: Connection, wanted: str, tenant: str = "") -> Trace:
    """The chain around an id; `tenant` narrows ids that several tenants may use, such as connectors."""
    if (number := incident_number(wanted)) and not wanted.isdigit():
        told = select(signals.c.id).where(signals.c.incident == number)
        return _around(connection, wanted, "incident", _events(connection, events.c.id.in_(told), tenant))
    for kind in KINDS:
        if seeds := _events(connection, _is(kind, wanted), tenant):
            return _around(connection, wanted, kind, seeds)
    return Trace(wanted, "unknown", {}, ())


def _is(kind: str, wanted: str) -> ColumnElement[bool]:
    column = events.c[kind]
    if kind in PREFIXED and len(wanted) >= SHORTEST_PREFIX:
        return column.startswith(wanted, autoescape=True)
    if kind == "target":
        return column.in_([wanted, wanted.upper()])
    return column == wanted


def _events(connection: Connection, condition: ColumnElement[bool], tenant: str) -> list[Event]:
    query = select(events).where(condition).order_by(events.c.at.desc(), events.c.id.desc()).limit(MOST_EVENTS)
    if tenant:
        query = query.where(events.c.tenant == tenant)
    return [event_of(row) for row in read_rows(connection, query)][::-1]


def _around(connection: Connection, wanted: str, kind: str, seeds: Sequence[Event]) -> Trace:
    """The seeds' own chain: the runs and the deployments that they belong to, and all that belongs to those."""
    scopes = {(event.ids.tenant, event.ids.environment) for event in seeds}
    keys = {key for event in seeds if (key := _widened(kind, event))}
    ids = {key: {getattr(event.ids, key) for event in seeds} - {""} for key in keys}
    narrow = [events.c[key].in_(found) for key, found in ids.items() if found]
    pipelines = {event.ids.pipeline for event in seeds} if keys == {"dag_run"} else set()
    chain = _events(connection, or_(*narrow), "") if narrow else list(seeds)
    chain = [event for event in chain if (event.ids.tenant, event.ids.environment) in scopes]
    chain = [event for event in chain if not pipelines or event.ids.pipeline in pipelines]
    whole = {event.id: event for event in [*seeds, *chain]}
    ordered = tuple(sorted(whole.values(), key=lambda event: (event.at, event.id)))
    return Trace(wanted, kind, _rows(connection, ordered), ordered)


def _widened(kind: str, seed: Event) -> str:
    """By which id the chain is widened to everything that shares it with this seed; empty: by none.

    A scheduled run's id is shared by pipelines, so a run is one of a pipeline.
    """
    if kind in ("dag_run", "attempt", "object") or (kind == "incident" and seed.ids.dag_run):
        return "dag_run"
    return "deployment" if kind in ("deployment", "commit", "release", "incident") else ""


def _rows(connection: Connection, chain: Sequence[Event]) -> dict[str, tuple[Mapping[str, Any], ...]]:
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for source, key in SOURCES:
        wanted = {getattr(event.ids, key) for event in chain} - {""}
        query = select(source).where(source.c[key].in_(wanted), _in_scope(source, chain))
        found[source.name] = tuple(read_rows(connection, query.order_by(source.c.started_at)))
    wanted = {event.ids.attempt for event in chain} - {""}
    query = select(receipts).where(receipts.c.attempt.in_(wanted), _in_scope(receipts, chain))
    found["receipts"] = tuple(read_rows(connection, query.order_by(receipts.c.at)))
    return found


def _in_scope(source: Table, chain: Sequence[Event]) -> ColumnElement[bool]:
    """The same name in another environment, tenant or pipeline is something else."""
    keys = [key for key in ("environment", "tenant", "pipeline") if key in source.c]
    scopes = {tuple(getattr(event.ids, key) for key in keys) for event in chain}
    return tuple_(*(source.c[key] for key in keys)).in_(sorted(scopes))


SHOWN = {
    "deployments": ("deployment", "tenant", "environment", "state", "release", "commit", "author", "state_at"),
    "runs": ("dag_run", "environment", "pipeline", "state", "epoch", "release", "deployment", "state_at"),
    "attempts": ("attempt", "dag_run", "state", "epoch", "rows", "state_at"),
    "objects": ("object", "environment", "state", "attempt", "dag_run", "state_at"),
    "receipts": ("seq", "environment", "kind", "source_key", "attempt", "at"),
}


def _section(name: str, found: Sequence[Mapping[str, Any]]) -> str:
    heads = SHOWN[name]
    return f"{name}\n{table([heads, *([_cell(key, row[key]) for key in heads] for row in found)])}"


def _cell(key: str, value: Any) -> str:
    if key in {"release", "commit"} and value:
        return str(value)[:8]
    if key == "rows" and isinstance(value, Mapping):
        return " ".join(f"{name} {count}" for name, count in value.items())
    return instant(value) if key.endswith("at") and value else str(value if value is not None else "")
