"""Take published objects back: a ledger row each, and the older truth shows again at once.

Replay is a new attempt over the frozen bytes of the same manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.attempt import session
from pipeline.errors import Conflict
from pipeline.events import Sink
from pipeline.live import Tables, live_rows
from pipeline.publish import ledger, mutex, report, snapshot
from pipeline.publish.fence import is_superseded, now
from pipeline.release import Pipeline
from pipeline.run import Binding
from pipeline.warehouse import Credentials, Session


def live(open_session: Session, t: Tables, pipeline: Pipeline) -> list[ledger.Row]:
    """The ledger rows of the live objects, whole: what may be revoked."""
    return ledger.read(open_session, t, f"seq IN (SELECT seq FROM ({live_rows(t, pipeline)}))")


def revoke(binding: Binding, seqs: Sequence[int], credentials: Credentials | None, sink: Sink) -> list[ledger.Row]:
    """Revoke the live rows of these numbers, all or none, as the tenant's own user; the rows that were appended."""
    with session(binding, credentials, "revoke", autocommit=False) as open_session:
        done = take_back(open_session, binding, seqs)
    where = (binding.tenant, binding.environment.name, binding.pipeline.name)
    report.revoked(sink, binding, [ledger.receipt(row, *where) for row in done])
    return done


def take_back(open_session: Session, binding: Binding, seqs: Sequence[int]) -> list[ledger.Row]:
    """`Conflict` where a row is not live any more, or a newer deployment is: look again, then decide again."""
    t = Tables(binding.environment.place, binding.tenant, binding.pipeline.name)
    where, asked = (binding.tenant, binding.environment.name, binding.pipeline.name), sorted(set(seqs))
    condition = f"l.seq IN ({', '.join(map(str, asked)) or 'NULL'})"
    with mutex.held(open_session, [t.mutex]) as hold:
        seen = snapshot.read(hold, t, binding.pipeline, where, condition)
        if is_superseded(binding, seen.epoch):
            raise Conflict("a newer deployment is live.", where=t.ledger, fix="ask again: what is live has changed")
        gone = sorted(set(asked) - seen.live)
        if gone:
            raise Conflict(f"row {gone[0]} is not live any more.", where=t.ledger, fix="ask again what is live")
        rows = [_taken_back(row, binding) for row in seen.rows if row.seq in asked]
        done = ledger.append(open_session, t, rows, where, seen.head)
    ledger.confirm(open_session, t, done)
    return done


def _taken_back(row: ledger.Row, binding: Binding) -> ledger.Row:
    """The revoke of a load: its object, its attempt and its counts, under who revokes."""
    return replace(
        row,
        kind="revoke",
        epoch=binding.epoch,
        release=binding.release,
        runtime=binding.runtime,
        deployment=binding.deployment,
        run=binding.run,
        watermark=None,
        at=now(),
    )
