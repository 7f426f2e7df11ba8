"""A connector or a pipeline more for a tenant that stands: the example's files under new names, nothing of what is there touched.

Reads tenants/_example and the tenant's folder. Nothing is written where the tenant would be refused with it: `Usage` says by what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import Usage
from pipeline.findings import Finding
from pipeline.naming import ENVIRONMENTS, EXAMPLE
from pipeline.spec import words
from pipeline.spec.folder import read_folder
from pipeline.spec.layout import prefix
from pipeline.spec.scaffold import example
from pipeline.spec.tenant import Tenant, read_files
from pipeline.spec.wording import did_you_mean, listed


def connector_files(repository: Path, tenant: str, name: str, kind: str) -> dict[str, str]:
    """{path: text} of connectors/<name>.yaml, and of both environments' files with its part at the end of `connectors`."""
    own, shown, texts = _prepared(repository, tenant, name, "connectors")
    model = example.connector_of(shown, kind)
    files = {
        own.file(f"connectors/{name}.yaml"): example.of_tenant(texts[shown.file(f"connectors/{model}.yaml")], tenant)
    }
    for environment in ENVIRONMENTS:
        file, source = own.file(f"environments/{environment}.yaml"), shown.file(f"environments/{environment}.yaml")
        lines = texts[source].splitlines(keepends=True)
        within = example.lines_of(shown, source, model, len(lines))
        part = "".join(lines[within.start : within.stop]).replace(model, name).replace("<tenant>", tenant)
        files[file] = _appended(
            own, file, (repository / file).read_text(encoding="utf-8"), example.of_tenant(part, tenant)
        )
    return files


def _appended(own: Tenant, file: str, text: str, part: str) -> str:
    """The text with a part at the end of its `connectors:`, as deep as those that stand there."""
    document, lines = own.documents[file], text.splitlines(keepends=True)
    start = document.where(("connectors",), key=True).line
    if not document.value["connectors"]:
        lines[start - 1] = re.sub(r"\{\s*\}", "", lines[start - 1]).rstrip() + "\n"
    elif "{" in lines[start - 1].partition("#")[0]:
        raise Usage(f"`connectors` of {file} stands on one line.", fix="write one line for each of them, and try again")
    deep = [document.where(("connectors", name), key=True).column - 1 for name in document.value["connectors"]]
    after = [where for key in document.value if (where := document.where((key,), key=True).line) > start]
    place = min(after, default=len(lines) + 1) - 1
    if lines and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    shift = " " * (min(deep, default=2) - 2)
    return "".join([*lines[:place], *(shift + line for line in part.splitlines(keepends=True)), *lines[place:]])


def pipeline_files(repository: Path, tenant: str, name: str, connector: str) -> dict[str, str]:
    """{path: text} of a pipeline with its contract, mapping, transform and test, after the example's of the connector's kind."""
    own, shown, texts = _prepared(repository, tenant, name, "pipelines")
    if connector not in own.connectors:
        what = f"`{tenant}` has no connector `{connector}`.{did_you_mean(connector, own.connectors)}"
        known = f"name one of {listed(own.connectors)}, or " if own.connectors else ""
        raise Usage(what, fix=f"{known}run `acme new connector {tenant} {connector}` first")
    source = example.connector_of(shown, own.connectors[connector].kind.name)
    table = next(table for table, one in shown.pipelines.items() if one.model.connector == source)
    return {
        file.replace(EXAMPLE, tenant, 1).replace(table, name): _renamed(
            example.of_tenant(text, tenant), (table, source), (name, connector)
        )
        for file, text in texts.items()
        if shown.files[file].name == table and shown.files[file].part != "connectors"
    }


def _renamed(text: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    """(table, connector) under their new names: as a path of an API, at the head of a file's name, as a word."""
    (table, source), (name, connector) = old, new
    camel = "".join(part.capitalize() for part in name.split("_"))
    text = text.replace(f"/{table}", f"/{name.replace('_', '-')}").replace(f"{table.capitalize()}_*", f"{camel}_*")
    return re.sub(rf"\b{table}\b", name, re.sub(rf"\b{source}\b", connector, text))


def _prepared(repository: Path, tenant: str, name: str, part: str) -> tuple[Tenant, Tenant, dict[str, str]]:
    """The tenant, the example, and the example's texts."""
    if why := words.why_no_name(name):
        raise Usage(f"`{name}` cannot be a name here.", why=why, fix="choose another name")
    files, _ = read_folder(repository, tenant)
    if not files:
        raise Usage(f"there is no tenant {tenant}.", fix=f"run `acme new tenant {tenant}` first")
    own, found = read_files(files, tenant)
    if broken := [finding for finding in found if finding.denies]:
        raise Usage(
            f"{prefix(tenant)} cannot be read: {_told(broken)}", fix=f"run `acme validate {tenant}`, and mend it first"
        )
    if own.has(part, name):
        raise Usage(f"{own.file(part)}/{name}.yaml is there already.", fix="choose another name")
    return own, *example.read(repository)


def after(repository: Path, tenant: str, files: Mapping[str, str]) -> dict[str, bytes]:
    """The tenant's folder as it will be."""
    return {**read_folder(repository, tenant)[0], **{file: text.encode() for file, text in files.items()}}


def refuse(found: list[Finding]) -> None:
    """`Usage` where what would be written is refused."""
    if broken := [finding for finding in found if finding.denies]:
        raise Usage(f"nothing was written, for it would be refused: {_told(broken)}", fix=broken[0].fix)


def _told(findings: list[Finding]) -> str:
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{first.where} {first.code}: {first.what}{more}"
