"""What a failure looks like: one signature, and how strongly it speaks.

A pattern is searched in the whole text, ignoring case; `.` stays on its line. It speaks only where `given` is found too and
`unless` is not. `counts` compares the numbers that the pattern names `known` and `came`: a file with more columns than the
table is another failure than one with fewer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

ROOT: Final = 9  # names the root itself: a code or an exception that means one thing only
CLEAR: Final = 7  # the usual words of one cause
LIKELY: Final = 5  # fits one cause best, and gives way to anything clearer
HINT: Final = 3  # a status code, a generic exception
WORD: Final = 1  # a word that goes with one cause; decides only where nothing else speaks


@dataclass(frozen=True)
class Signature:
    """One way in which a cause shows in text."""

    cause: str
    weight: float
    pattern: str
    given: str = ""
    unless: str = ""
    counts: Literal["", "more", "fewer"] = ""

    def lines(self, text: str) -> list[int]:
        """Numbers, from 1, of the lines where it speaks."""
        if (self.given and not _compiled(self.given).search(text)) or (
            self.unless and _compiled(self.unless).search(text)
        ):
            return []
        found = [match for match in _compiled(self.pattern).finditer(text) if self._counts(match)]
        return sorted({text.count("\n", 0, match.start()) + 1 for match in found})

    def _counts(self, match: re.Match[str]) -> bool:
        if not self.counts:
            return True
        known, came = int(match["known"]), int(match["came"])
        return came > known if self.counts == "more" else came < known


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def signatures(cause: str, *rows: tuple[float, str] | tuple[float, str, str]) -> tuple[Signature, ...]:
    """Signatures of one cause out of (weight, pattern) or (weight, pattern, given)."""
    return tuple(Signature(cause, row[0], row[1], row[2] if len(row) == 3 else "") for row in rows)
