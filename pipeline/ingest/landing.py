"""Ingest, whole: looks at the source as the tenant, lands what is new, and freezes the run's manifest.

Reads the tenant's secret and source, writes below its landing and manifest prefixes, sends `ingest.*` events.
A retry or a second attempt of the same run finds the manifest and takes it as it is. Fails with errors.py alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline import cloud, naming
from pipeline.attempt import Fault
from pipeline.cloud import Credentials, Secret
from pipeline.errors import Conflict, Missing, Usage
from pipeline.events import Event, Sink
from pipeline.ingest import dismissal
from pipeline.ingest.api import ApiSource
from pipeline.ingest.lake import Lake
from pipeline.ingest.sftp import SftpSource
from pipeline.ingest.source import Held, Source
from pipeline.release import Pipeline, document_of
from pipeline.run import Binding, Known, LandedObject, Manifest, read_manifest

KINDS: Mapping[str, Callable[[Binding, Secret], Source]] = {"api": ApiSource, "sftp": SftpSource}


def land(
    binding: Binding, known: Known, sink: Sink, credentials: Credentials | None = None, *, replay: tuple[str, ...] = ()
) -> Manifest:
    """The run's manifest: frozen now, or found. `known` is what the ledger says; nothing new gives a manifest without objects.

    `credentials` are the tenant's, narrowed to ingest; without them the orchestrator assumes the role. `replay` names source
    keys: then the source is not asked, and the run gets these objects out of the newest manifests that hold them.
    """
    credentials = credentials or cloud.assume_tenant(binding.environment, binding.tenant, "ingest", binding.run)
    lake, report = lake_of(binding, credentials), Report(binding, sink)
    found = frozen(lake, binding)
    if found is not None:
        return found
    report.send("ingest.run.started", {"epoch": binding.epoch})
    if replay:
        return freeze(binding, lake, recall(lake, replay), report)
    with closing(open_source(binding, credentials)) as source:
        objects, held = take(binding.pipeline, known, source.fetch(known, lake), report, dismissed_in(lake))
    return freeze(binding, lake, objects, report, held)


def recall(lake: Lake, source_keys: tuple[str, ...]) -> tuple[LandedObject, ...]:
    """Objects of earlier runs by their source keys, as they were landed last. `Missing` names those that were never landed."""
    found: dict[str, LandedObject] = {}
    for content in lake.manifests():
        for landed in read_manifest(content).objects:
            if landed.source_key in source_keys:
                found.setdefault(landed.source_key, landed)
        if len(found) == len(set(source_keys)):
            break
    if missing := sorted(set(source_keys) - found.keys()):
        raise Missing(f"no run has landed {', '.join(missing)}.", where=f"{lake.tenant} {lake.pipeline}")
    return tuple(found[key] for key in dict.fromkeys(source_keys))


def open_source(binding: Binding, credentials: Credentials) -> Source:
    """The pipeline's connector, open, with the secret that the tenant may read."""
    name = binding.connector_settings["secret"]
    return open_with(binding, cloud.read_secret(binding.environment, credentials, binding.tenant, name))


def open_with(binding: Binding, secret: Secret) -> Source:
    """The pipeline's connector, open. `Usage` for a kind that this runtime does not know."""
    kind = binding.pipeline.connector.kind
    if kind not in KINDS:
        raise Usage(
            f"connector {binding.pipeline.connector.name} is of kind `{kind}`, which this runtime does not know."
        )
    return KINDS[kind](binding, secret)


def lake_of(binding: Binding, credentials: Credentials) -> Lake:
    environment = binding.environment
    s3 = cloud.client(environment, credentials, "s3")
    return Lake(s3, environment.place.lake_bucket, binding.tenant, binding.pipeline.name)


@dataclass(frozen=True)
class Report:
    """What ingest tells the world. An event's id follows from what it says, so a repeat is the same event."""

    binding: Binding
    sink: Sink

    def send(self, name: str, data: Mapping[str, Any], source_key: str = "") -> None:
        identity = "\n".join(
            (self.binding.run, name, source_key, str(data.get("content_sha256", "")), str(data.get("at", "")))
        )
        ids = self.binding.ids.but(task="ingest", object=source_key)
        self.sink.send(Event(hashlib.sha256(identity.encode()).hexdigest(), name, datetime.now(UTC), ids, data))

    def landed(self, landed: LandedObject) -> None:
        data = {
            "content_sha256": landed.content_sha256,
            "records": landed.records,
            "files": [f.key for f in landed.files],
        }
        self.send("ingest.object.landed", data, landed.source_key)

    def held(self, held: Held) -> None:
        data = {"content_sha256": held.content_sha256, "faults": [document_of(held.fault)]}
        self.send("ingest.object.held", data, held.source_key)


