"""What a command answers: the same thing as a document for programs and as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OK, FINDINGS, BUG = 0, 1, 4


@dataclass(frozen=True)
class Answer:
    """`document` is printed by --json, `text` otherwise, so both say the same."""

    document: Any
    text: str
    exit_code: int = OK


def table(rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart."""
    if not rows:
        return ""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
