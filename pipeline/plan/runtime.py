"""The runtime: the data plane's code as one zip, named by the sha256 of its bytes; same code, same bytes.

It holds what ships to Airflow and nothing else. It is written once, never overwritten: a bad runtime reaches one ring.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

SHIPPED = (
    "dag",
    "tasks",
    "attempt",
    "live",
    "quality",
    "framing",
    "ingest",
    "load",
    "verify",
    "publish",
    "run",
    "release",
    "warehouse",
    "cloud",
    "naming",
    "settings",
    "events",
    "findings",
    "errors",
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest instant that a zip can hold: no clock in the bytes


@dataclass(frozen=True)
class Runtime:
    """The zip's bytes and the sha256 that names them."""

    digest: str
    content: bytes


def build(package: Path) -> Runtime:
    """The runtime out of the folder of the package `pipeline`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sources(package):
            entry = zipfile.ZipInfo(f"{package.name}/{path.relative_to(package).as_posix()}", EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    content = out.getvalue()
    return Runtime(hashlib.sha256(content).hexdigest(), content)


def sources(package: Path) -> list[Path]:
    """The shipped modules' files, sorted."""
    modules = [package / "__init__.py"]
    for name in SHIPPED:
        folder = package / name
        modules += folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    return sorted(modules)
