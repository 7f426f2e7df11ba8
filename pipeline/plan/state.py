"""The engine's own state of a stack, as it lies in the environment's bucket: read there, no engine is started for it.

Fails with what `cloud.failures` makes of AWS's answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pipeline import cloud, naming
from pipeline.naming import Place

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  a type


def read(s3: Any, bucket: str, stack: str) -> dict[str, Any] | None:
    """{resources, pending_operations, …} of the newest checkpoint; None where the stack was never made."""
    key = naming.engine_state_key(stack)
    with cloud.failures(f"s3://{bucket}/{key}"):
        try:
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
    return _latest(json.loads(body))


def _latest(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = checkpoint["checkpoint"].get("latest") or {}
    return found


def begun(s3: Any, bucket: str, stack: str, since: datetime) -> dict[str, dict[str, Any]]:
    """{URN: resource} of every create that an engine had begun since then, oldest first: the bucket keeps the state's versions."""
    key = naming.engine_state_key(stack)
    found: dict[str, dict[str, Any]] = {}
    with cloud.failures(f"s3://{bucket}/{key}"):
        young = [version for version in _versions(s3, bucket, key) if version["LastModified"] >= since]
        for version in reversed(young):
            body = s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])["Body"].read()
            operations = _latest(json.loads(body)).get("pending_operations") or []
            found |= {op["resource"]["urn"]: op["resource"] for op in operations if op["type"] == "creating"}
    return found


def _versions(s3: Any, bucket: str, key: str) -> Iterator[dict[str, Any]]:
    """Newest first."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        yield from (version for version in page.get("Versions", []) if version["Key"] == key)


def stands(s3: Any, bucket: str, stack: str) -> bool:
    """Whether the stack was made."""
    return read(s3, bucket, stack) is not None


def secrets(s3: Any, place: Place, tenant: str) -> frozenset[str]:
    """The logical names of the secrets that the tenant's stack holds."""
    held = read(s3, place.state_bucket, naming.stack(tenant, place.environment)) or {}
    made = [one for one in held.get("resources") or [] if one["type"] == SECRET]
    names = [place.read_secret(str(one["inputs"]["name"])) for one in made]
    return frozenset(name for owner, name in filter(None, names) if owner == tenant)
