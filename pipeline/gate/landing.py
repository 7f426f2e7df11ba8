"""The rows that a load would land, made in the embedded engine by the very casts of a load.

Snowflake's SQL is put into the engine's own words once for each kind of field, not once for each table: that is what costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from pipeline.gate.records import Record
from pipeline.load.cast import cast
from pipeline.naming import published_schema
from pipeline.release import Field
from pipeline.warehouse import literal

RAW = "landed_text"
TEXT, VALUE = "TEXT_OF_THE_FIELD", "VALUE_OF_THE_FIELD"  # stand for a field's columns until the table is known


def land(connection: Any, fields: Sequence[Field], records: Sequence[Record]) -> None:
    """The table `landed`. What a load would quarantine is not in it. `connection` is the engine's own."""
    connection.execute(f"CREATE TABLE {RAW} ({', '.join(f'c{index} VARCHAR' for index in range(len(fields)))})")
    if records:
        rows = [[record.get(field.source) for field in fields] for record in records]
        connection.executemany(f"INSERT INTO {RAW} VALUES ({', '.join('?' * len(fields))})", rows)  # noqa: S608  ours
    casts = [_cast(field.type, field.parse, field.required) for field in fields]
    texts = ", ".join(f"{_text(field, f'c{index}')} AS t{index}" for index, field in enumerate(fields))
    values = ", ".join(
        f"{value.replace(TEXT, f't{index}')} AS {field.column}"
        for index, (field, (value, _)) in enumerate(zip(fields, casts, strict=True))
    )
    broken = " OR ".join(
        rule.replace(TEXT, f"t{index}").replace(VALUE, f"v.{field.column}")
        for index, (field, (_, rule)) in enumerate(zip(fields, casts, strict=True))
    )
    names = ", ".join(f"v.{field.column}" for field in fields)
    inner = f"SELECT t.*, {values} FROM (SELECT {texts} FROM {RAW}) AS t"  # noqa: S608  names that spec checked
    connection.execute(f"CREATE TABLE landed AS SELECT {names} FROM ({inner}) AS v WHERE NOT ({broken})")  # noqa: S608


def _text(field: Field, column: str) -> str:
    return column if field.default is None else f"COALESCE({column}, {literal(field.default)})"


@lru_cache(maxsize=1024)
def _cast(kind: str, parse: str | None, required: bool) -> tuple[str, str]:
    """(value, whether it is broken) in the engine's words, over the stand-ins."""
    made = cast(Field("source", "column", kind, required, parse, None), TEXT, VALUE)
    broken = " OR ".join(f"COALESCE({rule}, FALSE)" for rule in made.broken.values())
    translator, parse_one = _translator()
    tree = translator._transform(parse_one(f"SELECT {made.value} AS a, ({broken}) AS b"), None)
    value, rule = (column.unalias().sql(dialect="duckdb") for column in tree.expressions)
    return value, rule


@cache
def _translator() -> Any:
    """A cursor of an engine that holds nothing, and how it reads a statement."""
    from fakesnow.dialect import parse_one
    from fakesnow.instance import FakeSnow

    connection = FakeSnow().connect(database="ACME_TRIAL", schema=published_schema("trial"))
    return connection.cursor(), parse_one
