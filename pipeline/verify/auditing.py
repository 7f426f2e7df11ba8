"""Verify: the contract's quality and the conservation of rows, on exactly the rows of the attempt, before anyone sees them.

Reads the rows of the attempt and, where the pipeline merges, what readers would see; writes nothing. Every fault is told,
not only the first; an object without one may be published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.attempt import Attempt, Audit, Fault, ObjectAudit, ObjectLoad, session
from pipeline.events import Sink
from pipeline.live import Tables
from pipeline.run import Binding
from pipeline.verify import conservation, report, rules
from pipeline.warehouse import Credentials, Session


def verify(binding: Binding, attempt: Attempt, credentials: Credentials | None, sink: Sink) -> Audit:
    """The audit of an attempt's objects that were not told to wait, as the tenant's own user."""
    with session(binding, credentials, "verify") as open_session:
        done = audit(open_session, binding, attempt)
    report.verified(sink, binding, done)
    return done


def audit(open_session: Session, binding: Binding, attempt: Attempt) -> Audit:
    """Conservation first, then each rule of the contract."""
    loads = [load for load in attempt.objects if not load.held]
    if not loads:
        return Audit(attempt.id, ())
    t = Tables(binding.environment.place, binding.tenant, binding.pipeline.name)
    standing = conservation.standing(open_session, t, attempt.id)
    faults = {load.source_key: conservation.faults(binding.pipeline, load, standing) for load in loads}
    scope = rules.Scope(open_session, t, binding.pipeline, attempt.id)
    for key, found in rules.broken(scope, [load.source_key for load in loads]):
        faults[key].append(found)
    return Audit(attempt.id, tuple(_audited(load, faults[load.source_key]) for load in loads))


def _audited(load: ObjectLoad, faults: Sequence[Fault]) -> ObjectAudit:
    return ObjectAudit(load.source_key, tuple(_once(faults)))


def _once(faults: Iterable[Fault]) -> Iterable[Fault]:
    return dict.fromkeys(faults)
