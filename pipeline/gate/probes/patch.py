"""A mapping's edit as a patch that `git apply` takes: what would make it fit what its source shows, and nothing else.

Pure: texts in, a diff out. The text is edited where the words stand, so comments and layout stay; the header of the test's input is
renamed along. An edit after which the folder could not be read is not offered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from pipeline.findings import denied
from pipeline.gate.probes.drift import Difference, Edit
from pipeline.spec.document import Document, Path, parse
from pipeline.spec.tenant import read_files

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
Files = Mapping[str, bytes]


def patch(tenant: str, files: Files, differences: Mapping[str, Sequence[Difference]]) -> str:
    """Of all the tenant's mappings; empty where nothing can be offered."""
    return "".join(_of_pipeline(tenant, files, name, found) for name, found in sorted(differences.items()))


def _of_pipeline(tenant: str, files: Files, name: str, found: Sequence[Difference]) -> str:
    edits = [edit for difference in found for edit in difference.edits]
    mapping = f"tenants/{tenant}/mappings/{name}.yaml"
    if not edits or mapping not in files:
        return ""
    changed = {mapping: mended(mapping, files[mapping].decode(), edits)}
    for kind, edit in (("csv", _csv), ("jsonl", _json_lines)):
        test = f"tenants/{tenant}/tests/{name}/input.{kind}"
        if test in files:
            changed[test] = edit(files[test].decode(), edits)
    _, wrong = read_files({**files, **{path: text.encode() for path, text in changed.items()}}, tenant)
    if denied(finding for finding in wrong if finding.where and finding.where.file in changed):
        return ""
    return "".join(diff(path, files[path].decode(), text) for path, text in changed.items())


def diff(path: str, old: str, new: str) -> str:
    if old == new:
        return ""
    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    body = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return f"diff --git a/{path} b/{path}\n{body}"


@dataclass(frozen=True)
class Change:
    """Text between two offsets, replaced."""

    start: int
    end: int
    text: str


def mended(file: str, text: str, edits: Iterable[Edit]) -> str:
    """The mapping with these edits."""
    document, _ = parse(file, text)
    if document is None:
        return text
    page, edits = Page(text, document), list(edits)
    changes = [change for edit in edits if edit.kind != "skip" for change in page.change(edit)]
    changes += page.skipped([edit.field for edit in edits if edit.kind == "skip"])
    for change in sorted(changes, key=lambda one: -one.start):
        text = text[: change.start] + change.text + text[change.end :]
    return text


@dataclass(frozen=True)
class Page:
    """A mapping's text, and where its parts stand."""

    text: str
    document: Document

    def offset(self, place: tuple[int, int]) -> int:
        lines = self.text.splitlines(keepends=True)
        return sum(len(line) for line in lines[: place[0] - 1]) + place[1] - 1

    def value(self, path: Path) -> tuple[int, int]:
        """Start and end of a scalar."""
        start = self.offset(self.document.spots[path].value)
        return start, _end(self.text, start, ",}]#\n\r")

    def change(self, edit: Edit) -> Iterator[Change]:
        if edit.kind == "rename" and ("fields", edit.field) in self.document.spots:
            spot = self.document.spots["fields", edit.field]
            start = self.offset(spot.key or spot.value)
            yield Change(start, _end(self.text, start, ":"), spelled(edit.to))
        if edit.kind == "parse":
            yield from self._set(("fields", edit.field), "parse", edit.to, after="type")
        if edit.kind == "delimiter":
            yield from self._set(("format",), "delimiter", edit.to, after="kind")

    def _set(self, parent: Path, key: str, value: str, after: str) -> Iterator[Change]:
        """A key's value; where the key is not there, it comes after another one of the same mapping."""
        spots = self.document.spots
        if (*parent, key) in spots:
            yield Change(*self.value((*parent, key)), json.dumps(value))
        elif (*parent, after) in spots:
            _, end = self.value((*parent, after))
            in_braces = self.text[self.offset(spots[parent].value)] == "{"
            column = (spots[(*parent, after)].key or (1, 1))[1]
            lead = ", " if in_braces else "\n" + " " * (column - 1)
            yield Change(end, end, f"{lead}{key}: {json.dumps(value)}")

    def skipped(self, names: Sequence[str]) -> Iterator[Change]:
        """More names in `skip`, in the way in which it is written."""
        if not names:
            return
        spots, listed = self.document.spots, ", ".join(map(spelled, names))
        count = sum(1 for path in spots if len(path) == 2 and path[0] == "skip")
        if ("skip",) not in spots:
            newline = "" if self.text.endswith("\n") else "\n"
            yield Change(len(self.text), len(self.text), f"{newline}skip: [{listed}]\n")
        elif count == 0:
            start = self.offset(spots["skip",].value)
            yield Change(start, self.text.index("]", start) + 1, f"[{listed}]")
        else:
            start, end = self.value(("skip", count - 1))
            in_brackets = self.text[self.offset(spots["skip",].value)] == "["
            bullet = self.text[self.text.rfind("\n", 0, start) + 1 : start]
            yield Change(end, end, f", {listed}" if in_brackets else "".join(f"\n{bullet}{spelled(n)}" for n in names))


def _end(text: str, start: int, stops: str) -> int:
    """Where a scalar that starts here ends: behind its closing quote, or before a stop and the blanks before that."""
    if text[start : start + 1] in ('"', "'"):
        quoted = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'').match(text, start)
        return quoted.end() if quoted else start
    end = next((at for at in range(start, len(text)) if text[at] in stops), len(text))
    return start + len(text[start:end].rstrip())


def spelled(name: str) -> str:
    """A name as YAML has it: quoted where it would be read as something else."""
    return name if PLAIN.fullmatch(name) and name.lower() not in WORDS else json.dumps(name, ensure_ascii=False)


def _csv(text: str, edits: Iterable[Edit]) -> str:
    """The test's input under the new names: its header alone changes."""
    head, end, rest = text.partition("\n")
    names = {edit.field: edit.to for edit in edits if edit.kind == "rename"}
    return "".join(names.get(word, word) for word in re.split(r"([,;|\t\r])", head)) + end + rest


def _json_lines(text: str, edits: Iterable[Edit]) -> str:
    for edit in (edit for edit in edits if edit.kind == "rename"):
        old, new = json.dumps(edit.field, ensure_ascii=False), json.dumps(edit.to, ensure_ascii=False)
        text = re.sub(rf"{re.escape(old)}(\s*:)", lambda match, new=new: new + match[1], text)  # type: ignore[misc]
    return text
