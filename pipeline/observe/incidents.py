"""Incidents: several signals of one failure are one, and so is one cause over many tenants.

A signal is an event that says that something failed or waits. It joins the open incident of its own run or deployment, else
the open one of the same cause in the same shared thing (a host, a bucket, a warehouse, a runtime; a pipeline where nothing is
shared), else it opens one. A later success of the same pipeline resolves it, and a manifest that a later try froze resolves what
ingest said: the source was read. Is that manifest empty and holds nothing back, all that the source offers counts already.
An object that is held waits by its name: only its own publish resolves it, or a person who lets go of it, whatever else succeeds
and whether or not the source still shows it. An incident is over when all its signals are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, text, true, update
from sqlalchemy.sql.elements import ColumnElement

from pipeline.events import Correlation, Event
from pipeline.observe.diagnosis import Diagnosis
from pipeline.observe.diagnosis.structured import diagnose_event, text_of, words_of
from pipeline.observe.store import deployments, events, incidents, read_rows, signals
from pipeline.run import is_window

SIGNAL = re.compile(r"(?:apply|ingest|load|verify|publish)\.\w+\.(?:failed|held|refused)")
RUN_SUCCESSES = ("publish.run.published", "publish.run.already_published", "publish.run.skipped")
APPLY_SUCCESSES = ("apply.deployment.live",)
INGESTED, INGEST_FAILED = "ingest.manifest.frozen", "ingest.run.failed"
OBJECT_HELD = re.compile(r"(?:ingest|publish)\.object\.held")
OBJECT_SETTLED = ("publish.object.published", "recover.object.dismissed")
MANY_TENANTS, SOME_TENANTS = 10, 3
LONGEST_LINE = 300

_URL = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
_HOST = re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\b(?![/(]|\.py|:\s)", re.IGNORECASE)
_NO_HOST = re.compile(
    r"\.(?:py|csv|gz|json|parquet|zip|xml|sql|yaml|\w*(?:error|exception|timeout)|misc|exceptions?|errors)$",
    re.IGNORECASE,
)
SHARED_BY: Mapping[str, tuple[str, ...]] = {
    "infrastructure": ("host", "bucket", "warehouse", "queue", "role", "service"),
    "orchestration": ("runtime", "cell", "worker", "pool"),
}


def notice(connection: Connection, event: Event) -> None:
    """Opens, updates or closes what this stored event is about."""
    if SIGNAL.fullmatch(event.name):
        _lock(connection)
        _signal(connection, event)
    elif event.name in (*RUN_SUCCESSES, *APPLY_SUCCESSES, *OBJECT_SETTLED, INGESTED):
        _lock(connection)
        _resolve(connection, event)


def _lock(connection: Connection) -> None:
    """One at a time: two tenants' collectors may see the first signal of one incident at once."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('incidents', 0))"))


def _signal(connection: Connection, event: Event) -> None:
    found = diagnose_event(event)
    shared = shared_of(event, found)
    number = _of_same_failure(connection, event.ids) or _of_same_cause(connection, event.ids, found, shared)
    if number is None:
        number = _open(connection, event)
    row = {**_row(event, found, shared), "incident": number, "resolved_at": _resolved(connection, event)}
    connection.execute(insert(signals).values(row))
    _refresh(connection, number)


def shared_of(event: Event, found: Diagnosis) -> str:
    """What other tenants would share with this failure, or the pipeline where it is the tenant's own."""
    error = event.data.get("error")
    said = {**(error if isinstance(error, Mapping) else {}), **event.data}
    for key in SHARED_BY.get(found.class_, ()):
        if isinstance(said.get(key), str) and said[key]:
            return f"{key} {said[key]}"
    if found.class_ == "infrastructure" and (host := _host(words_of(event))):
        return f"host {host}"
    ids = event.ids
    return f"{ids.tenant}.{ids.pipeline}" if ids.pipeline else f"{ids.tenant} {event.stage}"


