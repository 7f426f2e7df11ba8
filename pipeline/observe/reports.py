"""`incidents` and `why`: what is wrong now, and all that is known of one of it. Reads only."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from pipeline.errors import Missing, Usage
from pipeline.events import Event
from pipeline.naming import ENVIRONMENTS
from pipeline.observe.diagnosis import Diagnosis
from pipeline.observe.diagnosis.advice import RERUN
from pipeline.observe.projection import event_of
from pipeline.observe.queries import behind, incident_name, incident_number
from pipeline.observe.rendering import instant, plain, span, table
from pipeline.observe.store import collections, events, incidents, objects, read_rows, runs, signals

LOOK_BACK = timedelta(hours=1)
MOST_CHANGES = 10
CHANGES = ("apply.deployment.live", "promote.pin.written", "recover.revert.made")
RETRIES = {"safe": "safe", "unsafe": "unsafe", "after_fix": "after the fix"}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class IncidentList:
    """Open incidents, the most urgent first, each with its `tenants`; as of `at`. `behind`: where the records are not of now."""

    at: datetime
    rows: tuple[Row, ...]
    behind: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "incidents": [_named(row) for row in self.rows], "behind": list(self.behind)}

    def text(self) -> str:
        listed = table([_line(row, self.at) for row in self.rows]) or "No incident is open."
        return "\n".join([listed, *self.behind])


def _named(row: Row) -> dict[str, Any]:
    return {"id": incident_name(row["number"]), **plain(row)}


def _line(row: Row, at: datetime) -> list[str]:
    until = row["closed_at"] or at
    return [
        incident_name(row["number"]),
        row["priority"],
        f"{row['class']} / {row['cause']}",
        _count(row["tenants"]),
        row["environment"],
        row["shared"],
        f"since {row['opened_at']:%H:%M} ({span(until - row['opened_at'])})",
        f"retry: {RETRIES[row['retry']]}",
    ]


def _count(tenants: Sequence[str]) -> str:
    return tenants[0] if len(tenants) == 1 else f"{len(tenants)} tenants"


def list_incidents(
    connection: Connection, at: datetime, *, environment: str = "", closed: bool = False
) -> IncidentList:
    """Open incidents (with `closed` all that are kept), of one environment or of all."""
    tenants = func.array_agg(signals.c.tenant.distinct()).label("tenants")
    query = (
        select(incidents, tenants).join(signals, signals.c.incident == incidents.c.number).group_by(incidents.c.number)
    )
    if environment:
        query = query.where(incidents.c.environment == environment)
    if not closed:
        query = query.where(incidents.c.state == "open")
    rows = read_rows(connection, query.order_by(incidents.c.priority, incidents.c.opened_at))
    heard = {row[0]: row[1] for row in connection.execute(select(collections))}
    late = (behind(name, heard.get(name), at) for name in ([environment] if environment else ENVIRONMENTS))
    return IncidentList(at, tuple(rows), tuple(filter(None, late)))


@dataclass(frozen=True)
class Why:
    """One incident whole: its signals oldest first, what changed in the hour before it, the data it concerns."""

    at: datetime
    incident: Row
    signals: tuple[Row, ...]
    changes: tuple[Event, ...]
    runs: tuple[Row, ...]
    waiting: int

    @property
    def diagnosis(self) -> Diagnosis:
        surest = max(self.signals, key=lambda row: (row["confidence"], row["at"], row["id"]))
        return Diagnosis(surest["cause"], surest["confidence"], (surest["line_number"],))

    @property
    def pipelines(self) -> tuple[tuple[str, str], ...]:
        """(tenant, pipeline) of each that it concerns; none where a deployment failed."""
        return tuple(sorted({(row["tenant"], row["pipeline"]) for row in self.signals if row["pipeline"]}))

    @property
    def names(self) -> tuple[tuple[str, str, str], ...]:
        """(tenant, pipeline, object) of each that waits by its name."""
        waits = (row for row in self.signals if row["object"] and row["resolved_at"] is None)
        return tuple(sorted({(row["tenant"], row["pipeline"], row["object"]) for row in waits}))

    def document(self) -> dict[str, Any]:
        return {
            **_named(self.incident),
            "diagnosis": self.diagnosis.document(),
            "next": self._next(),
            "signals": [plain(row) for row in self.signals],
            "changes": [event.document() for event in self.changes],
            "runs": [plain(row) for row in self.runs],
            "objects_waiting": self.waiting,
            "names": [name for _, _, name in self.names],
        }

    def text(self) -> str:
        facts = {
            "cause": self._cause(),
            "evidence": self._evidence(),
            "changed": self._changed(),
            "data": self._data(),
            "next": self._next(),
            **({"or": self._let_go()} if self.names else {}),
        }
        head = "  ".join(_line(self.incident, self.at)) + ("  closed" if self.incident["state"] == "closed" else "")
        return "\n".join([head, *(f"{name:<10} {said}" for name, said in facts.items())])

    def _cause(self) -> str:
        since, first = self.incident["opened_at"], self.signals[0]["tenant"]
        return f"{self.diagnosis.why} At {self.incident['shared']} (since {since:%H:%M}, first seen by {first})"

    def _evidence(self) -> str:
        surest = max(self.signals, key=lambda row: (row["confidence"], row["at"], row["id"]))
        where = (
            f"{surest['dag_run'] or surest['deployment']} task {surest['task'] or surest['event'].partition('.')[0]}"
        )
        alike = f"   ({len(self.signals) - 1} more)" if len(self.signals) > 1 else ""
        return f'{where}, line {surest["line_number"]}: "{surest["line"]}"{alike}'

    def _changed(self) -> str:
        lines = [f"{event.at:%H:%M} {_change(event)}" for event in self.changes]
        return f"\n{'':<11}".join(lines) or f"no release, pin or revert in the {span(LOOK_BACK)} before"

    def _data(self) -> str:
        states = [row["state"] for row in self.runs]
        counted = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
        took_part = f"{_many(len(states), 'run')} ({counted})" if states else "no run took part"
        return f"{took_part}; {_many(self.waiting, 'object')} landed or held, not published"

    def _let_go(self) -> str:
        """The one other end, for the first that waits."""
        tenant, pipeline, name = self.names[0]
        more = f"   ({len(self.names) - 1} more)" if len(self.names) > 1 else ""
        where = f"-e {self.incident['environment']}"
        return f"acme recover dismiss {tenant} {pipeline} {shlex.quote(name)} --reason REASON {where}{more}"

    def _next(self) -> str:
        """A whole command. Nothing ran for a deployment's incident: there the next try is an apply."""
        step, first = self.diagnosis.next, self.signals[0]
        if step == RERUN and self.pipelines:
            return f"acme recover rerun --incident {incident_name(self.incident['number'])} --plan"
        if not self.pipelines and "PIPELINE" in step:
            step = "acme apply TENANT -e ENVIRONMENT"
        words = {"TENANT": first["tenant"], "PIPELINE": first["pipeline"], "ENVIRONMENT": self.incident["environment"]}
        return " ".join(str(words.get(word, word)) for word in step.split())


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _change(event: Event) -> str:
    ids = event.ids
    what = f"release {ids.release[:8]}" if ids.release else event.name
    by = f", commit {ids.commit[:8]}" if ids.commit else ""
    verb = {"promote": "pinned", "recover": "reverted", "apply": "live"}[event.stage]
    return f"{ids.tenant} {ids.environment}: {what} {verb}{by} ({instant(event.at)})"


