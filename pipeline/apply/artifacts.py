"""What a deployment leaves in S3 before anything else: release, runtime and its own record, each read back.

Release and runtime are named by their content and never overwritten. Fails with `Conflict` where other bytes already stand
under such a name.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline import cloud, naming
from pipeline.apply.records import Record
from pipeline.errors import Conflict, Missing
from pipeline.plan.desired import Desired
from pipeline.release import Release, canonical

ALREADY = frozenset(
    {"PreconditionFailed", "ConditionalRequestConflict"}
)  # it stands; somebody writes it at this moment


def write(s3: Any, desired: Desired, record: Record) -> None:
    """Repeatable: what stands is only read."""
    place, tenant = desired.environment.place, desired.tenant
    runtimes = place.dags_prefix(desired.settings["cell"]) + naming.runtime_file(desired.runtime.digest)
    _once(s3, place.lake_bucket, naming.release_key(tenant, desired.release.digest), desired.release.bytes())
    _once(s3, place.dags_bucket, runtimes, desired.runtime.content)
    _once(s3, place.lake_bucket, naming.deployment_key(tenant, record.id), canonical(document(desired, record)))


def document(desired: Desired, record: Record) -> dict[str, Any]:
    """What a run learns of its deployment: {format, id, tenant, environment, epoch, release, runtime, program, …, settings}."""
    known = ("id", "tenant", "environment", "epoch", "release", "runtime", "program", "commit", "author", "cause")
    return {"format": 1, **{name: getattr(record, name) for name in known}, "settings": dict(desired.settings)}


def store_release(s3: Any, bucket: str, release: Release) -> None:
    """Into another account's lake, as a promotion does."""
    _once(s3, bucket, naming.release_key(release.tenant, release.digest), release.bytes())


def stored_release(s3: Any, bucket: str, tenant: str, digest: str) -> bytes:
    """A stored release's bytes. `Missing` where there is none."""
    return _read(s3, bucket, naming.release_key(tenant, digest))


def _once(s3: Any, bucket: str, key: str, content: bytes) -> None:
    """Puts an object unless one stands there, then reads back what stands."""
    from botocore.exceptions import ClientError

    with cloud.failures(f"s3://{bucket}/{key}"):
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=content, IfNoneMatch="*", ContentType=_kind(key))
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise no_platform(bucket) from error
            if error.response["Error"]["Code"] not in ALREADY:
                raise
    stands = _read(s3, bucket, key)
    if hashlib.sha256(stands).digest() != hashlib.sha256(content).digest():
        raise Conflict(
            f"s3://{bucket}/{key} holds other bytes.",
            why="Such a name is never written twice.",
            fix="restore its first version",
        )


def no_platform(bucket: str) -> Missing:
    """The shared parts come first: no tenant's stack makes a bucket."""
    return Missing(
        f"the bucket {bucket} does not exist.", fix="acme apply --platform, in the same environment, comes first"
    )


def _read(s3: Any, bucket: str, key: str) -> bytes:
    with cloud.failures(f"s3://{bucket}/{key}"):
        try:
            content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
            raise Missing(f"s3://{bucket}/{key} does not exist.") from error
    return content


def _kind(key: str) -> str:
    return "application/zip" if key.endswith(".zip") else "application/json"
