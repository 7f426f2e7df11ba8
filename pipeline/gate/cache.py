"""Findings kept by the content that they are about, so that unchanged files are not checked twice.

Reads and writes small JSON files below one folder. What cannot be read there is checked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from pipeline.findings import Finding, Where


@dataclass(frozen=True)
class Cache:
    """`folder` None: nothing is kept."""

    folder: Path | None

    def findings(self, kind: str, content: Sequence[str | bytes], make: Callable[[], list[Finding]]) -> list[Finding]:
        """What was found for exactly this content, else what `make` finds now."""
        known = self.known(kind, content)
        if known is None:
            known = make()
            if path := self._path(kind, content):
                _write(path, known)
        return known

    def known(self, kind: str, content: Sequence[str | bytes]) -> list[Finding] | None:
        """What was found for exactly this content, or None where nobody looked yet."""
        path = self._path(kind, content)
        return _read(path) if path else None

    def _path(self, kind: str, content: Sequence[str | bytes]) -> Path | None:
        return self.folder / kind / f"{key_of(content)}.json" if self.folder else None


@lru_cache
def code_of(stages: tuple[str, ...], packages: tuple[str, ...]) -> str:
    """What a finding hangs on besides its subject: our own code, of these stages and the modules below all, and others'."""
    folder = Path(__file__).parents[1]
    ours = [*folder.glob("*.py"), *(path for stage in stages for path in (folder / stage).rglob("*.py"))]
    return key_of([*(version(package) for package in packages), *(path.read_bytes() for path in sorted(ours))])


def key_of(content: Sequence[str | bytes]) -> str:
    """A digest in which no two lists meet, whatever their parts hold."""
    total = hashlib.sha256()
    for part in content:
        piece = part.encode() if isinstance(part, str) else part
        total.update(f"{len(piece)}:".encode() + piece)
    return total.hexdigest()


def _read(path: Path) -> list[Finding] | None:
    try:
        documents = json.loads(path.read_bytes())
        return [Finding(**{**one, "where": Where(**one["where"]) if one["where"] else None}) for one in documents]
    except (OSError, ValueError, TypeError, KeyError):
        return None  # not there, or half written: it is only a memory


def _write(path: Path, findings: list[Finding]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{uuid4().hex}")
    half.write_text(json.dumps([asdict(finding) for finding in findings]), encoding="utf-8")
    half.replace(path)
