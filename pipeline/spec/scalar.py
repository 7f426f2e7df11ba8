"""Plain scalars by YAML 1.2's core schema: null, booleans, integers, decimals; everything else is text.

Numbers that JSON or a digest cannot spell in one way only are refused: not a number, infinities, too many digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DIGITS: Final = 15  # what a double keeps of any decimal


@dataclass(frozen=True)
class Refused:
    """Why a scalar is no value here."""

    what: str
    why: str
    fix: str


def resolve(text: str) -> Any:
    """None, bool, int, float, str, or `Refused`."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _NO_NUMBER.fullmatch(text):
        return Refused(
            "the number is not finite.",
            "nothing can be compared with it.",
            "write a number, or quote it if text is meant",
        )
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 20 else _too_long()
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0) if len(text) <= 18 else _too_long()
    return _decimal(text) if _DECIMAL.fullmatch(text) else text


def _decimal(text: str) -> Any:
    digits = re.sub(r"[eE].*|[-+.]", "", text).strip("0")
    value = float(text)
    if len(digits) > _DIGITS or abs(value) > 1e15 or 0 < abs(value) < 1e-15 or (value == 0 and digits):
        return _too_long()
    return value


def _too_long() -> Refused:
    return Refused(
        "the number has more digits than are kept exactly.",
        f"up to {_DIGITS} digits stay what they are on every machine.",
        "quote it, or write fewer digits",
    )
