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
from types import MappingProxyType
from typing import Any

from pipeline.gate.landing import RAW, land
from pipeline.gate.records import Record
from pipeline.naming import published_schema
from pipeline.release import Pipeline

LIMIT_S = 20.0
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


def run(
    tenant: str, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside] = MappingProxyType({})
) -> Result:
    """The rows that the transform makes of these records, in an engine for this once."""
    with bench(tenant) as engine:
        return engine.run(pipeline, records, beside)


class Bench:
    """One engine for the tests of a tenant, opened by the first of them; after each it holds no row and no table."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._opened: tuple[Any, Any] | None = None

    def run(self, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside]) -> Result:
        """The rows that the transform makes of these records. A record that the mapping cannot cast is left out."""
        _, connection = self._opened = self._opened or _locked(self._tenant)
        alarm = threading.Timer(LIMIT_S, connection._duck_conn.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            with _quiet():
                result = _run(connection, pipeline, records, beside)
        except Exception as error:  # noqa: BLE001  the engine, its parser and its emulation each raise their own kinds
            self.close()
            raise Refused(" ".join(str(error).split())[:300]) from None
        finally:
            alarm.cancel()
        for name in ("landed", RAW, *beside):
            connection._duck_conn.execute(f"DROP TABLE {name}")
        return result

    def close(self) -> None:
        """Also after a refusal: the next test begins in an engine of its own."""
        if self._opened:
            engine, connection = self._opened
            self._opened = None
            connection.close()
            engine.duck_conn.close()


@contextmanager
def bench(tenant: str) -> Iterator[Bench]:
    """A bench that is closed in the end."""
    made = Bench(tenant)
    try:
        yield made
    finally:
        made.close()


def _run(connection: Any, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside]) -> Result:
    cursor = connection.cursor()
    for name, table in beside.items():
        _stand(cursor, name, table)
    land(connection._duck_conn, pipeline.mapping.fields, records)
    cursor.execute(pipeline.transform)
    rows = cursor.fetchall()
    return Result(tuple(column.name.lower() for column in cursor.description), tuple(tuple(row) for row in rows))


def _locked(tenant: str) -> tuple[Any, Any]:
    """An engine that reaches nothing, and a connection to the tenant's schema in it."""
    from fakesnow.instance import FakeSnow
    from fakesnow.transforms import stage

    # made in the temporary folder by every import, for nothing
    shutil.rmtree(stage.LOCAL_BUCKET_PATH, ignore_errors=True)
    with _quiet():
        engine = FakeSnow()
        connection = engine.connect(database="ACME_TRIAL", schema=published_schema(tenant))
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
