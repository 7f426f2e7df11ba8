"""One deployment, from the lease to the commit of its epoch rows: the instant at which it is live.

The order of its steps, each repeatable: judged again by main's rules · artifacts written and read back · preview, where steps
were approved · `up` · tables and views by DDL · one transaction with an epoch row for each pipeline that changed. A kill at any
instant leaves the lease of a dead process and a record that says `started`; the next apply finishes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Engine as Records

from pipeline import naming
from pipeline.apply import artifacts, infrastructure, last_look, lease, records
from pipeline.apply.judgement import Judge
from pipeline.apply.last_look import Probe
from pipeline.apply.records import Record
from pipeline.errors import AcmeError, Busy
from pipeline.events import Correlation, Event, Sink
from pipeline.plan.desired import Desired
from pipeline.plan.engine import Engine, Program
from pipeline.plan.step import Step, beyond
from pipeline.publish import epoch, schema
from pipeline.warehouse import Session

# Each waits a minute for a lock. Snowflake ends a transaction that blocks another and whose client has been silent for five.
LOCK_ATTEMPTS = 7


@dataclass(frozen=True)
class World:
    """What an apply touches, each part as the deployer of one environment."""

    aws: Callable[[str], Any] = field(repr=False)  # a client by the service's name
    records: Records
    engine: Engine
    program: Callable[[Desired], Program]
    warehouse: Callable[[], AbstractContextManager[Session]]
    sink: Sink
    probe: Probe = lambda _desired: ()


@dataclass(frozen=True)
class Request:
    """Who asks for it and why. `approved` are the approved steps (`Step.approved`); None: whatever the preview says.

    `judge` is asked once it is known what there is to do, and before it is done.
    """

    commit: str
    author: str
    cause: str
    approved: Sequence[Mapping[str, Any]] | None = None
    judge: Judge = lambda _tenant, _live, _steps: None


@dataclass(frozen=True)
class Deployed:
    """How it ended. `epochs` maps the pipelines whose epoch rose to their new one."""

    outcome: Literal["live", "unchanged"]
    record: Record
    steps: tuple[Step, ...] = ()
    epochs: Mapping[str, int] = field(default_factory=dict)


def deploy(desired: Desired, world: World, request: Request) -> Deployed:
    """Makes `desired` live, or finds that it is. Fails with whatever the world said; the record then says `failed`."""
    where = (desired.tenant, desired.environment.name)
    if unchanged := _unchanged(desired, world):
        return unchanged
    with lease.held(world.records, *where) as heartbeat:
        if unchanged := _unchanged(desired, world):
            return unchanged
        record = _record(desired, world, request)
        _say(world, record, "started", tier=desired.settings["tier"])
        try:
            deployed = _make(desired, world, request, record, heartbeat)
        except AcmeError as error:
            records.finish(world.records, record, "failed", error.sentence())
            _say(world, record, "failed", error={"type": type(error).__name__, "message": error.sentence(), "log": []})
            raise
    told = {"tier": desired.settings["tier"], "status": desired.settings["status"], "promises": desired.promises}
    _say(world, deployed.record, "live", epochs=dict(deployed.epochs), **told)
    return deployed


def _unchanged(desired: Desired, world: World) -> Deployed | None:
    """The live deployment, where it is what is desired and nothing was tried since: that may have left something half done."""
    newest = records.newest(world.records, desired.tenant, desired.environment.name)
    if newest is None or newest.state != "live" or newest.identity != desired.identity:
        return None
    return Deployed("unchanged", newest)


def _record(desired: Desired, world: World, request: Request) -> Record:
    """The killed apply's record, where it wanted the same; else a new one, and the killed one is given up."""
    where = (desired.tenant, desired.environment.name)
    left = records.unfinished(world.records, *where)
    if left and left.identity == desired.identity:
        return left
    if left:
        records.finish(
            world.records, left, "failed", "given up: its apply was killed, and something else is desired now"
        )
    release, settings, runtime, program = desired.identity
    return records.begin(
        world.records,
        Record(
            id=f"dep-{uuid.uuid4().hex[:12]}",
            tenant=desired.tenant,
            environment=desired.environment.name,
            epoch=0,
            release=release,
            settings=settings,
            runtime=runtime,
            program=program,
            commit=request.commit,
            author=request.author,
            cause=request.cause,
            state="started",
            bindings=desired.bindings,
        ),
    )


def _make(desired: Desired, world: World, request: Request, record: Record, heartbeat: lease.Heartbeat) -> Deployed:
    live = records.last_live(world.records, record.tenant, record.environment)
    name = naming.stack(desired.tenant, desired.environment.name)

    def ready(steps: Sequence[Step]) -> None:
        if request.approved is not None:
            infrastructure.refuse(beyond(request.approved, steps))
        request.judge(record.tenant, live.commit if live else "", steps)
        artifacts.write(world.aws("s3"), desired, record)

    others = [one.program for one in records.standing(world.records, record.tenant, record.environment)]
    same = live is not None and set(others) == {record.program}
    steps = infrastructure.make(world, name, world.program(desired), heartbeat, ready, same=same)
    last_look.look(desired, world.records, world.probe)
    heartbeat.check()
    epochs = _publish_in_time(desired, world, record, heartbeat)
    records.finish(world.records, record, "live")
    return Deployed("live", record, steps, epochs)


def _publish_in_time(desired: Desired, world: World, record: Record, heartbeat: lease.Heartbeat) -> dict[str, int]:
    """Where an apply died before this one, its transaction may still hold the mutexes: it is waited for as long as that lasts."""
    for _ in range(LOCK_ATTEMPTS - 1 if heartbeat.killed else 0):
        try:
            return _publish(desired, world, record)
        except Busy:
            heartbeat.check()
    return _publish(desired, world, record)


def _publish(desired: Desired, world: World, record: Record) -> dict[str, int]:
    """Tables and views, then the epochs of what changed: with their commit the deployment is live."""
    place, tenant = desired.environment.place, desired.tenant
    changed = changed_pipelines(_bound(world, record), desired.bindings)
    with world.warehouse() as session:
        schema.build(session, place, tenant, [p for p in desired.release.pipelines if p.name in changed])
        return epoch.raise_epochs(
            session, place, tenant, changed, release=record.release, deployment=record.id, above=record.epoch - 1
        )


def _bound(world: World, record: Record) -> list[Mapping[str, str]]:
    """What runs may be bound to now: by what is live (nothing, at first), or by what was tried since."""
    standing = records.standing(world.records, record.tenant, record.environment)
    tried = [one.bindings for one in standing if one.id != record.id]
    return tried if any(one.state == "live" for one in standing) else [*tried, {}]


def changed_pipelines(before: Iterable[Mapping[str, str]], after: Mapping[str, str]) -> list[str]:
    """Those that are new, gone, or bound to something else than under any of `before`.

    A gone one's late workers must be turned away too. `before` is what was live and whatever was tried since: a killed apply
    may have committed its epochs and not written it down.
    """
    return sorted({name for old in before for name in {*old, *after} if old.get(name) != after.get(name)})


def _say(world: World, record: Record, what: str, **data: Any) -> None:
    ids = Correlation(
        tenant=record.tenant,
        environment=record.environment,
        deployment=record.id,
        release=record.release,
        commit=record.commit,
    )
    known = {
        name: getattr(record, name) for name in ("epoch", "settings", "runtime", "program", "commit", "author", "cause")
    }
    event = Event(f"{record.id}.{what}", f"apply.deployment.{what}", datetime.now(UTC), ids, {**known, **data})
    world.sink.send(event)
