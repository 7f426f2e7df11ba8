"""ERP tables as their exports have them (CSV), and as the ERP's API shows them (one JSON text a record).

Reads the gzipped CSV files of `data/`. A number in JSON has exactly the digits of the CSV: nothing passes through a float.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})")
BOOLEANS = {"True": "true", "False": "false"}
TOUCHED_AT = "ModifiedDate"  # always an instant, also where every value of a table falls on midnight

Spelling = Callable[[str], str]


@cache
def table(name: str) -> str:
    """The CSV text of a table, header first. `FileNotFoundError` where there is none."""
    return gzip.decompress((DATA / f"{name}.csv.gz").read_bytes()).decode("utf-8")


def rows(text: str) -> tuple[list[str], list[list[str]]]:
    """(field names, records)."""
    first, *rest = csv.reader(io.StringIO(text))
    return first, rest


@cache
def json_records(name: str) -> tuple[str, ...]:
    """A table's records as JSON texts, in the order of the export, under the export's own field names."""
    names, records = rows(table(name))
    spellings = [spelling(names[i], [record[i] for record in records]) for i in range(len(names))]
    keys = [json.dumps(field) for field in names]
    return tuple(_record(keys, spellings, record) for record in records)


def _record(keys: Sequence[str], spellings: Sequence[Spelling], record: Sequence[str]) -> str:
    parts = zip(keys, spellings, record, strict=True)
    return "{" + ", ".join(f"{key}: {spell(value) if value else 'null'}" for key, spell, value in parts) + "}"


def spelling(field: str, values: Sequence[str]) -> Spelling:
    """How JSON spells a column: one kind for all of its values."""
    known = [value for value in values if value]
    if all(map(NUMBER.fullmatch, known)):
        return str
    if all(value in BOOLEANS for value in known):
        return BOOLEANS.__getitem__
    if all(map(INSTANT.fullmatch, known)):
        is_day = field != TOUCHED_AT and all(value.endswith(" 00:00:00.000") for value in known)
        return _day if is_day else _instant
    return _text


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _instant(value: str) -> str:
    return f'"{value.replace(" ", "T")}Z"'


def _day(value: str) -> str:
    return f'"{value[:10]}"'
