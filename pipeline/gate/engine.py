"""Rows through a mapping and a transform on the embedded Snowflake engine, in this process and in memory.

Touches neither disk nor network: the engine is locked before it sees the first statement of a tenant's. It is bounded in time;
what it refuses comes back as `Refused`.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.gate.records import Record
from pipeline.naming import published_schema
from pipeline.release import Field, Pipeline
from pipeline.spec import snowflake_type

LIMIT_S = 20.0
RAW = "landed_text"
LOCKS = ("SET enable_external_access = false", "SET lock_configuration = true")


class Refused(Exception):
    """The engine's word for why it does not run this."""


@dataclass(frozen=True)
class Result:
    """What a transform gives: column names in lower case, and rows of Python values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def run(tenant: str, pipeline: Pipeline, records: Sequence[Record]) -> Result:
    """The rows that the transform makes of these records. A record that the mapping cannot cast is left out."""
    with _locked(tenant) as cursor:
        try:
            _land(cursor, pipeline.mapping.fields, records)
            cursor.execute(pipeline.transform)
            rows = cursor.fetchall()
        except Exception as error:  # noqa: BLE001  the engine, its parser and its emulation each raise their own kinds
            raise Refused(" ".join(str(error).split())[:300]) from None
        return Result(tuple(column.name.lower() for column in cursor.description), tuple(tuple(row) for row in rows))


@contextmanager
def _locked(tenant: str) -> Iterator[Any]:
    """A cursor in the tenant's schema of an engine that reaches nothing and stops after `LIMIT_S`."""
    from fakesnow.instance import FakeSnow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the engine's own, about how it hands rows over
        engine = FakeSnow()
        connection = engine.connect(database="ACME_TRIAL", schema=published_schema(tenant))
        for lock in LOCKS:
            engine.duck_conn.execute(lock)
        alarm = threading.Timer(LIMIT_S, connection._duck_conn.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            yield connection.cursor()
        finally:
            alarm.cancel()
            connection.close()
            engine.duck_conn.close()


def _land(cursor: Any, fields: Sequence[Field], records: Sequence[Record]) -> None:
    """The table `landed`, as a load would make it of the same records."""
    columns = ", ".join(f"c{index} VARCHAR" for index in range(len(fields)))
    cursor.execute(f"CREATE TABLE {RAW} ({columns})")
    if records:
        places = ", ".join(["%s"] * len(fields))
        rows = [tuple(record.get(field.source) for field in fields) for record in records]
        cursor.executemany(f"INSERT INTO {RAW} VALUES ({places})", rows)  # noqa: S608  names of our own
    values = ", ".join(f"{_value(field, f'c{index}')} AS {field.column}" for index, field in enumerate(fields))
    good = " AND ".join(_holds(field, f"c{index}") for index, field in enumerate(fields))
    cursor.execute(f"CREATE TABLE landed AS SELECT {values} FROM {RAW} WHERE {good}")  # noqa: S608  names that spec checked


def _value(field: Field, column: str) -> str:
    """The typed value of a text: NULL where it is none of this type."""
    text = f"COALESCE({column}, {_quoted(field.default)})" if field.default is not None else column
    kind = snowflake_type.read(field.type)
    family = kind.family if kind else "text"
    if family == "variant":
        return f"TRY_PARSE_JSON({text})"
    if field.parse is None:
        return f"TRY_CAST({text} AS {field.type})"
    if family == "number" and kind:
        return f"TRY_TO_NUMBER({text}, {_quoted(field.parse)}, {kind.size}, {kind.scale})"
    return f"TRY_TO_TIMESTAMP_NTZ({text}, {_quoted(field.parse)})::{field.type}"


def _holds(field: Field, column: str) -> str:
    """Whether a load would keep the row: its text can be cast, and is there where it must be."""
    castable = f"{_value(field, column)} IS NOT NULL"
    return castable if field.required else f"({column} IS NULL OR {castable})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
