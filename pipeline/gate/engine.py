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

from pipeline.gate.records import Record
from pipeline.load.cast import cast
from pipeline.naming import published_schema
from pipeline.release import Field, Pipeline
from pipeline.warehouse import literal

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


@dataclass(frozen=True)
class Beside:
    """Another table of the tenant, as its readers see it: types by column, and rows of texts under `header`; empty is NULL."""

    types: Mapping[str, str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def run(
    tenant: str, pipeline: Pipeline, records: Sequence[Record], beside: Mapping[str, Beside] = MappingProxyType({})
) -> Result:
    """The rows that the transform makes of these records. A record that the mapping cannot cast is left out."""
    with _locked(tenant) as cursor:
        try:
            for name, table in beside.items():
                _stand(cursor, name, table)
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
    from fakesnow.transforms import stage

    shutil.rmtree(stage.LOCAL_BUCKET_PATH, ignore_errors=True)  # made in the temporary folder by every import, for nothing
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


def _stand(cursor: Any, name: str, table: Beside) -> None:
    """The other table, filled."""
    cursor.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in table.types.items())})")
    if table.rows:
        names, places = ", ".join(table.header), ", ".join(["%s"] * len(table.header))
        rows = [tuple(cell or None for cell in row) for row in table.rows]
        cursor.executemany(f"INSERT INTO {name} ({names}) VALUES ({places})", rows)  # noqa: S608  names that spec checked


def _land(cursor: Any, fields: Sequence[Field], records: Sequence[Record]) -> None:
    """The table `landed`, by the very casts of a load. What a load would quarantine is not in it."""
    columns = ", ".join(f"c{index} VARCHAR" for index in range(len(fields)))
    cursor.execute(f"CREATE TABLE {RAW} ({columns})")
    if records:
        places = ", ".join(["%s"] * len(fields))
        rows = [tuple(record.get(field.source) for field in fields) for record in records]
        cursor.executemany(f"INSERT INTO {RAW} VALUES ({places})", rows)  # noqa: S608  names of our own
    casts = [cast(field, f"t{index}", f"v.{field.column}") for index, field in enumerate(fields)]
    texts = ", ".join(f"{_text(field, f'c{index}')} AS t{index}" for index, field in enumerate(fields))
    values = ", ".join(f"{one.value} AS {field.column}" for one, field in zip(casts, fields, strict=True))
    names = ", ".join(f"v.{field.column}" for field in fields)
    broken = " OR ".join(f"COALESCE({rule}, FALSE)" for one in casts for rule in one.broken.values())
    inner = f"SELECT t.*, {values} FROM (SELECT {texts} FROM {RAW}) AS t"  # noqa: S608  names that spec checked
    cursor.execute(f"CREATE TABLE landed AS SELECT {names} FROM ({inner}) AS v WHERE NOT ({broken})")  # noqa: S608


def _text(field: Field, column: str) -> str:
    return column if field.default is None else f"COALESCE({column}, {literal(field.default)})"