def _host(said: str) -> str | None:
    if address := _URL.search(said):
        return address[1].lower()
    names = (match[0].lower() for match in _HOST.finditer(said))
    return next((name for name in names if not _NO_HOST.search(name)), None)


def _row(event: Event, found: Diagnosis, shared: str) -> dict[str, Any]:
    lines = text_of(event).split("\n")
    number = found.evidence[0] if found.evidence else 1
    keys = ("environment", "tenant", "pipeline", "deployment", "dag_run", "task")
    return {
        **{key: getattr(event.ids, key) for key in keys},
        "id": event.id,
        "at": event.at,
        "event": event.name,
        "object": waits_by_name(event),
        "class": found.class_,
        "cause": found.cause,
        "confidence": found.confidence,
        "shared": shared,
        "line": lines[min(number, len(lines)) - 1][:LONGEST_LINE],
        "line_number": number,
    }


def waits_by_name(event: Event) -> str:
    """The object that waits until it is settled by its name; empty where a later run would ask for the same under another one."""
    waits = OBJECT_HELD.fullmatch(event.name) and not is_window(event.ids.object)
    return event.ids.object if waits else ""


def _same_failure(ids: Correlation) -> list[ColumnElement[bool]]:
    """The run where there is one, else the deployment."""
    own = signals.c.dag_run == ids.dag_run if ids.dag_run else signals.c.deployment == ids.deployment
    return [
        signals.c.environment == ids.environment,
        signals.c.tenant == ids.tenant,
        signals.c.pipeline == ids.pipeline,
        own,
    ]


def _of_same_failure(connection: Connection, ids: Correlation) -> int | None:
    if not (ids.dag_run or ids.deployment):
        return None
    query = select(incidents.c.number).join(signals, signals.c.incident == incidents.c.number)
    return connection.scalar(query.where(incidents.c.state == "open", *_same_failure(ids)).limit(1))


def _of_same_cause(connection: Connection, ids: Correlation, found: Diagnosis, shared: str) -> int | None:
    key = (incidents.c.cause == found.cause, incidents.c.shared == shared, incidents.c.environment == ids.environment)
    return connection.scalar(select(incidents.c.number).where(incidents.c.state == "open", *key).limit(1))


def _open(connection: Connection, event: Event) -> int:
    row = {"environment": event.ids.environment, "state": "open", "stage": event.stage}
    return int(connection.execute(insert(incidents).values(row).returning(incidents.c.number)).scalar_one())


def _resolved(connection: Connection, event: Event) -> datetime | None:
    """When a success came that this late signal did not see, or None."""
    ids = event.ids
    cures = _cures(event)
    mine = (events.c.tenant == ids.tenant, events.c.environment == ids.environment, events.c.pipeline == ids.pipeline)
    resolved: datetime | None = connection.scalar(
        select(func.min(events.c.at)).where(events.c.at > event.at, cures, *mine)
    )
    return resolved


def _cures(event: Event) -> ColumnElement[bool]:
    """Which stored events resolve this signal."""
    if event.stage == "apply":
        return events.c.name.in_(APPLY_SUCCESSES)
    if waits_by_name(event):
        return and_(events.c.name.in_(OBJECT_SETTLED), events.c.object == event.ids.object)
    return or_(events.c.name.in_(RUN_SUCCESSES), and_(events.c.name == INGESTED, _later_try(event)))


def _later_try(event: Event) -> ColumnElement[bool]:
    """Which frozen manifests cure this signal."""
    if event.name == INGEST_FAILED:
        return true()
    another_run = events.c.dag_run != event.ids.dag_run
    nothing_waits = and_(
        events.c.data["objects"].as_integer() == 0, func.coalesce(events.c.data["held"].as_integer(), 0) == 0
    )
    return another_run if event.stage == "ingest" else and_(another_run, nothing_waits)


