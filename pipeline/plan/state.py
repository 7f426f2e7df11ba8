"""The engine's own state of a stack, as it lies in the environment's bucket: read there, no engine is started for it.

Fails with what `cloud.failures` makes of AWS's answers.
"""

from __future__ import annotations

import json
from typing import Any

from pipeline import cloud, naming


def read(s3: Any, bucket: str, stack: str) -> dict[str, Any] | None:
    """{resources, pending_operations, …} of the newest checkpoint; None where the stack was never made."""
    key = naming.engine_state_key(stack)
    with cloud.failures(f"s3://{bucket}/{key}"):
        try:
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
    latest: dict[str, Any] = json.loads(body)["checkpoint"]["latest"] or {}
    return latest


def stands(s3: Any, bucket: str, stack: str) -> bool:
    """Whether the stack was made."""
    return read(s3, bucket, stack) is not None
