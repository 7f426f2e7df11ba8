"""What every tenant's folder was: each of its trees once, with the commit that made it.

Reads git's objects; writes nothing. Fails with `Missing` where this clone lacks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.gate.change import MAINS
from pipeline.gate.documents import Documents, read_documents
from pipeline.gate.files import Scope, read_files, tenant_of
from pipeline.gate.git import Entry, Repository

TREE = "040000"
NOTHING = "0" * 40
OTHERS = 50  # enough to see that a commit touched more than one room; a first commit touches everything
PLATFORM = ("CODEOWNERS", "stacks/cells.yaml", "stacks/environments")


@dataclass(frozen=True)
class Sight:
    """One state of a tenant's folder. `tree` and `before` name git's trees; empty where there was none, or where it is not known.

    `changed` are the paths of the commit that made it, of others' no more than `OTHERS`; `now` says that it stands today.
    """

    tenant: str
    tree: str
    commit: str
    at: str
    author: str = ""
    before: str = ""
    changed: tuple[str, ...] = ()
    now: bool = False


@dataclass(frozen=True)
class _Step:
    commit: str
    at: str
    author: str
    trees: dict[str, tuple[str, str]]  # tenant → (before, after)
    changed: list[str]


def sights(repository: Repository, revision: str, days: int) -> list[Sight]:
    """Every distinct tree of each tenant: of today, and of the last `days` days of the revision's history; oldest first."""
    at = repository.line("show", "-s", "--format=%cI", revision) or ""
    today = {
        entry.path.removeprefix("tenants/"): Sight(
            entry.path.removeprefix("tenants/"), entry.blob, revision, at, now=True
        )
        for entry in _folders(repository, revision)
    }
    made: dict[tuple[str, str], Sight] = {}
    older: dict[tuple[str, str], Sight] = {}  # what a commit replaced, and none of these days made
    for step in _steps(repository, revision, days):
        for tenant, (before, after) in step.trees.items():
            one = Sight(tenant, after, step.commit, step.at, step.author, before, _told(step, tenant))
            made.setdefault((tenant, after), one)
            if before:
                older[tenant, before] = Sight(tenant, before, step.commit, step.at)
    found = older | made
    for tenant, sight in today.items():
        found[tenant, sight.tree] = replace(found.get((tenant, sight.tree), sight), now=True)
    return sorted(found.values(), key=lambda one: (one.tenant, one.at, one.now))


def _told(step: _Step, tenant: str) -> tuple[str, ...]:
    own = [path for path in step.changed if tenant_of(path) == tenant]
    return (*own, *[path for path in step.changed if tenant_of(path) != tenant][:OTHERS])


def left_main(repository: Repository, base: str | None, head: str | None) -> str:
    """The commit where the head, or the work tree's commit, left main, or the base that is named."""
    tip = repository.commit(head or "HEAD")
    for name in [base] if base else MAINS:
        known = repository.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if known:
            return repository.line("merge-base", known, tip) or known
    return repository.commit(base) if base else tip


def platform(repository: Repository, revision: str) -> Documents:
    """The platform's documents of today, by which every tree is judged."""
    files, _ = read_files(repository, repository.tree(revision, *PLATFORM), Scope(None, neighbours=True))
    return read_documents(files)


def folder(repository: Repository, tenant: str, tree: str) -> Documents:
    """A tenant's documents in one of its trees, under their paths from the repository's root."""
    if not tree:
        return Documents({})
    entries = [replace(entry, path=f"tenants/{tenant}/{entry.path}") for entry in repository.tree(tree)]
    files, _ = read_files(repository, entries, Scope(None, neighbours=True))
    return read_documents(files)


def _folders(repository: Repository, revision: str) -> list[Entry]:
    listed = repository.names("ls-tree", "-z", "--full-tree", revision, "tenants/")
    facts = [(line.split("\t")[1], line.split()) for line in listed]
    return [Entry(path, mode, tree.split("\t")[0], 0) for path, (mode, kind, tree, *_) in facts if kind == "tree"]


def _steps(repository: Repository, revision: str, days: int) -> Iterator[_Step]:
    """The commits that touch tenants, newest first; a merge is what it brings in against its first parent."""
    words = ("log", "--first-parent", "-m", "-t", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--full-diff")
    since = (f"--since={days} days ago", "--format=commit%x09%H%x09%cI%x09%ae", revision, "--", "tenants")
    tokens = iter(repository.names(*words, *since))
    step: _Step | None = None
    for token in map(str.strip, tokens):
        if token.startswith("commit\t"):
            if step:
                yield step
            commit, at, author = token.split("\t")[1:]
            step = _Step(commit, at, author, {}, [])
        elif token.startswith(":") and step:
            _note(step, token[1:].split(), next(tokens))
    if step:
        yield step


def _note(step: _Step, facts: list[str], path: str) -> None:
    """One line of git's: modes and objects before and after, and what happened to them."""
    old_mode, new_mode, before, after, _ = facts
    if TREE not in (old_mode, new_mode):
        step.changed.append(path)
    elif path.count("/") == 1 and (tenant := tenant_of(f"{path}/")):
        step.trees[tenant] = (before.replace(NOTHING, ""), after.replace(NOTHING, ""))
