"""What the documents of untouched tenants say, kept by content: a fleet of them is not parsed again for a change of one.

Reads and writes one JSON file below the cache. What cannot be read there is parsed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pipeline.gate.cache import code_of
from pipeline.gate.change import tenant_of

UNKNOWN: Final = object()


@dataclass
class Neighbours:
    """`touched` are the tenants whose own documents are needed with lines and columns, so they are never taken from here."""

    file: Path
    touched: Collection[str]
    known: dict[str, Any]
    met: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, cache: Path | None, touched: Collection[str]) -> Neighbours | None:
        """None without a cache."""
        if cache is None:
            return None
        file = cache / "neighbours" / f"{code_of(('spec',), ('ruamel.yaml',))[:32]}.json"
        return cls(file, frozenset(touched), _read(file))

    def holds(self, path: str) -> bool:
        """Whether the file is a neighbour's document."""
        tenant = tenant_of(path)
        return tenant is not None and tenant not in self.touched and path.endswith(".yaml")

    def value(self, content: bytes) -> Any:
        """What a document of these bytes says; `UNKNOWN` where nobody read it before."""
        key = _key(content)
        if key in self.known:
            self.met[key] = self.known[key]
        return self.met.get(key, UNKNOWN)

    def keep(self, content: bytes, value: Any) -> None:
        self.met[_key(content)] = value

    def save(self) -> None:
        """Keeps what was met this time, if some of it is new."""
        if self.met.keys() <= self.known.keys():
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        half = self.file.with_suffix(f".{uuid4().hex}")
        half.write_text(json.dumps(self.met), encoding="utf-8")
        half.replace(self.file)


def _key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}  # not there, or half written: it is only a memory
    return found if isinstance(found, dict) else {}
