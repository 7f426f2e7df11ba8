"""Rows through a mapping and a transform on the embedded Snowflake engine, in this process and in memory.

Touches neither disk nor network: the engine is locked before it sees the first statement of a tenant's. It is bounded in time;
what it refuses comes back as `Refused`.
"""

from __future__ import annotations

import shutil
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pipeline.gate.landing import RAW, land
from pipeline.gate.records import Record
from pipeline.release import Pipeline

LIMIT_S = 20.0
SCHEMA = "TRIAL"
LOCKS = ("SET enable_external_access = false", "SET lock_configuration = true")


class Refused(Exception):
    """The engine's word for why it does not run this."""


@dataclass(frozen=True)
class Result:
    """What a transform gives: column names in lower case, and rows of Python values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Beside:
    """Another table of the tenant, as its readers see it: types by column, and rows of texts under `header`; empty is NULL."""

    types: Mapping[str, str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


class Bench:
    """One engine, opened by its first test and used by one at a time; after each it holds no row and no table."""

    def __init__(self) -> None:
        self._opened: tuple[Any, Any] | None = None
        self._free = threading.Lock()

    def run(
        self, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside] = MappingProxyType({})
    ) -> Result:
        """The rows that the transform makes of these records. A record that the mapping cannot cast is left out."""
        with self._free:
            return self._run(pipeline, records, beside)

    def _run(self, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside]) -> Result:
        _, connection = self._opened = self._opened or _locked()
        alarm = threading.Timer(LIMIT_S, connection._duck_conn.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            with _quiet():
                result = _run(connection, pipeline, records, beside)
        except Exception as error:  # noqa: BLE001  the engine, its parser and its emulation each raise their own kinds
            self._close()
            raise Refused(" ".join(str(error).split())[:300]) from None
        finally:
            alarm.cancel()
        for name in ("landed", RAW, *beside):
            connection._duck_conn.execute(f"DROP TABLE {name}")
        return result

    def _close(self) -> None:
        """After a refusal: the next test begins in an engine of its own."""
        if self._opened:
            engine, connection = self._opened
            self._opened = None
            connection.close()
            engine.duck_conn.close()


@cache
def bench() -> Bench:
    """The bench of this process: an engine takes as long to open as ten tests take."""
    return Bench()


def _run(connection: Any, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside]) -> Result:
    cursor = connection.cursor()
    for name, table in beside.items():
        _stand(cursor, name, table)
    land(connection._duck_conn, pipeline.mapping.fields, records)
    cursor.execute(pipeline.transform)
    rows = cursor.fetchall()
    names = connection._duck_conn.description  # the cursor's own would be asked for, by a statement more
    return Result(tuple(name.lower() for name, *_ in names), tuple(tuple(row) for row in rows))


def _locked() -> tuple[Any, Any]:
    """An engine that reaches nothing, and a connection to a schema in it."""
    from fakesnow.instance import FakeSnow
    from fakesnow.transforms import stage

    # made in the temporary folder by every import, for nothing
    shutil.rmtree(stage.LOCAL_BUCKET_PATH, ignore_errors=True)
    with _quiet():
        engine = FakeSnow()
        connection = engine.connect(database="ACME_TRIAL", schema=SCHEMA)
        for lock in LOCKS:
            engine.duck_conn.execute(lock)
    return engine, connection


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the engine's own warnings about how it hands rows over."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _stand(cursor: Any, name: str, table: Beside) -> None:
    """The other table, filled."""
    cursor.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in table.types.items())})")
    if table.rows:
        names, places = ", ".join(table.header), ", ".join(["%s"] * len(table.header))
        rows = [tuple(cell or None for cell in row) for row in table.rows]
        cursor.executemany(f"INSERT INTO {name} ({names}) VALUES ({places})", rows)  # noqa: S608  names that spec checked
