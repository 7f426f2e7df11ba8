"""The form of a file against the mapping's format: encoding, delimiter, and whether it is such a file at all.

Pure: bytes in. What is wrong does not end the look: the records are read by the form that the file has.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.ingest.sftp import UNPACKED, sample
from pipeline.ingest.source import Sample
from pipeline.release import FieldMapping

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
OURS = "utf-8"


@dataclass(frozen=True)
class Form:
    """What a file is written in. `line` is the first that is not UTF-8; `delimiter` empty where the file is no CSV."""

    encoding: str = OURS
    line: int = 0
    delimiter: str = ""


def form_of(beginning: bytes, mapping: FieldMapping) -> Form:
    encoding, line = _encoding(beginning)
    if mapping.format["kind"] == "json":
        return Form(encoding, line)
    header = beginning.decode(encoding, "replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    return Form(encoding, line, _delimiter(header, mapping))


def _encoding(beginning: bytes) -> tuple[str, int]:
    """(encoding, the first line that is not UTF-8)."""
    for mark, name in MARKS.items():
        if beginning.startswith(mark):
            return name, 1
    try:
        beginning.decode(OURS)
    except UnicodeDecodeError as error:
        if error.end == len(beginning) and error.reason == "unexpected end of data":
            return OURS, 0  # a letter that the end of the look cut in two
        return "cp1252", beginning.count(b"\n", 0, error.start) + 1
    return OURS, 0


def _delimiter(header: str, mapping: FieldMapping) -> str:
    """By which the header falls into most of the names that the mapping knows; the mapping's own where none does better."""
    known = {field.source for field in mapping.fields} | set(mapping.skip)
    ours = str(mapping.format["delimiter"])
    found = {one: len(known & {name.strip('" ') for name in header.split(one)}) for one in DELIMITERS}
    best = max(DELIMITERS, key=lambda one: (found[one], one == ours))
    if found[best]:
        return best
    widest = max(DELIMITERS, key=header.count)
    return widest if header.count(ours) == 0 and header.count(widest) > 1 else ours


def read_again(seen: Sample, form: Form, format_: Mapping[str, Any], count: int) -> Sample:
    """The sample by the form that the file has."""
    beginning = seen.beginning or b""
    text = beginning.decode(form.encoding, "replace").lstrip("\ufeff").encode(OURS)
    written = {**format_, **({"delimiter": form.delimiter} if form.delimiter else {})}
    return sample(seen.source_key, text, written, count, whole=len(beginning) < UNPACKED)
