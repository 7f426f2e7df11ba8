"""The raw records of a test, read as the mapping's format says: CSV with a header, or one JSON object a line.

Reads text that was handed in. A record is {source field: text or None}; numbers keep the digits that were written.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.release import FieldMapping

Record = dict[str, str | None]


def read_records(mapping: FieldMapping, text: str) -> list[Record]:
    """Every record. `ValueError` where the text is none of this format."""
    if mapping.format["kind"] == "csv":
        return _read_csv(mapping.format, text)
    sources = [field.source for field in mapping.fields]
    return [
        _picked(json.loads(line, parse_float=str, parse_int=str), sources) for line in text.splitlines() if line.strip()
    ]


def read_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of an expected.csv. `ValueError` where a row has not as many cells as the header."""
    rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, the header has {len(header)}")
    return header, body


def _read_csv(form: Mapping[str, Any], text: str) -> list[Record]:
    try:
        reader = csv.DictReader(io.StringIO(text), delimiter=form.get("delimiter", ","), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise ValueError(str(error)) from None
    nulls = set(form.get("nulls", [""]))
    return [
        {key: None if cell is None or cell in nulls else cell for key, cell in row.items() if key is not None}
        for row in rows
    ]


def _picked(record: Any, sources: Iterable[str]) -> Record:
    if not isinstance(record, dict):
        raise ValueError("a line is no JSON object")  # noqa: TRY004  it is the text that is wrong
    return {source: _text(_walk(record, source)) for source in sources}


def _walk(value: Any, source: str) -> Any:
    """`a.b` walks into an object."""
    for key in source.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, separators=(",", ":"))
