"""Edits and commits in the scratch clone, as an engineer would make them."""

from __future__ import annotations

from pathlib import Path

from pipeline.demo.story import Broken
from pipeline.promote import commit as commits


def replace_in(path: Path, old: str, new: str) -> None:
    """`Broken` where the file does not say `old` exactly once or more."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise Broken(f"{path.name} does not say `{old}` any more: the story must be told anew")
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(clone: Path, paths: list[str], message: str) -> str:
    return commits.commit(clone, paths, message)
