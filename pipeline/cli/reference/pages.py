"""Every generated page of docs/reference, and what differs between them and the checkout.

Reads the code, the policies' catalogue and the examples of tests/findings; `write` writes below docs/reference only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.cli.reference import commands, environments, events, findings, schemas

REFERENCE: Final = "docs/reference"
GENERATED: Final = ("commands.md", "environments.md", "events.md", "findings", "schemas")


def pages(repository: Path) -> dict[str, str]:
    """{path from the repository's root: text}."""
    return {
        f"{REFERENCE}/commands.md": commands.page(),
        f"{REFERENCE}/environments.md": environments.page(),
        f"{REFERENCE}/events.md": events.page(repository),
        **{f"{REFERENCE}/findings/{name}": text for name, text in findings.pages(repository).items()},
        **{f"{REFERENCE}/schemas/{name}": text for name, text in schemas.pages().items()},
    }


def stale(repository: Path, wanted: Mapping[str, str]) -> list[str]:
    """The pages that are missing, old, or left over."""
    there = {path.relative_to(repository).as_posix(): path for path in _written(repository)}
    old = [name for name, path in there.items() if path.read_text(encoding="utf-8") != wanted.get(name)]
    return sorted({*old, *(set(wanted) - set(there))})


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


def _written(repository: Path) -> list[Path]:
    tops = [repository / REFERENCE / name for name in GENERATED]
    return [path for top in tops for path in ([top] if top.is_file() else top.glob("*")) if path.is_file()]
