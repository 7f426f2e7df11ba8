"""One DAG run's frozen start: what it is bound to, and the objects that it landed.

A run reads its binding as its first act (the newest epoch row names release and deployment) and finishes on it. The
manifest is written once, `If-None-Match: *`, under (pipeline, run): every task, retry and re-run uses the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.events import Correlation
from pipeline.release import Pipeline, canonical, document_of
from pipeline.settings import Environment

MANIFEST_FORMAT = 1
WINDOW = re.compile(r"[^?]+\?.*\.\.\d{4}-\d\d-\d\dT[^?]*")


@dataclass(frozen=True)
class Binding:
    """What a run is bound to until it ends.

    `settings` is the tenant's settings document of the deployment: {tenant, environment, title, tier, owners, promotion,
    cell, status, connectors: {name: {endpoint, user, secret, host_keys}}}. `sharing` is how many pipelines of the release use
    this one's connector: what is promised to its host is promised by all of them together, and each keeps to its share.
    """

    environment: Environment
    tenant: str
    pipeline: Pipeline
    run: str
    epoch: int
    release: str
    deployment: str
    runtime: str
    settings: Mapping[str, Any]
    sharing: int = 1

    @property
    def connector_settings(self) -> Mapping[str, Any]:
        """{endpoint, user, secret, host_keys} of this pipeline's connector, as far as its kind has them."""
        settings: Mapping[str, Any] = self.settings["connectors"][self.pipeline.connector.name]
        return settings

    @property
    def ids(self) -> Correlation:
        return Correlation(
            tenant=self.tenant,
            environment=self.environment.name,
            deployment=self.deployment,
            release=self.release,
            pipeline=self.pipeline.name,
            dag_run=self.run,
            connector=self.pipeline.connector.name,
            target=self.environment.place.published_view(self.tenant, self.pipeline.name),
        )


@dataclass(frozen=True)
class LandedFile:
    """One file in the lake that a load copies. `key` is content-addressed; `size` in bytes as stored.

    `records` counts the source's records without the header; `fields` are the source's field names in their order (CSV:
    the header as it stands; JSON: every top-level name seen, sorted).
    """

    key: str
    sha256: str
    size: int
    records: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class LandedObject:
    """One source file, or one API pull: what counts once.

    `source_key` is the file's path, or the pull's window. `content_sha256` is over the content that counts (a file's bytes,
    a pull's records), so equal content is known again. `originals` are keys of raw bytes kept beside what is loaded.
    `watermark` is the highest value seen of the pipeline's watermark field.
    """

    source_key: str
    content_sha256: str
    files: tuple[LandedFile, ...]
    originals: tuple[str, ...] = ()
    watermark: str | None = None
    modified_at: str | None = None

    @property
    def records(self) -> int:
        return sum(file.records for file in self.files)


@dataclass(frozen=True)
class Waiting:
    """An object that the run saw at the source and holds back, and why, in the words of a diagnosis. `version` tells its bytes
    from others under the same name, as far as they were read; empty where the name itself is the fault."""

    source_key: str
    version: str
    kind: str
    cause: str
    what: str


def is_window(source_key: str) -> bool:
    """Whether an object is an API pull's window: the next run asks for the same records under another name."""
    return WINDOW.fullmatch(source_key) is not None


@dataclass(frozen=True)
class Known:
    """What the pipeline's ledger says when a run begins: what a source shows again need not be landed again.

    `live`: source_key → content that readers see of it. `revoked`: (source_key, content) taken back by a person: no scheduled
    run lands it again, a replay does. `contents`: every content that is live. `newest`: the content of the newest live object.
    `watermark`: of the newest live object that has one.
    """

    live: Mapping[str, str]
    revoked: frozenset[tuple[str, str]] = frozenset()
    contents: frozenset[str] = frozenset()
    newest: str | None = None
    watermark: str | None = None


@dataclass(frozen=True)
class Manifest:
    """The frozen list of a run's objects, with the epoch, release and deployment that the run is bound to.

    `held` are those that the run saw and left out: it cannot end well, whichever of its tries ends it.
    """

    tenant: str
    pipeline: str
    run: str
    epoch: int
    release: str
    deployment: str
    created_at: str
    objects: tuple[LandedObject, ...]
    held: tuple[Waiting, ...] = ()

    def bytes(self) -> bytes:
        """`held` stands in it where there is something to say: a runtime from before it knew the word reads all others."""
        document = {"format": MANIFEST_FORMAT, **document_of(self)}
        if not self.held:
            del document["held"]
        return canonical(document)


def read_manifest(content: bytes) -> Manifest:
    """A manifest out of its bytes. `KeyError`, `TypeError` or `ValueError` where they are none."""
    document = json.loads(content)
    if document.pop("format") != MANIFEST_FORMAT:
        raise ValueError("a manifest of a format unknown to this runtime")
    objects = tuple(_object(entry) for entry in document.pop("objects"))
    held = tuple(Waiting(**entry) for entry in document.pop("held", ()))
    return Manifest(**document, objects=objects, held=held)


def read_object(content: bytes) -> LandedObject:
    """A landed object out of its own paper."""
    return _object(json.loads(content))


def _object(entry: Mapping[str, Any]) -> LandedObject:
    files = tuple(LandedFile(**{**file, "fields": tuple(file["fields"])}) for file in entry["files"])
    return LandedObject(**{**entry, "files": files, "originals": tuple(entry["originals"])})
