"""What a change is: the files of base and head that the gate needs, the paths between them, who, and when.

Reads git's objects, or the work tree where the head is not committed; writes nothing and runs nothing out of the head.
Works without history (then there is no base), in a shallow clone, in a linked work tree, on Windows line endings.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Missing
from pipeline.findings import Finding, Where
from pipeline.gate.git import SUBMODULE, SYMLINK, Entry, Repository

MAX_BYTES = 1_000_000
# what the gate reads besides the tenants
PLATFORM = ("CODEOWNERS", "stacks/cells.yaml", "stacks/environments", "policies/waivers.yaml")
SHARED = re.compile(r"tenants/[^/]+/(environments/[a-z]+\.yaml|pipelines/[^/]+\.yaml)")  # what fills a cell
MAINS = ("main@{upstream}", "origin/main", "main")

Files = Mapping[str, bytes | None]


@dataclass(frozen=True)
class Commit:
    """One commit between base and head. `at` is RFC 3339."""

    commit: str
    at: str
    author: str
    changed: tuple[str, ...]


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


def tenant_of(path: str) -> str | None:
    """Whose folder a path is in, or None."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "tenants" else None


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
        commits=_commits(repository, start, tip, folders),
        pushed=pushed,
        compared=compared,
        findings=findings,
    )


@dataclass(frozen=True)
class Scope:
    """Which files are read: of `tenants` (None: of all) everything, of the others what they share a cell by, if asked."""

    tenants: frozenset[str] | None
    neighbours: bool

    @classmethod
    def of(cls, changed: Collection[str], asked: Collection[str]) -> Scope:
        named = frozenset(asked) | {tenant for path in changed if (tenant := tenant_of(path))}
        rules = any(path.startswith("policies/") for path in changed)
        return cls(None if rules else named, any(SHARED.fullmatch(path) for path in changed))

    def reads(self, path: str) -> bool:
        tenant = tenant_of(path)
        if tenant is None or self.tenants is None or tenant in self.tenants:
            return True
        return self.neighbours and bool(SHARED.fullmatch(path))


def _without_history(repository: Repository, why: str) -> Change:
    """Every file as it lies there, against nothing."""
    files, findings = _read_folder(repository.folder)
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
    named = "" if known.startswith(name) else f"{name}, "
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


def _commits(repository: Repository, base: str, tip: str, folders: Collection[str]) -> tuple[Commit, ...]:
    """Oldest first, those that touch `folders` where some are named; merges are what they bring in against their first parent."""
    words = ("log", "--first-parent", "--reverse", "--format=%H%x09%aI%x09%ae", f"{base}..{tip}", "--", *folders)
    answer = repository.line(*words)
    return tuple(_commit(repository, *line.split("\t")) for line in (answer or "").splitlines())


def _commit(repository: Repository, commit: str, at: str, author: str) -> Commit:
    changed = repository.names("diff-tree", "-r", "-z", "--no-renames", "--name-only", f"{commit}^", commit)
    return Commit(commit, at, author, tuple(sorted(changed)))


def _when(repository: Repository, commit: str) -> str:
    return repository.line("show", "-s", "--format=%cI", commit) or _now()


def _author(repository: Repository, commit: str | None) -> str:
    words = ("show", "-s", "--format=%ae", commit) if commit else ("config", "user.email")
    return repository.line(*words) or ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_files(repository: Repository, entries: Iterable[Entry], scope: Scope) -> tuple[Files, tuple[Finding, ...]]:
    """The bytes of plain files within bounds, and a finding for each that is neither."""
    read = [entry for entry in entries if scope.reads(entry.path)]
    findings = tuple(f for entry in read if (f := refused(entry.path, entry.mode, entry.size)))
    bad = {finding.where.file for finding in findings if finding.where}
    files: dict[str, bytes | None] = dict.fromkeys(bad)
    files.update((entry.path, content) for entry, content in repository.blobs(e for e in read if e.path not in bad))
    return files, findings


def read_work_tree(repository: Repository, scope: Scope) -> tuple[Files, tuple[Finding, ...]]:
    """The files that git would take, as they lie there."""
    names = repository.names("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "tenants", *PLATFORM)
    return _read_paths(repository.folder, sorted({name for name in names if scope.reads(name)}))


def _read_folder(folder: Path) -> tuple[Files, tuple[Finding, ...]]:
    wanted = [folder / "tenants", *(folder / name for name in PLATFORM)]
    paths = [path for top in wanted for path in ([top] if top.is_file() else top.rglob("*"))]
    names = sorted(path.relative_to(folder).as_posix() for path in paths if path.is_symlink() or path.is_file())
    return _read_paths(folder, names)


def _read_paths(folder: Path, names: Iterable[str]) -> tuple[Files, tuple[Finding, ...]]:
    files: dict[str, bytes | None] = {}
    findings = []
    for name in names:
        path = folder / name
        mode = _mode(folder, path)
        if mode is None and not strange(name):
            continue  # deleted, and not yet told to git
        finding = refused(name, mode or "", path.lstat().st_size if mode else 0)
        files[name] = None if finding else path.read_bytes()
        findings += [finding] if finding else []
    return files, tuple(findings)


def _mode(folder: Path, path: Path) -> str | None:
    """Git's word for what lies there; a path through a symbolic link counts as one."""
    below = [parent for parent in (path, *path.parents) if parent.is_relative_to(folder) and parent != folder]
    if any(part.is_symlink() for part in below):
        return SYMLINK
    if path.is_dir():
        return SUBMODULE
    return "100644" if path.is_file() else None


def strange(path: str) -> bool:
    """Control characters, backslashes, and bytes that are no text."""
    return not path.isprintable() or "\\" in path


def refused(path: str, mode: str, size: int) -> Finding | None:
    """Why this entry is not read, or None: a link, another repository, or more bytes than config ever has."""
    reasons = {
        SYMLINK: (
            "symlink",
            "this is a symbolic link.",
            "it could lead out of the folder.",
            "put the file itself here",
        ),
        SUBMODULE: ("submodule", "this is another repository.", "it would bring in what nobody reviewed.", "remove it"),
    }
    found = reasons.get(mode)
    if strange(path):
        found = ("name", "the file's name holds a character that no name may.", "it reads as another.", "rename it")
    if found is None and size > MAX_BYTES:
        bounds = f"the file has {size:,} bytes, more than {MAX_BYTES:,}."
        found = ("size", bounds, "files are bounded so that every check stays quick.", "split it, or say less")
    if found is None:
        return None
    rule, what, why, fix = found
    return Finding(f"document.{rule}", "deny", "gate", what, why, fix, tenant_of(path), Where(path))
