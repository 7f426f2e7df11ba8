"""What a DAG's four tasks do, free of Airflow: each finds its binding, works under the tenant's role, says how it ended.

A run reads its binding as its first act, in `ingest`; the manifest carries it to the others. Whatever goes wrong is told
as `<stage>.run.failed` before it is raised again.
"""

from __future__ import annotations

import json
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipeline import attempt, cloud, naming, settings, warehouse
from pipeline import release as releases
from pipeline.attempt import Fault, ObjectLoad
from pipeline.cloud import Credentials, SqsSink
from pipeline.errors import AcmeError
from pipeline.events import Correlation, Event
from pipeline.ingest import landing
from pipeline.load.loading import load as load_attempt
from pipeline.publish import fence, known
from pipeline.publish.epoch import EpochRow, read_epoch
from pipeline.release import document_of
from pipeline.run import Binding, Manifest, Waiting, read_manifest
from pipeline.settings import Environment
from pipeline.verify.auditing import verify as audit_attempt

LOG_LINES = 40


@dataclass(frozen=True)
class Start:
    """Which task of which run. `replay` names source keys to load again from the bytes that earlier runs landed."""

    tenant: str
    environment: str
    pipeline: str
    run: str
    task: str
    try_number: int = 1
    replay: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How a task ended. `skip`: the run is done and well; `fail`: nothing more may happen until somebody acts."""

    outcome: str
    ending: Literal["go", "skip", "fail"] = "go"
    said: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


Said = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """One task's hands: the tenant's role narrowed to this task, and where its events go."""

    start: Start

    @cached_property
    def environment(self) -> Environment:
        return settings.load(self.start.environment, Path())

    @cached_property
    def credentials(self) -> Credentials:
        return cloud.assume_tenant(self.environment, self.start.tenant, self.start.task, self.start.run)

    @cached_property
    def sink(self) -> SqsSink:
        return SqsSink(self.environment, cloud.session(self.environment, "orchestrator"))

    @cached_property
    def ids(self) -> Correlation:
        start = self.start
        return Correlation(
            tenant=start.tenant,
            environment=start.environment,
            pipeline=start.pipeline,
            dag_run=start.run,
            task=start.task,
        )

    @cached_property
    def lake(self) -> Any:
        """A client of S3 under the tenant's role: made once, since each takes 50 ms of a small task."""
        return cloud.client(self.environment, self.credentials, "s3")

    def read(self, key: str) -> bytes:
        """An object of the lake."""
        with cloud.failures(key):
            body: bytes = self.lake.get_object(Bucket=self.environment.place.lake_bucket, Key=key)["Body"].read()
        return body

    def manifest(self) -> Manifest:
        return read_manifest(self.read(naming.manifest_key(self.start.tenant, self.start.pipeline, self.start.run)))

    def bound(self, row: EpochRow) -> Binding | None:
        start = self.start
        return bind(self.environment, start.tenant, start.pipeline, start.run, row, self.read)


def bind(
    environment: Environment, tenant: str, pipeline: str, run: str, row: EpochRow, read: Callable[[str], bytes]
) -> Binding | None:
    """What an epoch row binds a run to; None where its release has no such pipeline any more. `read`: key → bytes of the lake."""
    deployed = json.loads(read(naming.deployment_key(tenant, row.deployment)))
    whole = releases.read(read(naming.release_key(tenant, row.release)), row.release)
    if pipeline not in {known.name for known in whole.pipelines}:
        return None
    mine = whole.pipeline(pipeline)
    return Binding(
        environment=environment,
        tenant=tenant,
        pipeline=mine,
        run=run,
        epoch=row.epoch,
        release=row.release,
        deployment=row.deployment,
        runtime=deployed["runtime"],
        settings=deployed["settings"],
        sharing=sum(each.connector.name == mine.connector.name for each in whole.pipelines),
    )


def telling(stage: Callable[[Task, Said], Result]) -> Callable[[Start, Said], Result]:
    """A task whose failure is told as an event before it goes on."""

    def run(start: Start, said: Said) -> Result:
        task = Task(start)
        try:
            return stage(task, said)
        except Exception as error:
            _tell(task, error)
            raise

    return run