def why(connection: Connection, wanted: str, at: datetime) -> Why:
    """All of one incident, by `INC-<number>`. `Usage` where it is no such id, `Missing` where there is none."""
    number = incident_number(wanted)
    if not number:
        raise Usage(f"`{wanted}` is no incident.", fix="name it as `acme observe incidents` does: INC-<number>")
    rows = [row for row in list_incidents(connection, at, closed=True).rows if row["number"] == number]
    if not rows:
        raise Missing(f"there is no incident {wanted}.", fix="see `acme observe incidents`")
    told = read_rows(
        connection, select(signals).where(signals.c.incident == number).order_by(signals.c.at, signals.c.id)
    )
    pipelines = sorted({(row["environment"], row["tenant"], row["pipeline"]) for row in told})
    return Why(
        at,
        rows[0],
        tuple(told),
        _changes(connection, rows[0]),
        _runs(connection, told),
        _waiting(connection, pipelines),
    )


def _changes(connection: Connection, incident: Row) -> tuple[Event, ...]:
    """What went live, was pinned or reverted for the tenants concerned in the hour before the first signal."""
    opened = incident["opened_at"]
    query = select(events).where(events.c.name.in_(CHANGES), events.c.at.between(opened - LOOK_BACK, opened))
    query = query.where(events.c.tenant.in_(incident["tenants"]), events.c.environment == incident["environment"])
    return tuple(
        event_of(row) for row in read_rows(connection, query.order_by(events.c.at.desc()).limit(MOST_CHANGES))
    )[::-1]


def _runs(connection: Connection, told: Sequence[Row]) -> tuple[Row, ...]:
    keys = {(row["environment"], row["tenant"], row["pipeline"], row["dag_run"]) for row in told if row["dag_run"]}
    own = tuple_(runs.c.environment, runs.c.tenant, runs.c.pipeline, runs.c.dag_run)
    return tuple(read_rows(connection, select(runs).where(own.in_(sorted(keys))).order_by(runs.c.started_at)))


def _waiting(connection: Connection, pipelines: Sequence[tuple[str, str, str]]) -> int:
    own = tuple_(objects.c.environment, objects.c.tenant, objects.c.pipeline)
    query = select(func.count()).select_from(objects).where(own.in_(pipelines), objects.c.state.in_(("landed", "held")))
    return int(connection.scalar(query) or 0)
