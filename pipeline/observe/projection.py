"""Folds events into what is so now: one row per deployment, run, attempt and object, and the mirror of the ledger.

A row is a pure function of its events in the order (at, id), so repeats, late and swapped arrivals end in the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects.postgresql import insert

from pipeline.events import Correlation, Event
from pipeline.observe.store import attempts, deployments, events, objects, read_rows, receipts, runs

Row = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """A kind of row: what identifies it, which states its events bring, which facts they carry.

    `identity` names the ids that must be set; the last one selects the events. `facts` come from the ids, `carried` from data.
    """

    table: Table
    identity: tuple[str, ...]
    states: Mapping[str, str]
    facts: tuple[str, ...]
    carried: tuple[str, ...] = ()
    ends: frozenset[str] = frozenset()


ATTEMPT_STATES = {
    "load.attempt.started": "loading",
    "load.attempt.loaded": "loaded",
    "load.attempt.held": "held",
    "load.attempt.failed": "failed",
    "verify.attempt.verified": "verified",
    "verify.attempt.refused": "held",
    "verify.attempt.failed": "failed",
    "publish.object.published": "published",
}
RUN_STATES = {
    **ATTEMPT_STATES,
    "ingest.run.started": "landing",
    "ingest.manifest.frozen": "landed",
    "ingest.object.held": "held",
    "ingest.run.failed": "failed",
    "publish.object.published": "publishing",
    "publish.run.published": "published",
    "publish.run.superseded": "superseded",
    "publish.run.failed": "failed",
    "publish.run.held": "held",
    "publish.run.already_published": "published",
    "publish.run.skipped": "skipped",
    "publish.run.swept": "failed",
}
RECEIPTS = {"publish.object.published": "load", "publish.object.revoked": "revoke", "recover.object.revoked": "revoke"}
NOTHING_NEW = "nothing new"
ENDS = frozenset({"published", "superseded", "failed", "held", "live", "skipped", "revoked", "dismissed", NOTHING_NEW})
OWN_RUN = ("environment", "tenant", "pipeline")

SUBJECTS = (
    Subject(
        deployments,
        ("tenant", "environment", "deployment"),
        {f"apply.deployment.{state}": state for state in ("started", "live", "failed", "skipped")},
        ("release", "commit"),
        ("settings", "runtime", "program", "author", "tier", "epochs", "status", "promises"),
        ENDS,
    ),
    Subject(
        runs,
        (*OWN_RUN, "dag_run"),
        RUN_STATES,
        ("deployment", "release", "connector", "target"),
        ("epoch", "objects", "rows"),
        ENDS,
    ),
    Subject(
        attempts,
        (*OWN_RUN, "attempt"),
        ATTEMPT_STATES,
        ("dag_run", "deployment", "release", "target"),
        ("epoch", "rows"),
        ENDS,
    ),
    Subject(
        objects,
        (*OWN_RUN, "object"),
        {
            "ingest.object.landed": "landed",
            "ingest.object.held": "held",
            "publish.object.published": "published",
            "publish.object.held": "held",
            "publish.object.revoked": "revoked",
            "recover.object.revoked": "revoked",
            "recover.object.dismissed": "dismissed",
        },
        ("dag_run", "attempt", "connector"),
        ("content_sha256",),
        ENDS,
    ),
)


def project(connection: Connection, event: Event) -> None:
    """Brings every row that this stored event touches up to date."""
    for subject in SUBJECTS:
        if event.name in subject.states and all(getattr(event.ids, key) for key in subject.identity):
            row = fold(subject, _events_of(connection, subject, event.ids))
            _upsert(connection, subject.table, row)
    if receipt := receipt_of(event):
        _upsert(connection, receipts, receipt)


def _events_of(connection: Connection, subject: Subject, ids: Correlation) -> list[Event]:
    wanted = [events.c[key] == getattr(ids, key) for key in subject.identity]
    query = select(events).where(*wanted, events.c.name.in_(subject.states)).order_by(events.c.at, events.c.id)
    return [event_of(row) for row in read_rows(connection, query)]


def event_of(row: Mapping[str, Any]) -> Event:
    """A stored event as it was sent."""
    ids = Correlation(**{key: row[key] for key in Correlation.__dataclass_fields__})
    return Event(row["id"], row["name"], row["at"], ids, row["data"])


def fold(subject: Subject, history: Sequence[Event]) -> Row:
    """The row that these events, oldest first, amount to. A later word replaces an earlier one, silence replaces nothing."""
    first, last = history[0], history[-1]
    state = _state(subject, last)
    row: Row = {key: getattr(first.ids, key) for key in subject.identity}
    for event in history:
        row |= {key: value for key in subject.facts if (value := getattr(event.ids, key))}
        row |= {
            key: value for key in subject.carried if key != "rows" and (value := _carried(event.data, key)) is not None
        }
    if "rows" in subject.carried:
        row["rows"] = _rows(history)
    return row | {
        "state": state,
        "state_at": last.at,
        "started_at": first.at,
        "ended_at": last.at if state in subject.ends else None,
        "error": _error(last.data) if state in {"failed", "held"} else None,
    }


def _state(subject: Subject, last: Event) -> str:
    """What the last event says. A run that leaves something waiting is held, whatever else it published."""
    said, objects, held = subject.states[last.name], last.data.get("objects"), last.data.get("held")
    if subject.table is not runs:
        return said
    if last.name == "ingest.manifest.frozen" and objects == 0:
        return "held" if held else NOTHING_NEW
    if said == "published" and isinstance(objects, Mapping) and "held" in objects.values():
        return "held"
    return said


def _rows(history: Sequence[Event]) -> dict[str, int] | None:
    """Counts of rows: those of what is published, object by object, else those that were told last."""
    published = {event.ids.object: event.data for event in history if event.name == "publish.object.published"}
    if counted := _sum(list(published.values())):
        return counted
    told = [found for event in history if (found := _sum([event.data, *_objects(event.data)]))]
    return told[-1] if told else None


def _objects(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = data.get("objects")
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []


def _sum(holders: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The counts below `rows` of each, added up by name."""
    total: dict[str, int] = {}
    for rows in (holder.get("rows") for holder in holders):
        for name, number in rows.items() if isinstance(rows, Mapping) else ():
            if isinstance(number, int):
                total[name] = total.get(name, 0) + number
    return total


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _as_number(value: Any) -> int | None:
    if isinstance(value, Mapping):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None


