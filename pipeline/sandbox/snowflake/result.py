"""What a statement gives back, in the shape that the connector reads."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fakesnow.arrow import to_ipc, to_sf
from fakesnow.rowtype import describe_as_rowtype

QUERY, DDL = 0x1000, 0x6000
INSERT, UPDATE, DELETE, MERGE, COPY = 0x3100, 0x3200, 0x3300, 0x3400, 0x3500
DML = (INSERT, UPDATE, DELETE, MERGE)


@dataclass
class Result:
    """`table` holds the rows, `types` the engine's type of each column, `kind` Snowflake's id of the statement's type."""

    table: pa.Table
    types: Sequence[str]
    kind: int = QUERY
    touched: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def rowtype(self) -> list[Any]:
        rows = [
            (name, type_, None, None, None, None)
            for name, type_ in zip(self.table.column_names, self.types, strict=True)
        ]
        return describe_as_rowtype(rows)

    @property
    def rows(self) -> int:
        return self.touched if self.touched is not None else self.table.num_rows

    def body(self, *, describe_only: bool = False) -> dict[str, Any]:
        """The part of the answer that carries the rows."""
        rowtype = self.rowtype
        common = {"rowtype": rowtype, "statementTypeId": self.kind, "total": self.table.num_rows}
        if describe_only:
            return {**common, "total": 0, "queryResultFormat": "json", "rowset": []}
        if self.kind in DML:
            lists = [column.to_pylist() for column in self.table.columns]
            rowset = [[None if value is None else str(value) for value in row] for row in zip(*lists, strict=True)]
            return {**common, "queryResultFormat": "json", "rowset": rowset}
        encoded = (
            b64encode(to_ipc(_with_nulls(self.table, to_sf(self.table, rowtype)))).decode()
            if self.table.num_rows
            else ""
        )
        return {**common, "queryResultFormat": "arrow", "rowsetBase64": encoded}


def listing(names: Sequence[str], rows: Sequence[Sequence[Any]], kind: int = QUERY) -> Result:
    """Rows of text."""
    columns = [[None if row[n] is None else str(row[n]) for row in rows] for n in range(len(names))]
    arrays = [pa.array(column, pa.string()) for column in columns]
    return Result(pa.table(arrays, names=list(names)), ["VARCHAR"] * len(names), kind)


def status(text: str = "Statement executed successfully.") -> Result:
    return listing(["status"], [[text]], DDL)


def counts(kind: int, **numbers: int) -> Result:
    """How many rows a statement touched, by the words that Snowflake uses."""
    names = [f"number of {name.replace('_', ' ')}" for name in numbers]
    arrays = [pa.array([number], pa.int64()) for number in numbers.values()]
    return Result(pa.table(arrays, names=names), ["BIGINT"] * len(names), kind, sum(numbers.values()))


_KNOWN = (
    "BIGINT", "BLOB", "BOOLEAN", "DATE", "DOUBLE", "HUGEINT", "INTEGER", "JSON", "TIME", "TIMESTAMP", "TIMESTAMP_NS",
    "UBIGINT", "VARCHAR", "TIMESTAMP WITH TIME ZONE", '"NULL"',
)  # fmt: skip


def of_engine(table: pa.Table, types: Sequence[str]) -> Result:
    """A query's rows; a type that the connector does not know goes as text."""
    said = list(types)
    for n, type_ in enumerate(said):
        if type_ in ("FLOAT",):
            table = table.set_column(n, table.column_names[n], table.column(n).cast(pa.float64()))
            said[n] = "DOUBLE"
        elif type_ in ("SMALLINT", "TINYINT", "UTINYINT", "USMALLINT", "UINTEGER"):
            table = table.set_column(n, table.column_names[n], table.column(n).cast(pa.int64()))
            said[n] = "BIGINT"
        elif type_ not in _KNOWN and not type_.startswith("DECIMAL"):
            texts = [None if value is None else _text(value) for value in table.column(n).to_pylist()]
            table = table.set_column(n, table.column_names[n], pa.array(texts, pa.string()))
            said[n] = "VARCHAR" if not type_.endswith("]") and not type_.startswith(("STRUCT", "MAP")) else "JSON"
    return Result(table, said)


def _text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, default=str)


def _with_nulls(source: pa.Table, shaped: pa.Table) -> pa.Table:
    """Timestamps are structs on the wire; where the instant is NULL the whole struct must be."""
    for n, column in enumerate(source.columns):
        if pa.types.is_timestamp(column.type) and column.null_count:
            struct = shaped.column(n).combine_chunks()
            struct = struct.combine_chunks() if isinstance(struct, pa.ChunkedArray) else struct
            fields = [pc.fill_null(struct.field(k), 0) for k in range(struct.type.num_fields)]
            array = pa.StructArray.from_arrays(fields, fields=list(struct.type), mask=column.combine_chunks().is_null())
            shaped = shaped.set_column(n, shaped.schema.field(n), array)
    return shaped
