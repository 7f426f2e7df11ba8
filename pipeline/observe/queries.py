"""What the command line and the console ask of the records. Reads only; whatever one shows, the other can print.

`status` puts both environments of a tenant side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from pipeline.naming import ENVIRONMENTS
from pipeline.observe.rendering import instant, plain, span, table
from pipeline.observe.store import deployments, incidents, read_rows, runs, signals

SHORT = 8


@dataclass(frozen=True)
class LastRun:
    """The newest run of a pipeline. `fresh_at` is when any of its runs last published."""

    pipeline: str
    dag_run: str
    state: str
    state_at: datetime
    epoch: int | None
    fresh_at: datetime | None


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment of a tenant. `deployment` is the live one; `pending` what was started after it and has not ended."""

    environment: str
    deployment: Mapping[str, Any] | None
    pending: tuple[Mapping[str, Any], ...]
    runs: tuple[LastRun, ...]
    incidents: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        return {
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

    def text(self) -> str:
        head = ["", *(each.environment for each in self.environments)]
        facts = [[name, *(reader(each, self.at) for each in self.environments)] for name, reader in FACTS.items()]
        names = sorted({run.pipeline for each in self.environments for run in each.runs})
        lasts = [[name, *(_last(each, name, self.at) for each in self.environments)] for name in names]
        return f"{self.tenant}\n{table([head, *facts, *lasts])}"


def incident_name(number: int) -> str:
    return f"INC-{number}"


def status(connection: Connection, tenant: str, at: datetime) -> Status:
    return Status(tenant, at, tuple(_environment(connection, tenant, name) for name in ENVIRONMENTS))


def _environment(connection: Connection, tenant: str, environment: str) -> EnvironmentStatus:
    live = _live(connection, tenant, environment)
    return EnvironmentStatus(
        environment,
        live,
        _pending(connection, tenant, environment),
        _last_runs(connection, tenant, environment),
        _open_incidents(connection, tenant, environment),
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


def _last_runs(connection: Connection, tenant: str, environment: str) -> tuple[LastRun, ...]:
    mine = (runs.c.tenant == tenant, runs.c.environment == environment)
    newest = (
        select(runs).where(*mine).ext(distinct_on(runs.c.pipeline)).order_by(runs.c.pipeline, runs.c.state_at.desc())
    )
    fresh = select(runs.c.pipeline, func.max(runs.c.state_at)).where(*mine, runs.c.state == "published")
    fresh_at = {row[0]: row[1] for row in connection.execute(fresh.group_by(runs.c.pipeline))}
    return tuple(
        LastRun(
            row["pipeline"], row["dag_run"], row["state"], row["state_at"], row["epoch"], fresh_at.get(row["pipeline"])
        )
        for row in read_rows(connection, newest)
    )


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
    fresh = f", fresh {span(at - run.fresh_at)} ago" if run.fresh_at else ", never published"
    return f"{run.state} {span(at - run.state_at)} ago{fresh if run.state != 'published' else ''}"
