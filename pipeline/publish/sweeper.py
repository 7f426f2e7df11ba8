"""Remove the rows of attempts that never published: first their `sweep` rows under the mutex, then the DELETE.

So an attempt that wakes up late finds itself swept, and loads again. Runs as the owner of the tables.
"""

from __future__ import annotations

from datetime import datetime

from pipeline.attempt import id_at
from pipeline.live import Tables
from pipeline.naming import Place
from pipeline.publish import ledger, mutex
from pipeline.publish.epoch import EpochRow, read_epoch
from pipeline.publish.fence import now
from pipeline.warehouse import Session


def sweep(session: Session, place: Place, tenant: str, pipeline: str, *, begun_before: datetime) -> int:
    """How many rows are gone. `begun_before` leaves the attempts alone that may still be at work."""
    t, where = Tables(place, tenant, pipeline), (tenant, place.environment, pipeline)
    newest = read_epoch(session, place, tenant, pipeline)
    if newest is None:
        return 0
    since, _ = ledger.head(session, t)
    orphans = _unpublished(session, t, id_at(begun_before))
    with mutex.held(session, [t.mutex]) as hold:
        end, spoken_for = _since(hold, t, since)
        rows = [_row(attempt, key, newest) for attempt, key in orphans if (attempt, key) not in spoken_for]
        done = ledger.append(session, t, rows, where, end)
    ledger.confirm(session, t, done)
    return sum(session.execute(_delete(table, t)) for table in (t.rows, t.quarantine))


def _unpublished(session: Session, t: Tables, before: str) -> list[tuple[str, str]]:
    """(attempt, source_key) with rows and without a word in the ledger. It reads all rows, so nobody waits for it."""
    rows = session.rows(
        f"SELECT DISTINCT r._attempt, r._object FROM ({_marks(t.rows)} UNION {_marks(t.quarantine)}) AS r "
        f"LEFT JOIN {t.ledger} AS l ON l.attempt = r._attempt AND l.source_key = r._object "
        "WHERE l.seq IS NULL AND r._attempt < %s ORDER BY 1, 2",
        (before,),
    )
    return [(str(attempt), str(key)) for attempt, key in rows]


def _since(hold: mutex.Hold, t: Tables, seq: int) -> tuple[tuple[int, str], set[tuple[str, str]]]:
    """The chain's end, and (attempt, source_key) of all that was said from `seq` on."""
    found = hold.select(
        "l.seq, l.hash, l.attempt, l.source_key",
        f"FROM (SELECT 1 AS one) AS o LEFT JOIN {t.ledger} AS l ON l.seq >= {seq} ORDER BY l.seq",
    )
    said = [row for row in found if row[0] is not None]
    end = (int(said[-1][0]), str(said[-1][1])) if said else (0, ledger.FIRST)
    return end, {(str(attempt), str(key)) for _, _, attempt, key in said}


def _marks(table: str) -> str:
    return f"SELECT DISTINCT _attempt, _object FROM {table}"


def _delete(table: str, t: Tables) -> str:
    """Also what a swept attempt has written since."""
    return (
        f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM {t.ledger} AS l "
        "WHERE l.kind = 'sweep' AND l.attempt = _attempt AND l.source_key = _object)"
    )


def _row(attempt: str, source_key: str, newest: EpochRow) -> ledger.Row:
    return ledger.Row(
        kind="sweep",
        source_key=source_key,
        content_sha256="",
        attempt=attempt,
        epoch=newest.epoch,
        release=newest.release,
        runtime="",
        deployment=newest.deployment,
        run="",
        at=now(),
    )