@dataclass
class Seen:
    """What counts as known while a run lands its objects: the ledger's word, and those that came before in this very run."""

    known: Known
    contents: set[str] = field(default_factory=set)
    newest: str | None = None

    def note(self, landed: LandedObject) -> None:
        self.contents.add(landed.content_sha256)
        self.newest = landed.content_sha256


def take(
    pipeline: Pipeline,
    known: Known,
    fetched: Iterable[LandedObject | Held],
    report: Report,
    is_dismissed: Callable[[LandedObject | Held], bool],
) -> tuple[tuple[LandedObject, ...], tuple[Held, ...]]:
    """What goes into the manifest, and what waits; of each the world hears."""
    seen, taken, held = Seen(known, set(known.contents), known.newest), list[LandedObject](), list[Held]()
    for one in fetched:
        outcome = one if isinstance(one, Held) else judge(pipeline, seen, one)
        if outcome is None or is_dismissed(outcome):
            continue
        if isinstance(outcome, Held):
            held.append(outcome)
            report.held(outcome)
        else:
            seen.note(outcome)
            taken.append(outcome)
            report.landed(outcome)
    return tuple(taken), tuple(held)


def dismissed_in(lake: Lake) -> Callable[[LandedObject | Held], bool]:
    """Whether a person let go of these bytes; the lake is asked once, and only where there is something to ask about."""
    papers: list[frozenset[str]] = []

    def is_dismissed(one: LandedObject | Held) -> bool:
        if not papers:
            papers.append(lake.dismissed())
        version = one.version if isinstance(one, Held) else one.content_sha256
        return dismissal.key(lake, one.source_key, version) in papers[0]

    return is_dismissed


def judge(pipeline: Pipeline, seen: Seen, landed: LandedObject) -> LandedObject | Held | None:
    """None where it is known and nothing is to be done; held where a person must say what it means."""
    key, content, live = landed.source_key, landed.content_sha256, seen.known.live.get(landed.source_key)
    if live == content or (key, content) in seen.known.revoked:
        return None
    if live is not None and pipeline.same_name == "hold":
        return _duplicate(landed, f"other bytes arrived under the known name {key}.")
    twins = {seen.newest} if pipeline.write == "replace" else seen.contents
    if content not in twins or pipeline.same_bytes == "load":
        return landed
    return (
        None
        if pipeline.same_bytes == "skip"
        else _duplicate(landed, f"{key} holds bytes that are known under another name.")
    )


def _duplicate(landed: LandedObject, what: str) -> Held:
    return Held(landed.source_key, Fault("load", "duplicate", what), landed.content_sha256)


def _manifest_key(binding: Binding) -> str:
    return naming.manifest_key(binding.tenant, binding.pipeline.name, binding.run)


def frozen(lake: Lake, binding: Binding) -> Manifest | None:
    content = lake.read(_manifest_key(binding))
    return None if content is None else read_manifest(content)


def freeze(
    binding: Binding, lake: Lake, objects: tuple[LandedObject, ...], report: Report, held: tuple[Held, ...] = ()
) -> Manifest:
    """Written once. Whoever comes second takes the first one's."""
    manifest = Manifest(
        binding.tenant,
        binding.pipeline.name,
        binding.run,
        binding.epoch,
        binding.release,
        binding.deployment,
        _now(),
        objects,
        tuple(one.waiting for one in held),
    )
    key = _manifest_key(binding)
    if not lake.create(key, manifest.bytes()):
        found = frozen(lake, binding)
        if found is None:
            raise Conflict("the manifest was refused and is not there.", where=key)
        return found
    counts = {"objects": len(objects), "held": len(held), "records": sum(o.records for o in objects)}
    report.send("ingest.manifest.frozen", {"manifest": key, **counts})
    return manifest


def _now() -> str:
    return datetime.now(UTC).isoformat()
