"""The columns of a table or view, with Snowflake's types."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.session import Session

LONGEST = 16777216
_TYPES = {
    "BIGINT": "NUMBER(38,0)", "INTEGER": "NUMBER(38,0)", "HUGEINT": "NUMBER(38,0)", "SMALLINT": "NUMBER(38,0)",
    "DOUBLE": "FLOAT", "FLOAT": "FLOAT", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME(9)", "BLOB": "BINARY(8388608)",
    "TIMESTAMP": "TIMESTAMP_NTZ(9)", "TIMESTAMP_NS": "TIMESTAMP_NTZ(9)", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ(9)",
    "JSON": "VARIANT",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    default: str | None = None


def columns_of(account: Account, session: Session, name: str) -> list[Column]:
    """In order. Empty where there is no such object."""
    database, schema, table = name.split(".", 2)
    if name in session.temporary:
        database, schema, table = "temp", "main", session.temporary[name]
    rows = session.engine.execute(
        "SELECT column_name, data_type, is_nullable, column_default FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [database, schema, table],
    ).fetchall()
    meta = account.catalogue.find("TABLE", name) or {}
    lengths, types = meta.get("lengths", {}), meta.get("types", {})
    return [Column(c, types.get(c) or snowflake_type(t, lengths.get(c)), bool(n), d) for c, t, n, d in rows]


def snowflake_type(engine_type: str, length: int | None) -> str:
    if engine_type == "VARCHAR":
        return f"VARCHAR({length or LONGEST})"
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", engine_type):
        return f"NUMBER({match[1]},{match[2]})"
    return _TYPES.get(engine_type, engine_type)


def type_parts(type_: str) -> tuple[str, tuple[int, ...]]:
    name, _, sizes = type_.partition("(")
    return name, tuple(int(size) for size in sizes.rstrip(")").split(",") if size.strip())
