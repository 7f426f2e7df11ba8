"""A transform taken apart and put together again: its columns in order, and what follows them. Comments are dropped.

Good for the SELECTs that pass the gate; a mutation breaks one part and leaves the others as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

WORD = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][\w$]*|[(),]|.", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column: its expression and the name that it gets."""

    sql: str
    name: str

    @property
    def is_plain(self) -> bool:
        return self.sql.rpartition(".")[2] == self.name

    def text(self) -> str:
        return self.sql if self.is_plain else f"{self.sql} AS {self.name}"


@dataclass(frozen=True)
class Select:
    """`tail` starts with FROM."""

    columns: tuple[Column, ...]
    tail: str

    def text(self) -> str:
        return f"SELECT\n    {(',' + chr(10) + '    ').join(column.text() for column in self.columns)}\n{self.tail}\n"

    def with_column(self, name: str, sql: str) -> Select:
        """The same with another expression for a column."""
        return replace(self, columns=tuple(Column(sql, c.name) if c.name == name else c for c in self.columns))


def read_select(sql: str) -> Select | None:
    """The parts of a statement, or None where it is written in another way than SELECT … FROM …."""
    text = re.sub(r"--[^\n]*", "", sql).strip()
    match = re.match(r"SELECT\s+(?!DISTINCT)", text)
    if match is None:
        return None
    parts = list(_parts(text[match.end() :]))
    columns = [_column(part) for part in parts[:-1]]
    return Select(tuple(columns), parts[-1]) if columns else None


def _parts(text: str) -> Iterator[str]:
    """What stands between the commas of the outermost level; last, all from FROM on."""
    depth, start = 0, 0
    for word in WORD.finditer(text):
        depth += {"(": 1, ")": -1}.get(word[0], 0)
        if depth == 0 and word[0] in (",", "FROM"):
            yield text[start : word.start()].strip()
            start = word.end()
            if word[0] == "FROM":
                yield re.sub(r"[ \t]+\n", "\n", text[word.start() :].strip())
                return
    yield ""


def _column(text: str) -> Column:
    match = re.fullmatch(r"(.*)\sAS\s+(\w+)", text, re.DOTALL)
    return (
        Column(re.sub(r"[ \t]+\n", "\n", match[1].strip()), match[2])
        if match
        else Column(text, text.rpartition(".")[2])
    )
