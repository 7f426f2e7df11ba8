"""Objects that a person let go of: no scheduled run lands or holds them again, as long as their bytes stay what they are.

Reads and writes papers below the pipeline's manifests, one an object, written once. A replay may still load such an object.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from pipeline import naming
from pipeline.ingest.lake import Lake
from pipeline.release import canonical
from pipeline.run import read_manifest


def key(lake: Lake, source_key: str, version: str) -> str:
    """Where the paper of these bytes under this name stands, if somebody wrote it."""
    identity = hashlib.sha256(f"{source_key}\n{version}".encode()).hexdigest()
    return naming.dismissed_key(lake.tenant, lake.pipeline, identity)


def dismiss(lake: Lake, source_key: str, version: str, reason: str, by: str) -> bool:
    """Whether it is dismissed by this call; False where it was already."""
    said = {"source_key": source_key, "version": version, "reason": reason, "by": by}
    return lake.create(key(lake, source_key, version), canonical({**said, "at": datetime.now(UTC).isoformat()}))


def last_version(lake: Lake, source_key: str) -> str | None:
    """Which bytes the newest run saw under this name; None where no manifest knows it."""
    for content in lake.manifests():
        manifest = read_manifest(content)
        seen = {landed.source_key: landed.content_sha256 for landed in manifest.objects}
        seen |= {held.source_key: held.version for held in manifest.held}
        if source_key in seen:
            return seen[source_key]
    return None
