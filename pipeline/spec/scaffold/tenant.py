"""A new tenant's folder: the example's files of one connector kind, under the new name, with its row in CODEOWNERS.

Reads tenants/_example of the repository, writes tenants/<name>/ and one line of CODEOWNERS. What it writes validates, and its
unit test passes, before anybody changed a word. Fails with `Usage` and `Missing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import Usage
from pipeline.naming import EXAMPLE
from pipeline.spec import words
from pipeline.spec.layout import prefix
from pipeline.spec.scaffold import example
from pipeline.spec.tenant import Tenant

OWNERS_FILE: Final = "CODEOWNERS"
ORGANISATION: Final = "acmeconnect"
_OWNER: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TITLE: Final = "Example Foods"
_TEAM: Final = "integrations-example"


@dataclass(frozen=True)
class NewTenant:
    """What `acme new tenant` asks. `owner` is a team of the organisation."""

    name: str
    kind: str
    title: str
    owner: str


def write_tenant(repository: Path, new: NewTenant) -> list[Path]:
    """Writes the folder and the CODEOWNERS row; returns what was written."""
    files = tenant_files(repository, new)
    root = repository / prefix(new.name)
    if root.exists():
        raise Usage(
            f"{prefix(new.name)} is there already.", fix="choose another name; a removed name is never used again"
        )
    return [*example.write(repository, files), _add_owner(repository / OWNERS_FILE, new)]


def tenant_files(repository: Path, new: NewTenant) -> dict[str, str]:
    """{path: text} of the new folder."""
    _check(new)
    shown, texts = example.read(repository)
    dropped = set(shown.connectors) - {example.connector_of(shown, new.kind)}
    kept = {table for table, pipeline in shown.pipelines.items() if pipeline.model.connector not in dropped}
    return {
        file.replace(EXAMPLE, new.name, 1): _renamed(_without(shown, file, text, dropped), new)
        for file, text in texts.items()
        if _stays(shown, file, dropped, kept)
    }


def _check(new: NewTenant) -> None:
    if why := words.why_no_tenant(new.name):
        raise Usage(f"`{new.name}` cannot be a tenant.", why=why, fix="choose another name, such as acme_foods")
    if not _OWNER.fullmatch(new.owner):
        raise Usage(f"`{new.owner}` is no team.", fix="name a team of the organisation, such as integrations-emea")
    if not re.fullmatch(r"[\w .,&'-]{1,80}", new.title):
        raise Usage("the title holds more than letters, digits and blanks.", fix="write the customer's name")


def _stays(shown: Tenant, file: str, dropped: set[str], kept: set[str]) -> bool:
    entry = shown.files[file]
    if entry.part == "connectors":
        return entry.name not in dropped
    return entry.part in ("tenant", "environments") or entry.name in kept


def _without(shown: Tenant, file: str, text: str, dropped: set[str]) -> str:
    """An environment's file without the lines of the connectors that do not stay."""
    if shown.files[file].part != "environments":
        return text
    lines = text.splitlines(keepends=True)
    for name in sorted(dropped, reverse=True, key=lambda one: example.lines_of(shown, file, one, len(lines)).start):
        within = example.lines_of(shown, file, name, len(lines))
        del lines[within.start : within.stop]
    return "".join(lines)


def _renamed(text: str, new: NewTenant) -> str:
    """The example's names become the tenant's, and what is said of the example alone goes."""
    kept = [line for line in text.splitlines(keepends=True) if "This folder is the example" not in line]
    renamed = "".join(kept).replace(_TITLE, new.title).replace(_TEAM, new.owner)
    return example.of_tenant(renamed, new.name)


def _add_owner(path: Path, new: NewTenant) -> Path:
    """One row, kept in order among the tenants' rows; the platform's rows stay where they are."""
    row = f"/{prefix(new.name)} @{ORGANISATION}/{new.owner}"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [index for index, line in enumerate(lines) if line.startswith("/tenants/")]
    place = next((index for index in rows if lines[index] > row), rows[-1] + 1 if rows else len(lines))
    lines.insert(place, row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
