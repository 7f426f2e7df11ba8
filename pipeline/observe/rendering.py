"""How records look on a terminal and in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any


def table(rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart, indented by two."""
    if not rows:
        return ""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it: instants in ISO 8601."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}"


def span(length: timedelta) -> str:
    """`40 s`, `11 min`, `5 h`, `3 d`: the largest unit that fits twice, or seconds."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
