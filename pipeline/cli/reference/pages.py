"""Every generated page of docs/reference, the policies' catalogue, and what differs between them and the checkout.

Reads the code, the policies and the examples of tests/findings; `write` writes below docs/reference, and policies/catalog.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.cli.reference import commands, environments, events, findings, schemas
from pipeline.gate.bundle import read_bundle
from pipeline.gate.catalog import CATALOG, write_catalog

REFERENCE: Final = "docs/reference"
GENERATED: Final = ("commands.md", "environments.md", "events.md", "findings", "schemas")


def pages(repository: Path) -> dict[str, str]:
    """{path from the repository's root: text}."""
    return {
        f"policies/{CATALOG}": write_catalog(read_bundle(repository / "policies").modules),
        f"{REFERENCE}/commands.md": commands.page(),
        f"{REFERENCE}/environments.md": environments.page(),
        f"{REFERENCE}/events.md": events.page(repository),
        **{f"{REFERENCE}/findings/{name}": text for name, text in findings.pages(repository).items()},
        **{f"{REFERENCE}/schemas/{name}": text for name, text in schemas.pages().items()},
    }


def stale(repository: Path, wanted: Mapping[str, str]) -> list[str]:
    """The pages that are missing, old, or left over."""
    left = {path.relative_to(repository).as_posix() for path in _written(repository)} - set(wanted)
    return sorted([*left, *(name for name, text in wanted.items() if _read(repository / name) != text)])


def write(repository: Path) -> list[str]:
    """Makes them all new; returns what changed."""
    wanted = pages(repository)
    changed = stale(repository, wanted)
    for name in changed:
        path = repository / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _written(repository: Path) -> list[Path]:
    tops = [repository / REFERENCE / name for name in GENERATED]
    return [path for top in tops for path in ([top] if top.is_file() else top.glob("*")) if path.is_file()]
