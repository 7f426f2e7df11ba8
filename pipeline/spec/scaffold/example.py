"""The example that every new thing is copied from: read, cut into parts, and written under another name.

Reads tenants/_example of a repository. Fails with `Missing` where it is not whole, with `Usage` where a kind has no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.errors import Missing, Usage
from pipeline.findings import denied
from pipeline.naming import EXAMPLE
from pipeline.spec.folder import read_folder
from pipeline.spec.layout import prefix
from pipeline.spec.tenant import Tenant, read_files
from pipeline.spec.wording import did_you_mean, listed

_HOST: Final = "example-foods"


def read(repository: Path) -> tuple[Tenant, dict[str, str]]:
    """The example, and the text of each of its files."""
    files, found = read_folder(repository, EXAMPLE)
    shown, more = read_files(files, EXAMPLE)
    if not files or denied([*found, *more]):
        raise Missing(f"{prefix(EXAMPLE)} is not whole.", fix=f"run `acme validate {EXAMPLE}`")
    return shown, {file: content.decode("utf-8") for file, content in files.items()}


def connector_of(shown: Tenant, kind: str) -> str:
    """The example's connector of this kind."""
    found = {connector.kind.name: name for name, connector in shown.connectors.items()}
    if kind not in found:
        what = f"there is no connector kind `{kind}`.{did_you_mean(kind, found)}"
        raise Usage(what, fix=f"use one of {listed(sorted(found))}")
    return found[kind]


def lines_of(shown: Tenant, file: str, connector: str, end: int) -> range:
    """The lines of a connector's part in an environment's file, from 0; `end` is the number of its lines."""
    document = shown.documents[file]
    starts = [document.where(("connectors", name), key=True).line for name in document.value["connectors"]]
    start = document.where(("connectors", connector), key=True).line
    return range(start - 1, min((line for line in starts if line > start), default=end + 1) - 1)


def of_tenant(text: str, tenant: str) -> str:
    """The example's host and path become the tenant's."""
    return text.replace(_HOST, tenant.replace("_", "-")).replace(f":{EXAMPLE}:", f":{tenant}:")


def write(repository: Path, files: Mapping[str, str]) -> list[Path]:
    """Each file at its path from the repository's root."""
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [repository / name for name in files]
