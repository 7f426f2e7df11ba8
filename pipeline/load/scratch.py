"""The temporary tables of one load: private to its session, gone with it."""

from __future__ import annotations

from typing import Final

from pipeline.naming import scratch

LANDED: Final = scratch("landed")  # typed rows
REFUSED: Final = scratch("refused")  # rows that the contract refuses


def raw(number: int) -> str:
    """The text of one layout's files."""
    return scratch(f"raw_{number}")
