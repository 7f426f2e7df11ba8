"""After a killed engine: its lock in the state bucket, and the creates that it had begun and not written down.

Only a holder of the tenant's lease comes here, so no other apply of ours is alive. A lock of this machine is dead when its
process is gone; one of another machine, because the lease could only be had once that machine's session had ended.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import cloud, naming
from pipeline.apply import found
from pipeline.apply.lease import started_at
from pipeline.errors import Busy
from pipeline.plan.engine import command

if TYPE_CHECKING:
    from pipeline.apply.deployment import World
    from pipeline.plan.lean_stack import LeanStack

ENGINE_ENDS_WITHIN_S = 60.0


def clear(s3: Any, bucket: str, stack: str) -> list[str]:
    """Removes the locks of dead engines; returns their keys. `Busy` where one still runs after a minute."""
    prefix = naming.engine_locks_prefix(stack)
    with cloud.failures(f"s3://{bucket}/{prefix}"):
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        keys = [str(entry["Key"]) for entry in found]
        for key in keys:
            if lock := _lock(s3, bucket, key):
                _await_end(lock, stack)
                s3.delete_object(Bucket=bucket, Key=key)
    return keys


def _lock(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """{pid, hostname, …}; None where its engine has just removed it."""
    try:
        lock: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None
    return lock


def _await_end(lock: dict[str, Any], stack: str) -> None:
    """An engine whose apply was killed ends by itself when it next wants to talk to it."""
    deadline = time.monotonic() + ENGINE_ENDS_WITHIN_S
    while lock["hostname"] == socket.gethostname() and is_engine(int(lock["pid"]), stack):
        if time.monotonic() > deadline:
            raise Busy(
                f"an engine (process {lock['pid']}) still works on {stack}.",
                fix="wait for it, or end it, then run this again",
            )
        time.sleep(0.1)


def is_engine(pid: int, stack: str) -> bool:
    """Whether the process lives and works on this stack: another may have got a dead engine's number."""
    if started_at(pid) is None:
        return False
    try:
        return stack.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def settle(stack: LeanStack, world: World, state: Mapping[str, Any]) -> None:
    """What a killed engine had begun: creates that exist are imported, others are forgotten; the rest is read anew."""
    pending = state.get("pending_operations") or []
    if not pending:
        return
    creates = [op["resource"] for op in pending if op["type"] == "creating"]
    known = [(resource["urn"], found.identifier(resource, world)) for resource in creates]
    imports = [
        word for urn, id_ in known if id_ for word in ("--import-pending-creates", urn, "--import-pending-creates", id_)
    ]
    command(stack, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", *imports])