def _tell(task: Task, error: Exception) -> None:
    """The error's words, and the last lines of its traceback: what a diagnosis reads."""
    message = error.sentence() if isinstance(error, AcmeError) else f"{type(error).__name__}: {error}"
    lines = "".join(traceback.format_exception(error)).splitlines()[-LOG_LINES:]
    data = {"error": {"type": type(error).__name__, "message": message, "log": lines}, "try": task.start.try_number}
    name = f"{task.start.task}.run.failed"
    task.sink.send(Event(uuid.uuid4().hex, name, datetime.now(UTC), task.ids, data))


@telling
def ingest(task: Task, _said: Said) -> Result:
    """Binds the run and lands what is new; the manifest is frozen when it returns."""
    start, place = task.start, task.environment.place
    with _reader(task) as session:
        row = read_epoch(session, place, start.tenant, start.pipeline)
        binding = task.bound(row) if row else None
        if binding is None:
            return Result("not live yet", "skip")
        knows = known.known(session, place, start.tenant, binding.pipeline)
    return ended(landing.land(binding, knows, task.sink, task.credentials, replay=start.replay))


def ended(manifest: Manifest) -> Result:
    """How ingest ends: where all that it saw waits, the run ends here."""
    if manifest.objects:
        return Result("landed", said={"objects": len(manifest.objects)})
    if manifest.held:
        return _held({held.source_key: [_fault(held)] for held in manifest.held})
    return Result("nothing new", "skip")


def _fault(held: Waiting) -> Fault:
    return Fault(held.kind, held.cause, held.what)


def _held(held: Mapping[str, Sequence[Fault]], said: Said | None = None) -> Result:
    """Objects wait: the run fails, so that somebody looks, whatever else it published."""
    reasons = [f"{key}: {fault.kind}/{fault.cause}: {fault.what}" for key, faults in held.items() for fault in faults]
    return Result("held", "fail", said or {}, "held. " + " ".join(reasons))


def _reader(task: Task) -> warehouse.Session:
    """A session for the run's first look, before it knows its binding: no warehouse of a tier yet."""
    user = task.environment.place.snowflake_user(task.start.tenant)
    tag = task.ids.query_tag()
    return warehouse.connect(task.environment, task.credentials, user=user, role=user, warehouse="", query_tag=tag)


def _bound(task: Task) -> tuple[Binding, Manifest]:
    """What the run was bound to when it froze its manifest."""
    manifest = task.manifest()
    binding = task.bound(EpochRow(manifest.epoch, manifest.release, manifest.deployment, manifest.created_at))
    if binding is None:
        raise KeyError(task.start.pipeline)
    return binding, manifest


@telling
def load(task: Task, _said: Said) -> Result:
    """Writes the objects' rows under a new attempt; nobody sees them yet."""
    binding, manifest = _bound(task)
    made = load_attempt(binding, manifest, task.credentials, task.sink)
    return Result("loaded", said={"attempt": document_of(made)})


@telling
def verify(task: Task, said: Said) -> Result:
    """Audits exactly the attempt's rows."""
    binding, _ = _bound(task)
    made = attempt.read_attempt(said["attempt"])
    audit = audit_attempt(binding, made, task.credentials, task.sink)
    return Result("verified", said={**said, "audit": document_of(audit)})


@telling
def publish(task: Task, said: Said) -> Result:
    """Lets what is good count, by ledger rows, under the fence."""
    binding, manifest = _bound(task)
    made, audit = attempt.read_attempt(said["attempt"]), attempt.read_audit(said["audit"])
    outcome = fence.publish(binding, manifest, with_held(made, manifest), audit, task.credentials, task.sink)
    return _published(outcome)


def with_held(made: attempt.Attempt, manifest: Manifest) -> attempt.Attempt:
    """The attempt, and with it what ingest held back: a run that leaves something waiting never ends as if it did not."""
    held = (ObjectLoad(one.source_key, one.version, held=True, faults=(_fault(one),)) for one in manifest.held)
    return replace(made, objects=(*made.objects, *held))


def _published(outcome: fence.Outcome) -> Result:
    """A superseded run is none of anybody's business."""
    if outcome.held:
        return _held(outcome.held, outcome.document())
    if outcome.kind is fence.Kind.SWEPT:
        return Result(
            "swept", "fail", outcome.document(), "the attempt was swept before it was published; run it again"
        )
    if outcome.kind in {fence.Kind.SUPERSEDED, fence.Kind.NOTHING_NEW}:
        return Result(str(outcome.kind), "skip")
    return Result(str(outcome.kind), said=outcome.document())
