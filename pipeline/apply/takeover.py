"""After a killed engine: its lock in the state bucket, and the creates that it had begun and not written down.

Only a holder of the tenant's lease comes here, so no other apply of ours is alive. A lock of this machine is dead when its
process is gone; one of another machine, because that machine's apply had ended its engine before the lease could be had.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import cloud, naming
from pipeline.apply import found
from pipeline.errors import Busy
from pipeline.plan import state
from pipeline.plan.engine import command, replace_state
from pipeline.toolchain.process import end_session, started_at

if TYPE_CHECKING:
    from pipeline.apply.deployment import World
    from pipeline.plan.lean_stack import LeanStack

ENGINE_ENDS_WITHIN_S, ENDED_WITHIN_S = 60.0, 5.0
CLOCKS_DIFFER_BY = timedelta(minutes=2)


def clear(s3: Any, bucket: str, stack: str) -> list[str]:
    """Removes the locks of dead engines; returns their keys. `Busy` where somebody works on it by hand."""
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
    """An engine whose apply was killed ends by itself when it next wants to talk to it; one that hangs is ended."""
    pid, deadline = int(lock["pid"]), time.monotonic() + ENGINE_ENDS_WITHIN_S
    while lock["hostname"] == socket.gethostname() and stack.encode() in words(pid):
        if time.monotonic() > deadline + ENDED_WITHIN_S or (time.monotonic() > deadline and not is_of_an_apply(pid)):
            raise Busy(f"an engine (process {pid}) still works on {stack}.", fix="end it, then run this again")
        if time.monotonic() > deadline:
            end_session(pid)
        time.sleep(0.1)


def words(pid: int) -> list[bytes]:
    """The command line of a process that lives: another may have got a dead engine's number."""
    if not started_at(pid):
        return []
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_of_an_apply(pid: int) -> bool:
    """Whether its program runs in another process: then that was an apply, and this tenant's lease says that it is gone."""
    return any(word.startswith(b"--client=") for word in words(pid))


def lost(world: World, name: str, kept: Mapping[str, Any], killed: datetime | None) -> list[tuple[dict[str, Any], str]]:
    """(resource, identifier) of creates that were begun, that exist, and that the state does not hold.

    Pending ones, and those that an engine forgot: when its apply is killed it gives up its calls, while the cloud may still
    carry them out. Only the versions of its state remember these.
    """
    s3, bucket = world.aws("s3"), world.engine.environment.place.state_bucket
    begun = state.begun(s3, bucket, name, killed - CLOCKS_DIFFER_BY) if killed else {}
    begun |= {op["resource"]["urn"]: op["resource"] for op in _pending(kept) if op["type"] == "creating"}
    held = {resource["urn"] for resource in kept.get("resources") or []}
    known = [(one, found.identifier(one, world)) for urn, one in begun.items() if urn not in held]
    return [(one, identifier) for one, identifier in known if identifier]


def _pending(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    return kept.get("pending_operations") or []


def settle(stack: LeanStack, kept: Mapping[str, Any], creates: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    """What was lost is put into the state, what is pending is forgotten, and all of it is read anew from the world.

    The engine's own `--import-pending-creates` forgets what it should import (3.259), and its `import` needs a language host.
    """
    if not _pending(kept) and not creates:
        return
    found_again = [held(resource, identifier) for resource, identifier in creates]
    replace_state(
        stack, {**kept, "resources": [*(kept.get("resources") or []), *found_again], "pending_operations": []}
    )
    command(stack, ["refresh", "--yes", "--skip-preview"])


def held(resource: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """A begun create as a resource that the state holds; what the world says of it comes with the next refresh."""
    return {**resource, "id": identifier, "outputs": resource.get("inputs", {})}
