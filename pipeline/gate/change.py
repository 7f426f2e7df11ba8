"""What a change is: the files of base and head that the gate needs, the paths between them, who, and when.

Reads git's objects, or the work tree where the head is not committed; writes nothing and runs nothing out of the head.
Works without history (then there is no base), in a shallow clone, in a linked work tree, on Windows line endings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Missing
from pipeline.findings import Finding
from pipeline.gate.commits import Commit, between
from pipeline.gate.files import PLATFORM as PLATFORM
from pipeline.gate.files import SHARED as SHARED
from pipeline.gate.files import Files as Files
from pipeline.gate.files import Scope, read_files, read_folder, read_work_tree
from pipeline.gate.files import tenant_of as tenant_of
from pipeline.gate.git import Repository

MAINS = ("main@{upstream}", "origin/main", "main")


@dataclass(frozen=True)
class Change:
    """Base against head. `base` is None where nothing is known to compare with, `head` where it is not committed.

    Files map a path to its bytes; None stands for what is too large, or no plain file. `findings` say so.
    `pushed`: the commits stand on main, so each of them is judged alone. `compared` says in words with what.
    """

    repository: Repository
    base: str | None
    head: str | None
    at: str
    author: str
    changed: tuple[str, ...]
    base_files: Files
    head_files: Files
    commits: tuple[Commit, ...] = ()
    pushed: bool = False
    compared: str = ""
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def tenants(self) -> tuple[str, ...]:
        """Whose folders changed, removed ones included; everybody's where the rules did or nothing is known of before."""
        paths: Iterable[str] = self.changed
        if self.base is None or any(path.startswith("policies/") for path in self.changed):
            paths = self.head_files
        return tuple(sorted({tenant for path in paths if (tenant := tenant_of(path))}))


def read_change(
    folder: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    tenants: Collection[str] = (),
    pushed: bool = False,
) -> Change:
    """The change from `base` (default: where the head left main) to `head` (default: the work tree as it is).

    Whole folders are read of the tenants that changed and of `tenants`; of their neighbours only what the fleet shares.
    Of what was pushed only that is read which touches `tenants`, where some are named: an apply judges one after the other.
    """
    repository = Repository(folder)
    if not repository.exists:
        if base or head:
            raise Missing(f"{folder} is no git repository, so there is no `{base or head}`.", fix="leave --base out")
        return _without_history(repository, "no git repository is here")
    tip = repository.commit(head) if head else _tip(repository)
    if tip is None:
        return _without_history(repository, "nothing is committed here yet")
    start, compared = _start(repository, base, tip)
    if start is None and head is None:
        return _without_history(repository, compared)
    if start is None:
        raise Missing(f"{compared}.", where=str(folder), fix="name the base by --base, and fetch it first")
    changed = _changed(repository, start, tip if head else None)
    scope, folders = Scope.of(changed, tenants), []
    if pushed and tenants:
        changed = tuple(path for path in changed if tenant_of(path) in tenants)
        scope, folders = Scope(frozenset(tenants), neighbours=False), [f"tenants/{name}" for name in tenants]
    old, _ = read_files(repository, repository.tree(start, "tenants", *PLATFORM), scope)
    new, findings = (
        read_files(repository, repository.tree(tip, "tenants", *PLATFORM), scope)
        if head
        else (read_work_tree(repository, scope))
    )
    return Change(
        repository,
        base=start,
        head=tip if head else None,
        at=_when(repository, tip) if head else _now(),
        author=_author(repository, tip if head else None),
        changed=changed,
        base_files=old,
        head_files=new,
        commits=between(repository, start, tip, folders),
        pushed=pushed,
        compared=compared,
        findings=findings,
    )


def _without_history(repository: Repository, why: str) -> Change:
    """Every file as it lies there, against nothing."""
    files, findings = read_folder(repository.folder)
    compared = f"nothing: {why}, so all is judged and no rule about a change is asked"
    return Change(
        repository, None, None, _now(), "", tuple(sorted(files)), {}, files, compared=compared, findings=findings
    )


def _tip(repository: Repository) -> str | None:
    """HEAD, or None in a repository without a commit."""
    return repository.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def _start(repository: Repository, base: str | None, tip: str) -> tuple[str | None, str]:
    """Where the head left the base, and which that is in words; the base itself where this clone does not know.

    None where no main is known: then all is judged, for to compare with the head itself would let every commit pass.
    """
    for name in [base] if base else MAINS:
        known = repository.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if known:
            left = repository.line("merge-base", known, tip)
            return left or known, _compared(name, known, left, shallow=repository.shallow)
    return (repository.commit(base), base) if base else (None, "no main is known in this clone")


def _compared(name: str, known: str, left: str | None, *, shallow: bool) -> str:
    named = "" if known.startswith(name) else f"{name.replace('main@{upstream}', 'main as it was fetched')}, "
    if left is None:
        why = "this clone is too shallow to tell where the head left it" if shallow else "the head never left it"
        return f"{named}commit {known[:12]}: {why}"
    return f"{named}commit {left[:12]}{'' if left == known else ', where the head left it'}"


def _changed(repository: Repository, base: str, head: str | None) -> tuple[str, ...]:
    if head:
        return tuple(sorted(repository.names("diff-tree", "-r", "-z", "--no-renames", "--name-only", base, head)))
    differing = repository.names(
        "diff", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty", "--name-only", base
    )
    new = repository.names("ls-files", "-z", "--others", "--exclude-standard")
    return tuple(sorted({*differing, *new}))


def _when(repository: Repository, commit: str) -> str:
    return repository.line("show", "-s", "--format=%cI", commit) or _now()


def _author(repository: Repository, commit: str | None) -> str:
    words = ("show", "-s", "--format=%ae", commit) if commit else ("config", "user.email")
    return repository.line(*words) or ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