def _resolve(connection: Connection, event: Event) -> None:
    """A success resolves what its pipeline signalled before; a deployment, what deployments did."""
    ids = event.ids
    mine = (
        signals.c.tenant == ids.tenant,
        signals.c.environment == ids.environment,
        signals.c.pipeline == ids.pipeline,
    )
    solved = update(signals).where(*mine, _cured(event), signals.c.at <= event.at, signals.c.resolved_at.is_(None))
    touched = connection.scalars(solved.values(resolved_at=event.at).returning(signals.c.incident))
    for number in set(touched):
        _refresh(connection, number)


def _cured(event: Event) -> ColumnElement[bool]:
    """The signals that this success speaks of. What a run holds waits on, although its manifest is frozen."""
    if event.name in OBJECT_SETTLED:
        return signals.c.object == event.ids.object
    if event.stage == "apply":
        return _of_apply()
    by_run = signals.c.object == ""
    if event.name == INGESTED:
        another_run = and_(signals.c.dag_run != event.ids.dag_run, _read_by(event), by_run)
        return or_(signals.c.event == INGEST_FAILED, another_run)
    return and_(~_of_apply(), by_run)


def _read_by(event: Event) -> ColumnElement[bool]:
    nothing_waits = event.data.get("objects") == 0 and not event.data.get("held")
    return ~_of_apply() if nothing_waits else signals.c.event.like("ingest.%")


def _of_apply() -> ColumnElement[bool]:
    return signals.c.event.like("apply.%")


def _refresh(connection: Connection, number: int) -> None:
    """An incident is a function of its signals: named by the surest, over when all are resolved."""
    found = read_rows(connection, select(signals).where(signals.c.incident == number))
    if not found:
        return  # it was merged into another
    surest = max(found, key=lambda row: (row["confidence"], row["at"], row["id"]))
    over = all(row["resolved_at"] for row in found)
    row = {
        **{key: surest[key] for key in ("class", "cause", "shared")},
        "opened_at": min(row["at"] for row in found),
        "updated_at": max(row["at"] for row in found),
        "closed_at": max(row["resolved_at"] for row in found) if over else None,
        "state": "closed" if over else "open",
        "retry": Diagnosis(surest["cause"], 1).retry,
        "priority": priority(found[0]["environment"], _tiers(connection, found)),
    }
    connection.execute(update(incidents).where(incidents.c.number == number).values(row))
    if not over:
        _merge(connection, number, row["cause"], row["shared"])


def _merge(connection: Connection, number: int, cause: str, shared: str) -> None:
    """A surer signal may show that this is what another open incident is already about: the older one takes it in."""
    here = select(incidents.c.environment).where(incidents.c.number == number).scalar_subquery()
    key = (incidents.c.cause == cause, incidents.c.shared == shared, incidents.c.environment == here)
    same = sorted(connection.scalars(select(incidents.c.number).where(incidents.c.state == "open", *key)))
    for newer in same[1:]:
        connection.execute(update(signals).where(signals.c.incident == newer).values(incident=same[0]))
        connection.execute(delete(incidents).where(incidents.c.number == newer))
        _refresh(connection, same[0])


def _tiers(connection: Connection, found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The tier of each tenant concerned, as its newest deployment says it; `standard` where none does."""
    tenants = {row["tenant"] for row in found}
    query = select(deployments.c.tenant, deployments.c.tier).where(
        deployments.c.tenant.in_(tenants), deployments.c.tier.is_not(None)
    )
    said = {row[0]: row[1] for row in connection.execute(query.order_by(deployments.c.state_at))}
    return [said.get(tenant, "standard") for tenant in sorted(tenants)]


def priority(environment: str, tiers: Sequence[str]) -> str:
    """In production P1 where a priority tenant or many are hit, P2 for a standard tenant or some, else P3.

    Elsewhere no customer waits: P3, and P2 where so many are hit that the platform is at fault.
    """
    if environment != "production":
        return "P2" if len(tiers) >= MANY_TENANTS else "P3"
    if "priority" in tiers or len(tiers) >= MANY_TENANTS:
        return "P1"
    return "P2" if "standard" in tiers or len(tiers) >= SOME_TENANTS else "P3"
