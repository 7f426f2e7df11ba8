"""The commits between base and head: who, when, and which files each of them changed.

Reads git; writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.gate.git import Repository


@dataclass(frozen=True)
class Commit:
    """One commit between base and head. `at` is RFC 3339."""

    commit: str
    at: str
    author: str
    changed: tuple[str, ...]


def between(repository: Repository, base: str, tip: str, folders: Collection[str] = ()) -> tuple[Commit, ...]:
    """Oldest first; merges are what they bring in against their first parent.

    Where folders are named, those that touch them and whose work is still in them: what was undone since asks for nothing.
    """
    words = ("log", "--first-parent", "--reverse", "--format=%H%x09%aI%x09%ae", f"{base}..{tip}", "--", *folders)
    told = [line.split("\t") for line in (repository.line(*words) or "").splitlines()]
    lasting = set(_lasting(repository, base, [commit for commit, *_ in told], folders))
    return tuple(_read(repository, *one) for one in told if one[0] in lasting)


def _lasting(repository: Repository, base: str, commits: list[str], folders: Collection[str]) -> Iterator[str]:
    """Without those on a way that led back: after it the folders are, byte for byte, what they were before."""
    if not folders:
        yield from commits
        return
    way = {_trees(repository, base, folders): ""}
    for commit in commits:
        trees = _trees(repository, commit, folders)
        if trees in way:
            while next(reversed(way)) != trees:
                way.popitem()
        else:
            way[trees] = commit
    yield from filter(None, way.values())


def _trees(repository: Repository, commit: str, folders: Collection[str]) -> tuple[str | None, ...]:
    """What the folders hold, as git names it; None for one that is not there."""
    named = (f"{commit}:{folder}" for folder in folders)
    return tuple(repository.line("rev-parse", "--verify", "--quiet", "--end-of-options", one) for one in named)


def _read(repository: Repository, commit: str, at: str, author: str) -> Commit:
    """What a commit changed; nothing is said of the first one, nor of the last that a shallow clone holds."""
    known = repository.line("rev-parse", "--verify", "--quiet", f"{commit}^")
    words = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", f"{commit}^", commit)
    changed = repository.names(*words) if known else []
    return Commit(commit, at, author, tuple(sorted(changed)))
