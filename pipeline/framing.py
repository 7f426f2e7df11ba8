"""A tenant's SELECT, framed: a name bound to a query, columns put before its own. The text itself is never rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|//[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"]|\"\")*\")|(?P<word>[A-Za-z_][A-Za-z0-9_$]*)|(?P<mark>[()*,;])",
    re.DOTALL,
)


@dataclass(frozen=True)
class _Word:
    text: str
    depth: int
    start: int
    end: int


def _words(sql: str) -> Iterator[_Word]:
    """Words and marks outside of comments, strings and quoted names, with their depth in parentheses."""
    depth = 0
    for match in _TOKEN.finditer(sql):
        if match["skip"]:
            continue
        text = match[0].upper()
        depth -= text == ")"
        yield _Word(text, depth, match.start(), match.end())
        depth += text == "("


def carries_identity(sql: str) -> bool:
    """Whether each row of the outermost SELECT is a row of `landed`: it reads `landed` itself, and neither groups nor dedupes."""
    outer = [word.text for word in _outermost(sql)]
    grouping = {"DISTINCT", "GROUP", "UNION", "INTERSECT", "EXCEPT", "MINUS", "HAVING"}
    if not outer or grouping & set(outer) or outer[1:2] == ["*"] or outer.count("SELECT") > 1:
        return False
    sources = [after for word, after in pairwise(outer) if word in ("FROM", "JOIN")]
    return sources[:1] == ["LANDED"] and sources.count("LANDED") == 1


def _outermost(sql: str) -> list[_Word]:
    """The words of the outermost SELECT, from it to the end."""
    words = [word for word in _words(sql) if word.depth == 0]
    start = next((n for n, word in enumerate(words) if word.text == "SELECT"), None)
    return [] if start is None else words[start:]


def framed(sql: str, name: str, query: str, *, first: Sequence[str] = ()) -> str:
    """The SELECT with `name` bound to `query`; `first` are columns put before its own."""
    body = sql.strip().rstrip(";").rstrip()
    if first:
        at = _outermost(body)[0].end
        body = f"{body[:at]} {', '.join(first)},{body[at:]}"
    start = next(_words(body), None)
    if start is not None and start.text == "WITH":
        return f"{body[: start.end]} {name} AS ({query}),{body[start.end :]}"
    return f"WITH {name} AS ({query}) {body}"
