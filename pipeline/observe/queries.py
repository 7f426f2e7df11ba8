"""What the command line and the console ask of the records. Reads only; whatever one shows, the other can print.

`status` puts both environments of a tenant side by side: what is live, how each pipeline's last run ended, and until when its
data is as fresh as promised: the next run after the last good one is due then, and its latency has passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from pipeline.naming import ENVIRONMENTS
from pipeline.observe.projection import NOTHING_NEW
from pipeline.observe.rendering import instant, plain, span, table
from pipeline.observe.store import collections, deployments, incidents, read_rows, runs, signals

SHORT = 8
HEARD_WITHIN = timedelta(minutes=2)


NextDue = Callable[[str, datetime], datetime | None]  # (schedule, after) → the first instant behind it
WELL = ("published", NOTHING_NEW, "skipped")


@dataclass(frozen=True)
class LastRun:
    """A pipeline and its newest run, if it has one. `fresh_at` is when any of its runs last published, `fresh_until` when
    that breaks the promise; None where nothing is promised, or nothing runs."""

    pipeline: str
    dag_run: str = ""
    state: str = ""
    state_at: datetime | None = None
    epoch: int | None = None
    fresh_at: datetime | None = None
    fresh_until: datetime | None = None


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment of a tenant. `deployment` is the live one; `pending` what was started after it and has not ended;
    `heard_at` when the collector last heard the environment's queue."""

    environment: str
    deployment: Mapping[str, Any] | None
    pending: tuple[Mapping[str, Any], ...]
    runs: tuple[LastRun, ...]
    incidents: tuple[int, ...]
    heard_at: datetime | None = None

    @property
    def known(self) -> bool:
        return bool(self.deployment or self.pending or self.runs)

    @property
    def state(self) -> str:
        """live | paused | retiring; empty where nothing is deployed."""
        if self.deployment is None:
            return ""
        if self.deployment["promises"] == {}:
            return "paused: no release"
        said = self.deployment["status"]
        return "live" if said in (None, "active") else str(said)

    def document(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "heard_at": self.heard_at.isoformat() if self.heard_at else None,
            "deployment": plain(self.deployment) if self.deployment else None,
            "pending": [plain(row) for row in self.pending],
            "runs": [plain(asdict(run)) for run in self.runs],
            "incidents": [incident_name(number) for number in self.incidents],
        }


@dataclass(frozen=True)
class Status:
    """What `acme observe status TENANT` says, as of `at`."""

    tenant: str
    at: datetime
    environments: tuple[EnvironmentStatus, ...]

    def document(self) -> dict[str, Any]:
        return {
            "tenant": self.tenant,
            "at": self.at.isoformat(),
            "environments": {each.environment: each.document() for each in self.environments},
        }

    @property
    def known(self) -> bool:
        return any(each.known for each in self.environments)

    def text(self) -> str:
        head = ["", *(each.environment for each in self.environments)]
        facts = [[name, *(reader(each, self.at) for each in self.environments)] for name, reader in FACTS.items()]
        names = sorted({run.pipeline for each in self.environments for run in each.runs})
        lasts = [[name, *(_last(each, name, self.at) for each in self.environments)] for name in names]
        late = [line for each in self.environments if (line := _behind(each, self.at))]
        return "\n".join([self.tenant, table([head, *facts, *lasts]), *late])


def incident_name(number: int) -> str:
    return f"INC-{number}"


def incident_number(text: str) -> int | None:
    """The number of `INC-<number>`, or of the number alone; None where it is no incident's."""
    found = re.fullmatch(r"(?:INC-)?(\d{1,18})", text, re.IGNORECASE)
    return int(found[1]) if found else None


def status(
    connection: Connection, tenant: str, at: datetime, next_due: NextDue = lambda _schedule, _after: None
) -> Status:
    """`next_due` reads a schedule; without it nothing is known to be late."""
    return Status(tenant, at, tuple(_environment(connection, tenant, name, next_due) for name in ENVIRONMENTS))


def _environment(connection: Connection, tenant: str, environment: str, next_due: NextDue) -> EnvironmentStatus:
    live = _live(connection, tenant, environment)
    heard = select(collections.c.heard_at).where(collections.c.environment == environment)
    return EnvironmentStatus(
        environment,
        live,
        _pending(connection, tenant, environment),
        _pipelines(connection, tenant, environment, live, next_due),
        _open_incidents(connection, tenant, environment),
        connection.scalar(heard),
    )


def _live(connection: Connection, tenant: str, environment: str) -> Mapping[str, Any] | None:
    mine = (deployments.c.tenant == tenant, deployments.c.environment == environment)
    query = (
        select(deployments).where(*mine, deployments.c.state == "live").order_by(deployments.c.state_at.desc()).limit(1)
    )
    return next(iter(read_rows(connection, query)), None)


def _pending(connection: Connection, tenant: str, environment: str) -> tuple[Mapping[str, Any], ...]:
    mine = (deployments.c.tenant == tenant, deployments.c.environment == environment)
    query = select(deployments).where(*mine, deployments.c.state == "started").order_by(deployments.c.started_at)
    return tuple(read_rows(connection, query))


