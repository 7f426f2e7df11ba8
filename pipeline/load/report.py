"""What load tells the world of an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.attempt import Attempt
from pipeline.events import Event, Sink
from pipeline.release import document_of
from pipeline.run import Binding


def started(sink: Sink, binding: Binding, attempt: str, objects: int) -> None:
    _send(sink, binding, attempt, "load.attempt.started", {"objects": objects})


def ended(sink: Sink, binding: Binding, attempt: Attempt) -> None:
    """`load.attempt.loaded` with the counts of each object, and `load.attempt.held` where objects wait."""
    data = {
        "objects": [
            {"source_key": one.source_key, "rows": document_of(one.rows)} for one in attempt.objects if not one.held
        ]
    }
    _send(sink, binding, attempt.id, "load.attempt.loaded", data)
    held = [{"source_key": one.source_key, "faults": document_of(one.faults)} for one in attempt.objects if one.held]
    if held:
        _send(sink, binding, attempt.id, "load.attempt.held", {"objects": held})


def _send(sink: Sink, binding: Binding, attempt: str, name: str, data: Mapping[str, Any]) -> None:
    ids = binding.ids.but(task="load", attempt=attempt)
    sink.send(Event(f"{attempt}:{name}", name, datetime.now(UTC), ids, data))
