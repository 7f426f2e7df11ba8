"""Writes transforms as the style wants them, where it is proved that this changes nothing of what they mean.

Reads transforms that were handed in and writes them in place, each whole or not at all. Only rules about how SQL is written
are applied, and what they make of a file is kept only where sqlglot reads the same statement in it, with the same comments.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from uuid import uuid4

from pipeline.gate import sql_style
from pipeline.gate.cache import Cache
from pipeline.gate.change import Files


@dataclass(frozen=True)
class Mended:
    """One file: how many lines were written anew by which rules, or why it was left as it is."""

    file: str
    lines: int = 0
    rules: tuple[str, ...] = ()
    left: str = ""

    def sentence(self) -> str:
        if self.left:
            return f"{self.file}: left as it is: {self.left}"
        return f"{self.file}: {self.lines} line{'s' if self.lines != 1 else ''} written anew ({', '.join(self.rules)})"


def fix(folder: Path, files: Files, rules: str, cache: Cache) -> Iterator[Mended]:
    """Mends the transforms among these files that break the style, below `folder`. `rules`: the text of .sqlfluff."""
    for file, text in sql_style.transforms(files):
        if sql_style.lint({text: [file]}, rules, cache) and (
            mended := _mend(folder, file, files[file] or b"", text, rules)
        ):
            yield mended


def _mend(folder: Path, file: str, content: bytes, text: str, rules: str) -> Mended | None:
    """None where no safe rule has anything to say."""
    if sql_style.DIRECTIVE.search(text):
        return Mended(file, left="it would change the rules that it is written by")
    if text.encode() != content.replace(b"\r\n", b"\n"):
        return Mended(file, left="it is not UTF-8")
    linted = sql_style.linter(rules, ",".join(sql_style.SAFE)).lint_string(text, fname=file, fix=True)
    fixed, _ = linted.fix_string()
    if fixed == text:
        return None
    if not means_the_same(text, fixed):
        return Mended(file, left="the mended text would not be read as the same statement")
    if not _replace(folder / file, content, fixed):
        return Mended(file, left="it was changed meanwhile")
    codes = sorted({one.rule_code() for one in linted.get_violations() if one.rule_code() != "PRS"})
    return Mended(file, _lines(text, fixed), tuple(codes))


def means_the_same(before: str, after: str) -> bool:
    """Both are read as the same statements and hold the same comments. What cannot be read never is the same."""
    one, other = _read(before), _read(after)
    return one is not None and one == other


def _read(text: str) -> tuple[list[str], list[str]] | None:
    """(statements, comments): each statement as sqlglot writes it, unquoted names in the one case that the warehouse gives them.

    Written out, and not compared as trees: sqlglot's own comparison overlooks the case of some parts.
    """
    from sqlglot import parse, tokenize
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    try:
        trees = [tree for tree in parse(text, dialect="snowflake") if tree is not None]
        comments = [comment.strip() for token in tokenize(text, dialect="snowflake") for comment in token.comments]
    except SqlglotError:
        return None
    named = (normalize_identifiers(tree, dialect="snowflake") for tree in trees)
    return [tree.sql(dialect="snowflake", comments=False) for tree in named], sorted(comments)


def _lines(before: str, after: str) -> int:
    changes = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return sum(line.startswith("+") for line in changes if not line.startswith("+++"))


def _replace(path: Path, before: bytes, text: str) -> bool:
    """Writes the file whole, with the line ends that it had; not where somebody wrote it meanwhile."""
    ends = text.replace("\n", "\r\n") if b"\r\n" in before else text
    half = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        half.write_bytes(ends.encode("utf-8"))
        shutil.copymode(path, half)
        if path.is_symlink() or path.read_bytes() != before:
            return False
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return True
