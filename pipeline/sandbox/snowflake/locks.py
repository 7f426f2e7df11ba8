"""Table locks that UPDATE, DELETE, MERGE and TRUNCATE hold until their transaction ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Mapping

from pipeline.sandbox.snowflake import problem

MOST_WAITERS = 20


class Locks:
    """One owner a table. Waiting ends with the lock, a time-out, a deadlock or too many waiters (all error 625)."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owners: dict[str, Hashable] = {}
        self._waiting: dict[Hashable, str] = {}
        self._cancelled: set[Hashable] = set()

    def take(self, who: Hashable, table: str, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._owners.get(table, who) != who:
                self._refuse(who, table)
                self._waiting[who] = table
                try:
                    in_time = self._changed.wait(max(0.0, deadline - time.monotonic()))
                finally:
                    del self._waiting[who]
                if who in self._cancelled:
                    self._cancelled.discard(who)
                    raise problem.Problem(604, "57014", "SQL execution canceled")
                if not in_time and self._owners.get(table, who) != who:
                    raise problem.lock(f"Statement was aborted: the lock on table {table} was not free in time.")
            self._owners[table] = who

    def _refuse(self, who: Hashable, table: str) -> None:
        if self._would_deadlock(who, table):
            raise problem.lock(f"Statement was aborted because it would deadlock on table {table}.")
        if sum(waited == table for waited in self._waiting.values()) >= MOST_WAITERS:
            raise problem.lock(
                f"The number of waiters for the lock on table {table} exceeds the {MOST_WAITERS} statements limit."
            )

    def _would_deadlock(self, who: Hashable, table: str) -> bool:
        seen: set[Hashable] = set()
        holder = self._owners.get(table)
        while holder is not None and holder in self._waiting and holder not in seen:
            seen.add(holder)
            holder = self._owners.get(self._waiting[holder])
            if holder == who:
                return True
        return False

    def release(self, who: Hashable) -> None:
        with self._changed:
            for table in [table for table, owner in self._owners.items() if owner == who]:
                del self._owners[table]
            self._changed.notify_all()

    def cancel(self, who: Hashable) -> None:
        """Wakes a waiter with an error."""
        with self._changed:
            if who in self._waiting:
                self._cancelled.add(who)
                self._changed.notify_all()

    def held(self) -> Mapping[str, Hashable]:
        with self._changed:
            return dict(self._owners)