READERS: dict[str, Callable[[Any], Any]] = {
    "epoch": _as_number,
    "objects": _as_number,
    "epochs": _as_mapping,
    "promises": _as_mapping,
}


def _carried(data: Mapping[str, Any], key: str) -> Any:
    """A fact out of an event's data, or None where it is missing or of another shape than ours."""
    value = data.get(key, data.get("epoch") if key == "epochs" else None)
    reader: Callable[[Any], Any] = READERS.get(key, _as_text)
    return reader(value)


def _error(data: Mapping[str, Any]) -> Any:
    return {key: data[key] for key in ("error", "findings", "faults") if data.get(key)} or None


def receipt_of(event: Event) -> Row | None:
    """The ledger row that an event tells of, or None. It stands in `data.receipt`, or is the data itself."""
    document = event.data.get("receipt", event.data)
    if event.name not in RECEIPTS or not isinstance(document, Mapping):
        return None
    if not isinstance(document.get("seq"), int):
        return None
    kind = RECEIPTS[event.name]
    texts = {key: _as_text(document.get(key)) or getattr(event.ids, key, "") for key in ("attempt", "deployment")}
    return {
        **{key: getattr(event.ids, key) for key in OWN_RUN},
        "seq": document["seq"],
        "kind": _as_text(document.get("kind")) or kind,
        "source_key": _as_text(document.get("source_key")) or event.ids.object,
        **texts,
        "run": _as_text(document.get("run")) or event.ids.dag_run,
        "at": event.at,
        "document": dict(document),
    }


def _upsert(connection: Connection, table: Table, row: Row) -> None:
    statement = insert(table).values(**row)
    rest = {key: statement.excluded[key] for key in row if not table.c[key].primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=rest))
