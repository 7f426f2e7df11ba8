"""The one folder outside the checkout that anything is written to, and the lock that makes a part of it once.

Standard library only: the launcher imports this before any environment exists.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "ACME_CACHE"
COMPLETE = ".complete"


def folder() -> Path:
    """`$ACME_CACHE`, else `acmeconnect` below the user's cache folder."""
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/acmeconnect"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "acmeconnect"


def is_complete(part: Path) -> bool:
    return (part / COMPLETE).is_file()


def made_once(part: Path, make: Callable[[Path], None]) -> Path:
    """`part`, made by `make(part)` unless it is complete.

    Two processes do not hurt each other: the second waits. One that was killed half way leaves no `.complete`, so the next
    one clears the rest away and begins anew.
    """
    if is_complete(part):
        return part
    with locked(part):
        if not is_complete(part):
            remove(part)
            part.mkdir(parents=True)
            make(part)
            (part / COMPLETE).touch()
    return part


@contextmanager
def locked(part: Path) -> Iterator[None]:
    """An exclusive lock that the system frees when its holder dies."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.with_name(part.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(part: Path) -> Iterator[Path]:
    """A folder that many use at once and nobody keeps: whoever leaves it last removes it, also what a killed one left there."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.with_name(part.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            part.mkdir(exist_ok=True)
            yield part
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
            with suppress(BlockingIOError):  # somebody is still in there
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(part)


def remove(part: Path) -> None:
    """Removes a folder, read-only ones (Go's module cache) included."""
    if not part.exists():
        return
    for below, _, _ in os.walk(part):
        Path(below).chmod(0o700)
    shutil.rmtree(part)
