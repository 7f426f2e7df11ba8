"""Which files of a change are read, and why some are not: a link, another repository, a strange name, too much of anything.

Reads git's objects, or the work tree, within bounds; follows no link and writes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.findings import Finding, Where
from pipeline.gate.git import SUBMODULE, SYMLINK, Entry, Repository
from pipeline.spec.folder import MAX_FILES, too_many

MAX_BYTES, MAX_TENANT_BYTES, MAX_CHANGE_BYTES = 1_000_000, 8_388_608, 536_870_912
ALL = "*"
# what the gate reads besides the tenants
PLATFORM = ("CODEOWNERS", "stacks/cells.yaml", "stacks/environments", "policies/waivers.yaml")
CELLS = "stacks/cells.yaml"
# what fills a cell, and where a tenant's files come from: two must not read the same
SHARED = re.compile(r"tenants/[^/]+/(environments/[a-z]+\.yaml|(pipelines|connectors)/[^/]+\.yaml)")

Files = Mapping[str, bytes | None]


def tenant_of(path: str) -> str | None:
    """Whose folder a path is in, or None."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "tenants" else None


@dataclass(frozen=True)
class Scope:
    """Which files are read: of `tenants` (None: of all) everything, of the others what they share a cell by, if asked."""

    tenants: frozenset[str] | None
    neighbours: bool

    @classmethod
    def of(cls, changed: Collection[str], asked: Collection[str]) -> Scope:
        named = frozenset(asked) | {tenant for path in changed if (tenant := tenant_of(path))}
        rules = any(path.startswith("policies/") for path in changed)
        return cls(None if rules else named, any(SHARED.fullmatch(path) or path == CELLS for path in changed))

    def reads(self, path: str) -> bool:
        tenant = tenant_of(path)
        if tenant is None or self.tenants is None or tenant in self.tenants:
            return True
        return self.neighbours and bool(SHARED.fullmatch(path))


def read_files(repository: Repository, entries: Iterable[Entry], scope: Scope) -> tuple[Files, tuple[Finding, ...]]:
    """The bytes of plain files within bounds, and a finding for what is neither."""
    read, files, findings = _sorted_out(entry for entry in entries if scope.reads(entry.path))
    files.update((entry.path, content) for entry, content in repository.blobs(read))
    return files, findings


def read_work_tree(repository: Repository, scope: Scope) -> tuple[Files, tuple[Finding, ...]]:
    """The files that git would take, as they lie there."""
    names = repository.names("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "tenants", *PLATFORM)
    return _read_paths(repository.folder, sorted({name for name in names if scope.reads(name)}))


def read_folder(folder: Path) -> tuple[Files, tuple[Finding, ...]]:
    """The files of a folder that is no repository."""
    wanted = [folder / "tenants", *(folder / name for name in PLATFORM)]
    paths = [path for top in wanted for path in ([top] if top.is_file() else top.rglob("*"))]
    names = sorted(path.relative_to(folder).as_posix() for path in paths if path.is_symlink() or path.is_file())
    return _read_paths(folder, names)


def _read_paths(folder: Path, names: Iterable[str]) -> tuple[Files, tuple[Finding, ...]]:
    read, files, findings = _sorted_out(_lying(folder, names))
    files.update((entry.path, (folder / entry.path).read_bytes()) for entry in read)
    return files, findings


def _lying(folder: Path, names: Iterable[str]) -> Iterator[Entry]:
    """What lies there under these names; what was deleted, and not yet told to git, does not."""
    for name in names:
        mode = _mode(folder, folder / name)
        if mode is not None or strange(name):
            yield Entry(name, mode or "", "", (folder / name).lstat().st_size if mode else 0)


def _sorted_out(entries: Iterable[Entry]) -> tuple[list[Entry], dict[str, bytes | None], tuple[Finding, ...]]:
    """(what is read, None for each other path, why)."""
    read: list[Entry] = []
    unread: dict[str, bytes | None] = {}
    findings: list[Finding] = []
    room = Room()
    for entry in entries:
        finding = refused(entry.path, entry.mode, entry.size)
        if finding is None and room.takes(entry):
            read.append(entry)
            continue
        unread[entry.path] = None
        findings += [finding] if finding else []
    return read, unread, (*findings, *room.full.values())


@dataclass
class Room:
    """How much is still read: of one tenant no more than a tenant ever has, of one change no more than fits into memory."""

    counts: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    full: dict[str, Finding] = field(default_factory=dict)

    def takes(self, entry: Entry) -> bool:
        tenant = tenant_of(entry.path) or ""
        self.counts[tenant] += 1
        self.sizes[tenant] += entry.size
        self.sizes[ALL] += entry.size
        if self.sizes[ALL] > MAX_CHANGE_BYTES:
            self.full.setdefault(ALL, _too_large())
            return False
        if tenant and (self.counts[tenant] > MAX_FILES or self.sizes[tenant] > MAX_TENANT_BYTES):
            self.full.setdefault(tenant, too_many(tenant))
            return False
        return True


def _too_large() -> Finding:
    what = f"the change has files of more than {MAX_CHANGE_BYTES:,} bytes."
    return Finding("document.size", "deny", "gate", what, "a change is bounded so that it can be read.", "split it")


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
    if strange(path):
        what = "the file's name holds a character that no name may."
        return _unread("document.name", path, what, "it reads as another.", "rename it")
    if mode == SYMLINK:
        why = "it could lead out of the folder."
        return _unread("document.symlink", path, "this is a symbolic link.", why, "put the file itself here")
    if mode == SUBMODULE:
        why = "it would bring in what nobody reviewed."
        return _unread("document.submodule", path, "this is another repository.", why, "remove it")
    if size > MAX_BYTES:
        what = f"the file has {size:,} bytes, more than {MAX_BYTES:,}."
        why = "files are bounded so that every check stays quick."
        return _unread("document.size", path, what, why, "split it, or say less")
    return None


def _unread(code: str, path: str, what: str, why: str, fix: str) -> Finding:
    return Finding(code, "deny", "gate", what, why, fix, tenant_of(path), Where(path))
