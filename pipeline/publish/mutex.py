"""The one lock of a pipeline: who holds it may look at its epoch and ledger, and add to them.

Snowflake's INSERT takes no lock, an UPDATE does: so every publisher, deploy, revoke and sweep first updates the one row of
`p__mutex`. Fails with `Busy` where the lock does not come in time or the transaction was ended under our feet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipeline.errors import Busy, Conflict
from pipeline.warehouse import Session


@contextmanager
def held(session: Session, mutexes: Sequence[str]) -> Iterator[None]:
    """A transaction that holds these mutexes, taken in name order. Leaves by COMMIT; by ROLLBACK on any error or `Rollback`.

    The server may end an idle transaction without a word, and the next statement would begin a new one, outside the lock.
    So the transaction is remembered, and compared just before COMMIT.
    """
    with session.transaction():
        for mutex in sorted(mutexes):
            _take(session, mutex)
        mine = current(session)
        yield
        if not mine or current(session) != mine:
            raise Busy("the warehouse ended this transaction before its time.", where=", ".join(sorted(mutexes)))


def _take(session: Session, mutex: str) -> None:
    touched = session.execute(f"UPDATE {mutex} SET n = n + 1 WHERE k = 1")
    if touched != 1:
        raise Conflict(
            f"the mutex has {touched} rows, not one.", where=mutex, fix="apply the tenant again: it makes the row"
        )


def current(session: Session) -> str:
    """The id of the open transaction, empty where there is none."""
    return str(session.rows("SELECT CURRENT_TRANSACTION()")[0][0] or "")
