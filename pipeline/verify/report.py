"""What verify tells the world of an attempt."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.attempt import Audit, shortened
from pipeline.events import Event, Sink
from pipeline.release import document_of
from pipeline.run import Binding


def verified(sink: Sink, binding: Binding, audit: Audit) -> None:
    """`verify.attempt.verified` where every object passed, else `verify.attempt.refused` with every fault."""
    name = "verify.attempt.verified" if audit.passed else "verify.attempt.refused"
    ids = binding.ids.but(task="verify", attempt=audit.attempt)
    data = shortened(document_of(audit.objects))
    sink.send(Event(f"{audit.attempt}:{name}", name, datetime.now(UTC), ids, data))
