"""What a table of the ERP is to a tenant: fields, columns, what can be computed of them; and the records that are carried of it.

Reads the sandbox's own records; writes nothing.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "pipeline" / "sandbox" / "data"
Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Field:
    """A source field as a column. `key`: part of the primary key. `secret`: confidential. `free`: a tenant may skip it."""

    source: str
    column: str
    type: str
    required: bool = True
    key: bool = False
    secret: bool = False
    free: bool = False


@dataclass(frozen=True)
class Derived:
    """A computed column: its SQL over the landed columns, and the same in Python over a row of texts by column."""

    column: str
    type: str
    sql: str
    value: Callable[[Row], Any]
    needs: tuple[str, ...]
    required: bool = True
    secret: bool = False


@dataclass(frozen=True)
class Filter:
    """A WHERE, and the same in Python."""

    sql: str
    keeps: Callable[[Row], bool]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """A column of numbers that becomes one of words: `labels` are for 1, 2, … in as many tongues as tenants have."""

    column: str
    landed: str
    source: str
    labels: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Beside:
    """Another table of the same site that this one looks a column up in, by that table's whole key."""

    family: str
    by: str
    column: str
    type: str


@dataclass(frozen=True)
class Family:
    """One table of the ERP. `total`: what a summary of it groups by and sums up."""

    name: str
    table: str
    fields: Sequence[Field]
    derived: Sequence[Derived] = ()
    filter: Filter | None = None
    code: Code | None = None
    version: str = ""
    total: tuple[str, str] | None = None
    rule: str = ""
    beside: Beside | None = None


@cache
def rows(table: str) -> Sequence[dict[str, str]]:
    """Some hundred of the records that are carried of a table, from all over it."""
    with gzip.open(DATA / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    return every[:: max(1, len(every) // 400)]


def number(row: Row, column: str) -> Decimal:
    return Decimal(row[column] or "0")
