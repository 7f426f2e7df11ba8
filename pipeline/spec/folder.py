"""The files of a tenant's folder as bytes. Reads the disk, follows no link, writes nothing.

The same mapping, path from the repository's root → content, can come out of a git tree instead: see `tenant.read_files`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.findings import Finding, Where
from pipeline.spec.layout import prefix
from pipeline.spec.wording import deny

MAX_FILES: Final = 200
MAX_FILE_BYTES: Final = 1_048_576
_MAX_DEPTH: Final = 4


def read_folder(repository: Path, tenant: str) -> tuple[dict[str, bytes], list[Finding]]:
    """(path → content of every plain file, what is no plain file). An empty mapping where there is no folder."""
    files: dict[str, bytes] = {}
    found: list[Finding] = []
    root = repository / "tenants" / tenant
    if root.is_symlink():
        return {}, [_no_plain_file(prefix(tenant).rstrip("/"))]
    for path in _walk(root, 0):
        name = path.relative_to(repository).as_posix().encode("utf-8", "replace").decode("utf-8")
        if len(files) + len(found) >= MAX_FILES:
            return files, [*found, too_many(tenant)]
        if not stat.S_ISREG(path.lstat().st_mode):
            found.append(_no_plain_file(name))
        else:
            files[name] = _head(path)
    return files, found


def too_many(tenant: str) -> Finding:
    what = f"the folder holds more than {MAX_FILES} files."
    return deny(
        "document.count",
        Where(prefix(tenant).rstrip("/")),
        what,
        "folders are bounded.",
        "split the tenant, or remove files",
    )


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """Everything that is no directory, in order; a directory too deep is given as it is."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.is_dir(follow_symlinks=False) and depth < _MAX_DEPTH:
                yield from _walk(Path(entry.path), depth + 1)
            else:
                yield Path(entry.path)


def _head(path: Path) -> bytes:
    """The content, cut where it is too large anyway: one byte more than allowed tells so."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _no_plain_file(name: str) -> Finding:
    return deny(
        "document.symlink",
        Where(name),
        "this is no plain file.",
        "a link could lead out of the tenant's folder.",
        "put the file itself here",
    )