def _pipelines(
    connection: Connection, tenant: str, environment: str, live: Mapping[str, Any] | None, next_due: NextDue
) -> tuple[LastRun, ...]:
    """Each that is promised or has run, sorted by name."""
    mine = (runs.c.tenant == tenant, runs.c.environment == environment)
    newest = select(runs).where(*mine).ext(distinct_on(runs.c.pipeline))
    lasts = {
        row["pipeline"]: row for row in read_rows(connection, newest.order_by(runs.c.pipeline, runs.c.state_at.desc()))
    }
    fresh, good = _latest(connection, mine, ("published",), "state_at"), _latest(connection, mine, WELL, "started_at")
    promises = (live or {}).get("promises") or {} if (live or {}).get("status") in (None, "active") else {}
    found = []
    for name in sorted({*lasts, *promises}):
        last = {key: lasts[name][key] for key in ("dag_run", "state", "state_at", "epoch")} if name in lasts else {}
        since = good.get(name) or (live or {}).get("state_at")
        until = _fresh_until(promises.get(name, {}), since, next_due)
        found.append(LastRun(name, **last, fresh_at=fresh.get(name), fresh_until=until))
    return tuple(found)


def _latest(
    connection: Connection, mine: Sequence[ColumnElement[bool]], states: Sequence[str], instant: str
) -> dict[str, datetime]:
    """By pipeline the newest such instant of its runs that ended so."""
    query = select(runs.c.pipeline, func.max(runs.c[instant])).where(*mine, runs.c.state.in_(states))
    return {row[0]: row[1] for row in connection.execute(query.group_by(runs.c.pipeline))}


def _fresh_until(promise: Mapping[str, Any], since: datetime | None, next_due: NextDue) -> datetime | None:
    minutes = promise.get("freshness_minutes")
    due = next_due(promise["schedule"], since) if minutes is not None and since else None
    return due + timedelta(minutes=minutes) if due and minutes is not None else None


def _open_incidents(connection: Connection, tenant: str, environment: str) -> tuple[int, ...]:
    query = (
        select(incidents.c.number)
        .join(signals, signals.c.incident == incidents.c.number)
        .where(incidents.c.state == "open", incidents.c.environment == environment, signals.c.tenant == tenant)
    )
    return tuple(connection.scalars(query.distinct().order_by(incidents.c.number)))


def _of(deployment: Mapping[str, Any] | None, key: str, length: int | None = None) -> str:
    return str((deployment or {}).get(key) or "–")[:length]


def _since(each: EnvironmentStatus, at: datetime) -> str:
    if each.deployment is None:
        return "–"
    live_at = each.deployment["state_at"]
    return f"{instant(live_at)} ({span(at - live_at)})"


def _epochs(each: EnvironmentStatus) -> str:
    found = sorted({run.epoch for run in each.runs if run.epoch is not None})
    said = (each.deployment or {}).get("epochs") or {}
    return " ".join(f"{name} {number}" for name, number in sorted(said.items())) or ", ".join(map(str, found)) or "–"


FACTS: Mapping[str, Any] = {
    "state": lambda each, _: each.state or "not deployed",
    "release": lambda each, _: _of(each.deployment, "release", SHORT),
    "deployment": lambda each, _: _of(each.deployment, "deployment"),
    "commit": lambda each, _: _of(each.deployment, "commit", SHORT),
    "live since": _since,
    "epochs": lambda each, _: _epochs(each),
    "on its way": lambda each, _: ", ".join(row["deployment"] for row in each.pending) or "–",
    "incidents": lambda each, _: ", ".join(map(incident_name, each.incidents)) or "none open",
}


def _last(each: EnvironmentStatus, pipeline: str, at: datetime) -> str:
    run = next((run for run in each.runs if run.pipeline == pipeline), None)
    if run is None:
        return "–"
    return ", ".join(filter(None, (_ran(run, at), _freshness(run, at))))


def _ran(run: LastRun, at: datetime) -> str:
    if run.state_at is None:
        return "no run yet"
    ended = f"{run.state} {span(at - run.state_at)} ago"
    if run.state == "published":
        return ended
    return f"{ended}, fresh {span(at - run.fresh_at)} ago" if run.fresh_at else f"{ended}, never published"


def _freshness(run: LastRun, at: datetime) -> str:
    """Against the promise."""
    if run.fresh_until is None:
        return ""
    if run.fresh_until < at:
        return f"LATE since {instant(run.fresh_until)[:16]} ({span(at - run.fresh_until)})"
    return f"on time until {instant(run.fresh_until)[:16]}"


def _behind(each: EnvironmentStatus, at: datetime) -> str:
    return behind(each.environment, each.heard_at, at) if each.known else ""


def behind(environment: str, heard_at: datetime | None, at: datetime) -> str:
    """That the records may not know what happened last; empty where they do."""
    if heard_at and at - heard_at < HEARD_WITHIN:
        return ""
    since = f"was last heard {span(at - heard_at)} ago" if heard_at else "was never heard"
    return (
        f"{environment}: the collector {since}; what happened since is not shown. fix: ./acme sandbox up, or start it"
    )
