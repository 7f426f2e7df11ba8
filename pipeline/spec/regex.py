"""Patterns that a contract may ask of a value: plain, short, and quick to match whatever the value is."""

from __future__ import annotations

import re
from typing import Any, Final

MAX_LENGTH: Final = 200
_QUANTIFIER: Final = re.compile(r"[*+?]|\{[0-9]{0,4}(?:,[0-9]{0,4})?\}")
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[*+?]\??|\{[0-9,]*\}\??|.", re.DOTALL)


def why_refused(pattern: Any) -> str:
    """Why a pattern is no good, as a sentence; empty where it is."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > MAX_LENGTH:
        return f"a pattern is text of 1 to {MAX_LENGTH} characters."
    if re.search(r"\(\?|\\[1-9kgpPuxX]", pattern):
        return "look-arounds, flags and back-references are not understood everywhere."
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it cannot be read: {error}."
    return _why_slow(pattern)


def _why_slow(pattern: str) -> str:
    """A repeated group that itself repeats or chooses takes exponential time on a value that almost fits."""
    groups: list[bool] = []  # for each open group: does it hold a repeat or a choice
    closed = False
    repeats = 0
    for part in _TOKEN.findall(pattern):
        if part == "(":
            groups.append(False)
        elif _is_repeat(part):
            repeats += 1
            if closed:
                return "a repeated group repeats or chooses inside: it can take for ever."
            groups = [True] * len(groups)
        elif part == "|":
            groups = [True] * len(groups)
        closed = bool(part == ")" and groups and groups.pop())
    return "it repeats in more than 10 places: it can take for ever." if repeats > 10 else _why_large(pattern)


def _is_repeat(part: str) -> bool:
    return part[0] in "*+" or (part[0] == "{" and _QUANTIFIER.match(part) is not None)


def _why_large(pattern: str) -> str:
    large = any(int(number) > 1000 for number in re.findall(r"[{,]([0-9]+)", pattern))
    return "it repeats more than 1,000 times." if large else ""
