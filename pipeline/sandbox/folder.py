"""The sandbox's one ignored folder: where everything lies in it, its lock, and whole writes.

Fails with `Busy` where another process holds the lock for too long.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import settings
from pipeline.errors import Busy


@dataclass(frozen=True)
class Folder:
    """Paths below `root`. Nothing of the sandbox lies elsewhere."""

    root: Path

    def log(self, part: str) -> Path:
        return self.root / "logs" / f"{part}.log"

    def process(self, part: str) -> Path:
        return self.root / "run" / f"{part}.json"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def sources(self) -> Path:
        return self.root / "sources.json"

    @property
    def faults(self) -> Path:
        return self.root / "faults.json"

    @property
    def backups(self) -> Path:
        """Whole files as they were before a fault touched them."""
        return self.root / "backups"

    @property
    def aws(self) -> Path:
        return self.root / "aws"

    @property
    def credentials(self) -> Path:
        return self.aws / "credentials"

    @property
    def snowflake(self) -> Path:
        return self.root / "snowflake"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def airflow(self) -> Path:
        return self.root / "airflow"

    @property
    def environments(self) -> Path:
        return self.root / "environments"

    @property
    def sftp(self) -> Path:
        return self.root / "sftp"

    @property
    def api(self) -> Path:
        return self.root / "api"


def of(repository: Path) -> Folder:
    """The folder of this checkout, or the one that `$ACME_SANDBOX` names."""
    return Folder(settings.sandbox_folder(repository))


def make(folder: Folder) -> None:
    """The folders that parts expect, readable by their owner alone."""
    for path in (folder.root, folder.root / "logs", folder.root / "run", folder.environments, folder.backups):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (folder.aws, folder.snowflake, folder.postgres, folder.sftp, folder.api, folder.airflow):
        path.mkdir(exist_ok=True, mode=0o700)


@contextmanager
def locked(folder: Folder, *, timeout_s: float = 120) -> Iterator[None]:
    """Alone in this folder. The system frees the lock when its holder dies. `Busy` after `timeout_s`."""
    folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + timeout_s
    with (folder.root / "lock").open("w") as handle:
        while not _try_lock(handle.fileno()):
            if time.monotonic() > deadline:
                raise Busy(f"another command holds {folder.root} for {timeout_s:.0f} s.", fix="end that command first")
            time.sleep(0.05)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """All of the bytes or none of them: a reader never sees half a file, nor does a crash leave one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, document: Any) -> None:
    write(path, json.dumps(document, indent=1, sort_keys=True).encode())


def read_json(path: Path, default: Any) -> Any:
    """The document, or `default` where there is no file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return default
