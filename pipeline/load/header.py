"""The source's field names against the mapping: which files are read how, and which objects must wait.

Fields are found by name, so another order is no change. What is missing or unknown is a matter of the mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.attempt import Fault
from pipeline.release import FieldMapping
from pipeline.run import LandedFile, LandedObject

UNKNOWN_COLUMN = "unknown_fields"  # the landed column that holds them where the mapping says `keep`


@dataclass(frozen=True)
class Layout:
    """Files that bear the same fields in the same order."""

    fields: tuple[str, ...]
    files: tuple[LandedFile, ...]


def layouts(objects: Iterable[LandedObject]) -> list[Layout]:
    """One for each order of fields; a file that two objects share is copied once."""
    found: dict[tuple[str, ...], dict[str, LandedFile]] = {}
    for landed in objects:
        for file in landed.files:
            found.setdefault(file.fields, {})[file.key] = file
    return [Layout(fields, tuple(files.values())) for fields, files in found.items()]


def drift(mapping: FieldMapping, landed: LandedObject) -> tuple[Fault, ...]:
    """Why the object must wait before a row of it is read; empty where it need not."""
    faults = dict.fromkeys(fault for file in landed.files for fault in _of_file(mapping, file.fields))
    return tuple(faults)


def _of_file(mapping: FieldMapping, fields: Sequence[str]) -> Iterable[Fault]:
    for name in sorted({name for name in fields if fields.count(name) > 1}):
        yield Fault("load", "file_format", f"the field `{name}` stands twice in the header.")
    present = set(fields)
    for field in mapping.fields:
        if field.required and field.default is None and top(mapping, field.source) not in present:
            yield Fault(
                "schema", "missing_column", f"the source has lost the field `{field.source}`, which is required."
            )
    if mapping.unknown_fields == "quarantine":
        for name in unknown(mapping, fields):
            yield Fault("schema", "unexpected_column", f"the source sends the field `{name}`, which no mapping knows.")


def unknown(mapping: FieldMapping, fields: Sequence[str]) -> list[str]:
    """The fields that the mapping neither fills a column from nor skips."""
    known = {top(mapping, field.source) for field in mapping.fields} | set(mapping.skip)
    return [name for name in fields if name not in known]


def top(mapping: FieldMapping, source: str) -> str:
    """The top-level name of a source field: JSON walks into objects, CSV does not."""
    return source.partition(".")[0] if mapping.format["kind"] == "json" else source
