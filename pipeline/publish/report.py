"""What publish tells the world: one event an object, one for the run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.events import Event, Sink
from pipeline.release import document_of
from pipeline.run import Binding

if TYPE_CHECKING:
    from pipeline.publish.fence import Outcome


def published(sink: Sink, binding: Binding, attempt: str, outcome: Outcome) -> None:
    """`publish.object.published` for each receipt, `publish.object.held` for each that waits, `publish.run.<kind>`."""
    for receipt in outcome.receipts:
        _send(sink, binding, attempt, "publish.object.published", receipt, receipt["source_key"])
    for source_key, faults in outcome.held.items():
        data = {"source_key": source_key, "faults": document_of(faults)}
        _send(sink, binding, attempt, "publish.object.held", data, source_key)
    _send(
        sink,
        binding,
        attempt,
        f"publish.run.{_PARTICIPLES.get(outcome.kind, outcome.kind)}",
        {"objects": outcome.objects},
    )


_PARTICIPLES = {"nothing_new": "skipped"}


def revoked(sink: Sink, binding: Binding, receipts: list[dict[str, Any]]) -> None:
    """`publish.object.revoked` for each row taken back."""
    for receipt in receipts:
        _send(
            sink,
            binding,
            receipt["attempt"],
            "publish.object.revoked",
            receipt,
            f"{receipt['source_key']}:{receipt['seq']}",
        )


def _send(sink: Sink, binding: Binding, attempt: str, name: str, data: Mapping[str, Any], object_: str = "") -> None:
    """The id follows from what it says, so a repeat of the same outcome is the same event."""
    identity = "\n".join((binding.run, attempt, name, object_))
    ids = binding.ids.but(task="publish", attempt=attempt, object=object_)
    sink.send(Event(hashlib.sha256(identity.encode()).hexdigest(), name, datetime.now(UTC), ids, data))
