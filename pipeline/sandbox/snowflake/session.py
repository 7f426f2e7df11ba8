"""One client's session: who it is, where it stands, and its transaction."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection
from fakesnow.conn import FakeSnowflakeConnection

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.catalogue import Catalogue
from pipeline.sandbox.snowflake.locks import Locks

DEFAULT_LOCK_TIMEOUT_S = 43200
_TRANSACTIONS = itertools.count(time.time_ns())


@dataclass(eq=False)
class Session:
    """`transaction`: None, `pending` (no snapshot yet), `open`, or `failed` (the engine cannot undo one statement alone)."""

    number: int
    connection: FakeSnowflakeConnection
    user: str
    role: str
    secondary: bool = False
    warehouse: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    master: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    temporary: dict[str, str] = field(default_factory=dict)
    transaction: str | None = None
    transaction_id: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    closed: bool = False

    @property
    def engine(self) -> DuckDBPyConnection:
        return self.connection._duck_conn

    @property
    def database(self) -> str:
        return self.connection.database or ""

    @property
    def schema(self) -> str:
        return self.connection._schema or ""

    @property
    def tag(self) -> str:
        return str(self.parameters.get("QUERY_TAG") or "")

    @property
    def autocommit(self) -> bool:
        return _truth(self.parameters.get("AUTOCOMMIT", True))

    @property
    def lock_timeout_s(self) -> float:
        return float(self.parameters.get("LOCK_TIMEOUT", DEFAULT_LOCK_TIMEOUT_S))

    @property
    def statement_timeout_s(self) -> float:
        return float(self.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") or 172800)

    def roles(self, catalogue: Catalogue) -> set[str]:
        """Every role whose rights a statement may use."""
        active = {self.role} | (catalogue.roles_of_user(self.user) if self.secondary else set())
        return catalogue.closure(active)

    def stand_in(self, database: str, schema: str) -> None:
        self.connection.database, self.connection._schema = database or None, schema or None
        self.connection.database_set, self.connection.schema_set = bool(database), bool(schema)

    def begin(self) -> None:
        if self.transaction is None:
            self.transaction, self.transaction_id = "pending", str(next(_TRANSACTIONS))

    def take_snapshot(self) -> None:
        """The engine's transaction starts only now, after the lock, so it sees what the last holder committed."""
        if self.transaction == "pending":
            self.engine.begin()
            self.transaction = "open"

    def end(self, locks: Locks, *, commit: bool) -> None:
        state, self.transaction, self.transaction_id = self.transaction, None, ""
        try:
            if state in ("open", "failed"):
                (self.engine.commit if commit and state == "open" else self.engine.rollback)()
        finally:
            locks.release(self)

    def probe(self) -> None:
        """After an error: whether the engine's transaction still lives."""
        if self.transaction == "open":
            import duckdb

            try:
                self.engine.execute("SELECT 1")
            except duckdb.Error:
                self.transaction = "failed"

    def demand_open(self) -> None:
        if self.closed:
            raise problem.Problem(
                390111, "08001", "Session no longer exists. New login required to access the service."
            )

    def close(self, locks: Locks) -> None:
        """Roll back, drop what is temporary, free the locks. A running statement is interrupted first."""
        self.closed = True
        locks.cancel(self)
        self.engine.interrupt()
        with self.lock:
            try:
                self.end(locks, commit=False)
            finally:
                self.connection.close()


def _truth(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "on")
