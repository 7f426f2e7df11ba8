"""After a killed engine: its lock in the state bucket, and the creates that it had begun and not written down.

Only a holder of the tenant's lease comes here, so no other apply of ours is alive. A lock of this machine is dead when its
process is gone; one of another machine, because the lease could only be had once that machine's session had ended.
"""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

from pipeline.apply.lease import started_at
from pipeline.errors import Busy
from pipeline.plan.engine import LeanStack, command

if TYPE_CHECKING:
    from pipeline.apply.deployment import World

ENGINE_ENDS_WITHIN_S = 60.0


def clear(s3: Any, bucket: str, stack: str) -> list[str]:
    """Removes the locks of dead engines; returns their keys. `Busy` where one still runs after a minute."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f".pulumi/locks/organization/acme/{stack}/").get("Contents", [])
    keys = [entry["Key"] for entry in found]
    for key in keys:
        _await_end(json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()), stack)
        s3.delete_object(Bucket=bucket, Key=key)
    return keys


def _await_end(lock: dict[str, Any], stack: str) -> None:
    """An engine whose apply was killed ends by itself when it next wants to talk to it."""
    deadline = time.monotonic() + ENGINE_ENDS_WITHIN_S
    while lock["hostname"] == socket.gethostname() and started_at(int(lock["pid"])) is not None:
        if time.monotonic() > deadline:
            raise Busy(
                f"an engine (process {lock['pid']}) still works on {stack}.",
                fix="wait for it, or end it, then run this again",
            )
        time.sleep(0.1)


def settle(stack: LeanStack, world: World) -> None:
    """Creates that a killed engine had begun: what exists is imported, what does not is forgotten."""
    from pipeline.apply import found

    pending = [op for op in _state(stack).get("pending_operations", []) if op["type"] == "creating"]
    if not pending:
        return
    known = [(op["resource"]["urn"], found.identifier(op["resource"], world)) for op in pending]
    imports = [
        word for urn, id_ in known if id_ for word in ("--import-pending-creates", urn, "--import-pending-creates", id_)
    ]
    command(stack, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", *imports])


def _state(stack: LeanStack) -> dict[str, Any]:
    deployment: dict[str, Any] = dict(stack.export_stack().deployment or {})
    return deployment
