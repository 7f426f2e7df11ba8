"""An example of a finding: edits of a real tenant, one set that is refused with its code and one that is let through.

`tests/findings/<code>/example.yaml` holds {tenant, refused: [edit], at, allowed: [edit]}. An edit is {file} and one of
{find, write}, {text}, {base64}, {remove}, {link}, {many}, {repeat, times}; `at` is where the finding must stand, from the
tenant's folder. With {before: [edit]} it is the change that is judged, from the tenant with these edits to that with both. With
{source: pipeline} the edited input of that pipeline's test is what its source shows. With {gate: style | test} it is judged by what
the gate asks beside validation.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pipeline.errors import Conflict
from pipeline.findings import Finding
from pipeline.gate.rehearsal import rehearse
from pipeline.spec.folder import read_folder
from pipeline.validate.cell import CELLS_FILE
from pipeline.validate.difference import difference
from pipeline.validate.tenant import validate_tenant

FOLDER: Final = "tests/findings"
FIRST: Final = ("PurchaseOrderID", "RevisionNumber")  # what a source showed first until now
Edit = Mapping[str, Any]


def read(repository: Path, code: str) -> dict[str, Any]:
    """The example of a code."""
    from ruamel.yaml import YAML

    text = (repository / FOLDER / code / "example.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return loaded


def codes(repository: Path) -> list[str]:
    """The codes that have one, sorted."""
    return sorted(path.parent.name for path in (repository / FOLDER).glob("*/example.yaml"))


def judged(repository: Path, folder: Path, one: Mapping[str, Any], edits: Iterable[Edit]) -> list[Finding]:
    """What validation says about the tenant with these edits, or about the change that they are."""
    tenant, before = one["tenant"], one.get("before")
    if "gate" in one:
        return gated(repository, patched(repository, folder, tenant, edits), tenant, one["gate"])
    if "source" in one:
        return drifted(patched(repository, folder, tenant, edits), tenant, one["source"])
    if before is None:
        return validate_tenant(patched(repository, folder, tenant, edits), tenant)
    base = patched(repository, folder / "before", tenant, before)
    head = patched(repository, folder / "after", tenant, [*before, *edits])
    files = (read_folder(base, tenant)[0], read_folder(head, tenant)[0], tenant)
    return [*difference(*files), *rehearse(*files)]


def gated(repository: Path, folder: Path, tenant: str, by: str) -> list[Finding]:
    """What the rules of style, or the transforms' tests, say of the folder."""
    from pipeline.gate import sql_style, transform_test
    from pipeline.gate.cache import Cache

    files, _ = read_folder(folder, tenant)
    if by == "test":
        return transform_test.check(tenant, files, Cache(None))
    rules = (repository / ".sqlfluff").read_text(encoding="utf-8")
    return sql_style.lint({text: [file] for file, text in sql_style.transforms(files)}, rules, Cache(None))


def drifted(repository: Path, tenant: str, name: str) -> list[Finding]:
    """What the probe says where the source shows the input of the pipeline's test."""
    from pipeline.gate.probes import source
    from pipeline.gate.probes.drift import COUNT, drift
    from pipeline.gate.probes.subject import Hands, Subject
    from pipeline.ingest.sftp import sample
    from pipeline.settings import Environment, Snowflake
    from pipeline.spec.compilation import compile_release, settings_document
    from pipeline.spec.tenant import read_files

    files, _ = read_folder(repository, tenant)
    read, _ = read_files(files, tenant)
    release, settings = compile_release(read), settings_document(read, "staging")
    pipeline, text = release.pipeline(name), files[read.file(f"tests/{name}/input.csv")]
    seen = sample("orders.csv", text, pipeline.mapping.format, COUNT, whole=True)
    nobody = Hands(lambda _: None, lambda: None)  # type: ignore[arg-type,return-value]  # nothing is asked
    subject = Subject(Environment("staging", "", "", Snowflake("")), release, settings, nobody, read)
    return list(source.told(subject, {name: drift(pipeline, seen, FIRST)}, ""))


def patched(repository: Path, folder: Path, tenant: str, edits: Iterable[Edit]) -> Path:
    """`folder` as a repository that holds the tenant with these edits, and the platform's list of cells."""
    (folder / CELLS_FILE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(repository / CELLS_FILE, folder / CELLS_FILE)
    root = folder / "tenants" / tenant
    shutil.copytree(repository / "tenants" / tenant, root)
    for edit in edits:
        _apply(root / edit["file"], edit)
    return folder


def _apply(path: Path, edit: Edit) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if "link" in edit:
        path.symlink_to(edit["link"])
    elif "remove" in edit:
        path.unlink()
    elif "many" in edit:
        for number in range(edit["many"]):
            (path.parent / f"{number}{path.suffix}").write_text("a\n", encoding="utf-8")
    else:
        path.write_bytes(_content(path, edit))


def _content(path: Path, edit: Edit) -> bytes:
    """What stands in the file afterwards."""
    if "base64" in edit:
        return base64.b64decode(edit["base64"])
    if "text" in edit:
        return str(edit["text"]).encode()
    text = path.read_text(encoding="utf-8")
    if "repeat" in edit:
        return f"{text}{edit['repeat'] * edit['times']}".encode()
    if edit["find"] not in text:
        raise Conflict(f"{edit['find']!r} is not in {path.name}.", fix="mend the example")
    return text.replace(edit["find"], edit["write"], 1).encode()


def shown(edit: Edit) -> str:
    """The edit as a reader sees it: a difference where text changes, else a sentence. Text that no line can show stays out."""
    file = edit["file"]
    if "find" in edit:
        return "\n".join([file, *_lines("-", edit["find"]), *_lines("+", edit["write"])])
    if "text" in edit and edit["text"].replace("\n", "").isprintable() and len(edit["text"]) < 2000:
        return "\n".join([file, *_lines("+", edit["text"])])
    words = {
        "text": "with a text that cannot be shown",
        "base64": "with bytes that are no text",
        "link": f"as a symbolic link to {edit.get('link')}",
        "repeat": f"with {edit.get('times')} more of {edit.get('repeat')!r}",
        "many": f"{edit.get('many')} such files",
    }
    return f"{file}: {next((said for key, said in words.items() if key in edit), 'removed')}"


def _lines(sign: str, text: str) -> list[str]:
    return [f"{sign} {line}" for line in text.splitlines()]
