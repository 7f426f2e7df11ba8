"""SQL as the release keeps it: comments left out and white space folded, except inside of quotes.

So a comment or a line break never makes a new release.
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = re.compile(
    r"""
    (?P<quoted>'(?:[^'\\]|\\.|'')*'?|"(?:[^"]|"")*"?|\$\$.*?(?:\$\$|\Z))
    |(?P<comment>(?:--|//)[^\r\n]*|/\*.*?(?:\*/|\Z))
    |(?P<blank>\s+)
    |(?P<other>[^\s'"$/-]+|.)
    """,
    re.DOTALL | re.VERBOSE,
)


def fold(sql: str) -> str:
    """One line, one blank between words, no comment, no `;` at the end."""
    parts = [match.group() if match.lastgroup in ("quoted", "other") else " " for match in _PART.finditer(sql)]
    folded: list[str] = []
    for part in parts:
        if part != " " or (folded and folded[-1] != " "):
            folded.append(part)
    return "".join(folded).strip(" ").removesuffix(";").rstrip(" ")
