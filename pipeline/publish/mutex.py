"""The one lock of a pipeline: publishers, deployers, revokers and the sweeper all take its row first.

Fails with `Busy` where the lock was not free in time or the transaction was ended under our feet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Busy, Conflict
from pipeline.warehouse import Params, Session


@dataclass
class Hold:
    """The mutexes are ours for as long as the transaction is the one that took them.

    The server may end an idle transaction without a word, and the next statement would begin a new one, outside the lock.
    So the first read remembers the transaction, and every later one is compared with it.
    """

    session: Session
    where: str
    transaction: str = ""

    def select(self, columns: str, source: str, params: Params = None) -> list[tuple[Any, ...]]:
        """The rows of a SELECT that gives at least one: it tells the transaction on the way, which saves a round trip."""
        found = self.session.rows(f"SELECT CURRENT_TRANSACTION(), {columns} {source}", params)
        self._compare(found[0][0])
        return [row[1:] for row in found]

    def compare(self) -> None:
        """`Busy` where this is another transaction, or none."""
        if not self.transaction:
            raise AssertionError("nothing was read under the mutex")  # pragma: no cover
        self._compare(self.session.rows("SELECT CURRENT_TRANSACTION()")[0][0])

    def _compare(self, transaction: str | None) -> None:
        if not transaction or self.transaction not in ("", transaction):
            raise Busy("the warehouse ended this transaction before its time.", where=self.where)
        self.transaction = transaction


@contextmanager
def held(session: Session, mutexes: Sequence[str]) -> Iterator[Hold]:
    """A transaction that holds these mutexes, taken in name order. Leaves by COMMIT; by ROLLBACK on any error or `Rollback`.

    The transaction is compared just before COMMIT. One that the server ends between the two leaves nothing to commit and no
    error: who appended looks afterwards whether it stands.
    """
    with session.transaction():
        for mutex in sorted(mutexes):
            _take(session, mutex)
        hold = Hold(session, ", ".join(sorted(mutexes)))
        yield hold
        hold.compare()


def _take(session: Session, mutex: str) -> None:
    touched = session.execute(f"UPDATE {mutex} SET n = n + 1 WHERE k = 1")
    if touched != 1:
        raise Conflict(
            f"the mutex has {touched} rows, not one.", where=mutex, fix="apply the tenant again: it makes the row"
        )
