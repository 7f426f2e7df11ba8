"""The statements that ran, for QUERY_HISTORY. Kept in memory, the newest ones."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import astuple, dataclass, fields
from datetime import datetime

KEPT = 10_000


@dataclass(frozen=True)
class Entry:
    """One statement."""

    query_id: str
    query_text: str
    query_tag: str
    user_name: str
    role_name: str
    warehouse_name: str
    database_name: str
    schema_name: str
    session_id: int
    execution_status: str
    error_code: int | None
    error_message: str | None
    start_time: datetime
    end_time: datetime
    total_elapsed_time: int
    rows_produced: int


NAMES = tuple(field.name.upper() for field in fields(Entry))
TYPES = {
    "SESSION_ID": "BIGINT", "ERROR_CODE": "BIGINT", "START_TIME": "TIMESTAMP", "END_TIME": "TIMESTAMP",
    "TOTAL_ELAPSED_TIME": "BIGINT", "ROWS_PRODUCED": "BIGINT",
}  # fmt: skip


class History:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def rows(self, users: set[str] | None) -> list[tuple[object, ...]]:
        """Newest first; of these users, or of all."""
        with self._lock:
            return [astuple(e) for e in reversed(self._entries) if users is None or e.user_name in users]
