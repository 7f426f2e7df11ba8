"""Files as the documents that policies judge: YAML and TOML as data, other text as it is.

Reads bytes that were handed in, touches nothing. What cannot be read is a finding, and stands as null among the documents.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Finding, Where
from pipeline.gate.change import Files
from pipeline.gate.neighbours import UNKNOWN, Neighbours
from pipeline.spec import document as yaml
from pipeline.spec.text import decode

MAX_TEXT = 1_000_000


@dataclass(frozen=True)
class Documents:
    """`values` by path, what `parsed` knows of lines and columns, and what was wrong with the rest.

    `remembered` are documents whose value is known from before: they are parsed when somebody asks where something stands.
    """

    values: Mapping[str, Any]
    parsed: Mapping[str, yaml.Document] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    remembered: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def where(self, file: str, pointer: str) -> Where | None:
        """Where the value stands that a JSON pointer names, or the key of a whole block; without a file None."""
        document = self.parsed.get(file)
        if file in self.remembered:
            document = _read(file, self.remembered[file])[1]
        if document is None:
            return Where(file) if file else None
        path = yaml.read_pointer(pointer, document.value)
        return document.where(path, key=any(spot[:-1] == path for spot in document.spots if spot))


def read_documents(
    files: Files, neighbours: Neighbours | None = None, *, base: tuple[Files, Documents] | None = None
) -> Documents:
    """Every file that can be one, as a document. What `neighbours` remember is not parsed, nor what is in `base` as it is here."""
    values: dict[str, Any] = {}
    parsed: dict[str, yaml.Document] = {}
    findings: list[Finding] = []
    remembered: dict[str, bytes] = {}
    for path, content in files.items():
        if base and path in base[1].parsed and base[0][path] == content:
            values[path], parsed[path] = base[1].values[path], base[1].parsed[path]
            continue
        memory = neighbours if neighbours and content is not None and neighbours.holds(path) else None
        if memory and content is not None and (value := memory.value(content)) is not UNKNOWN:
            values[path], remembered[path] = value, content
            continue
        values[path], document, wrong = _read(path, content)
        if memory and content is not None and document is not None:
            memory.keep(content, values[path])
        findings += wrong
        if document is not None:
            parsed[path] = document
    return Documents(values, parsed, tuple(findings), remembered)


def _read(path: str, content: bytes | None) -> tuple[Any, yaml.Document | None, list[Finding]]:
    if content is None:
        return None, None, []
    text, wrong = decode(path, content, MAX_TEXT)
    if text is None:
        return None, None, wrong
    if path.endswith(".yaml"):
        document, wrong = yaml.parse(path, text)
        # an empty file is an empty mapping: its missing keys are then named
        return (None, None, wrong) if document is None else (_or_empty(document.value), document, wrong)
    if path.endswith(".toml"):
        return _read_toml(path, text)
    return text, None, wrong


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


def _read_toml(path: str, text: str) -> tuple[Any, None, list[Finding]]:
    try:
        return tomllib.loads(text), None, []
    except tomllib.TOMLDecodeError as error:
        what = f"the file is no TOML: {error}."
        return None, None, [Finding("document.syntax", "deny", "gate", what, fix="mend it here", where=Where(path))]
