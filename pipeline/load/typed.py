"""The landed rows with the mapping's types: one temporary table of all objects, each row with its identity and its reasons.

A row's identity is (`_object`, `_row`): the object's source key, and a number that grows in the order of its files and lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.load.cast import cast
from pipeline.load.copy import BEYOND, DOCUMENT, FILE, LINE, Raw, file_name
from pipeline.load.header import UNKNOWN_COLUMN, unknown
from pipeline.load.reasons import told
from pipeline.load.scratch import LANDED
from pipeline.quality import Rule
from pipeline.release import Field, FieldMapping
from pipeline.run import LandedObject
from pipeline.warehouse import Session, literal


def fill(session: Session, mapping: FieldMapping, raws: Sequence[Raw], objects: Sequence[LandedObject]) -> None:
    """Make the table out of every layout's rows."""
    for number, raw in enumerate(raws):
        select = _select(mapping, raw, objects)
        into = f"INSERT INTO {LANDED}" if number else f"CREATE OR REPLACE TEMPORARY TABLE {LANDED} AS"
        session.execute(f"{into} {select}")


@dataclass(frozen=True)
class Group:
    """How many rows of an object's file have the same reasons not to pass; none for rows that do."""

    source_key: str
    file: str
    reasons: str | None
    rows: int


def groups(session: Session) -> list[Group]:
    """All rows of the table, grouped: what every count of a load is made of."""
    rows = session.rows(f"SELECT _object, {FILE}, _reasons, COUNT(*) FROM {LANDED} GROUP BY _object, {FILE}, _reasons")
    return [Group(str(key), file_name(str(path)), reasons, int(count)) for key, path, reasons, count in rows]


def columns(mapping: FieldMapping) -> list[str]:
    """What a transform finds in `landed`."""
    kept = [UNKNOWN_COLUMN] if mapping.unknown_fields == "keep" else []
    return [*(field.column for field in mapping.fields), *kept]


def _select(mapping: FieldMapping, raw: Raw, objects: Sequence[LandedObject]) -> str:
    casts = [cast(field, f"t{n}", f"v.{field.column}") for n, field in enumerate(mapping.fields)]
    values = [f"{one.value} AS {field.column}" for one, field in zip(casts, mapping.fields, strict=True)]
    rules = [
        Rule(field.source, name, broken)
        for one, field in zip(casts, mapping.fields, strict=True)
        for name, broken in one.broken.items()
    ]
    if raw.kind == "csv":
        rules.append(Rule("", "surplus", f"v.{BEYOND} IS NOT NULL"))
    names = ", ".join(f"v.{name}" for name in columns(mapping))
    inner = f"SELECT t.*, {', '.join(values)} FROM ({_texts(mapping, raw, objects)}) AS t"
    return f"SELECT {names}, v._object, v._row, v.{FILE}, v.{LINE}, {told(rules)} AS _reasons FROM ({inner}) AS v"


def _texts(mapping: FieldMapping, raw: Raw, objects: Sequence[LandedObject]) -> str:
    """Each mapped field's text, with the object and the row."""
    texts = [f"{_text(field, raw)} AS t{n}" for n, field in enumerate(mapping.fields)]
    if mapping.unknown_fields == "keep":
        texts.append(f"{_unknown(mapping, raw)} AS {UNKNOWN_COLUMN}")
    if raw.kind == "csv":
        texts.append(f"r.{BEYOND}")
    files = list(_files(raw, objects))
    if len(files) == 1:
        (_, key, start), source = files[0], f"{raw.table} AS r"
        texts += [f"{literal(key)} AS _object", f"r.{LINE} + {start} AS _row"]
    else:
        listed = ", ".join(f"({literal(name)}, {literal(key)}, {start})" for name, key, start in files)
        texts += ["f.object_key AS _object", f"r.{LINE} + f.start_row AS _row"]
        joined = f"(VALUES {listed}) AS f (file_name, object_key, start_row)"
        source = f"{raw.table} AS r INNER JOIN {joined} ON SPLIT_PART(r.{FILE}, '/', -1) = f.file_name"
    return f"SELECT {', '.join(texts)}, r.{FILE}, r.{LINE} FROM {source}"


def _files(raw: Raw, objects: Iterable[LandedObject]) -> Iterator[tuple[str, str, int]]:
    """(file name, source key, what to add to the line) of each file of this layout."""
    for landed in objects:
        start = 0
        for file in landed.files:
            if file.fields == raw.layout.fields:
                yield file_name(file.key), landed.source_key, start
            start += file.records + 1  # a line number may or may not count the header


def _text(field: Field, raw: Raw) -> str:
    text = text_of(field.source, raw)
    return text if field.default is None else f"COALESCE({text}, {literal(field.default)})"


def text_of(source: str, raw: Raw) -> str:
    """SQL of a source field's text in a raw row."""
    if raw.kind == "json":
        return f"CAST(r.{DOCUMENT}{''.join(f'[{literal(part)}]' for part in source.split('.'))} AS VARCHAR)"
    column = raw.column(source)
    return f"r.{column}" if column else "CAST(NULL AS VARCHAR)"


def _unknown(mapping: FieldMapping, raw: Raw) -> str:
    pairs = [f"{literal(name)}, {_member(name, raw)}" for name in unknown(mapping, raw.layout.fields)]
    return f"CAST(OBJECT_CONSTRUCT_KEEP_NULL({', '.join(pairs)}) AS VARIANT)"


def _member(name: str, raw: Raw) -> str:
    return f"r.{DOCUMENT}[{literal(name)}]" if raw.kind == "json" else f"r.{raw.column(name)}"


def whole_record(raw: Raw) -> str:
    """SQL of a raw row as JSON text, every field of the source in it."""
    if raw.kind == "json":
        return f"CAST(r.{DOCUMENT} AS VARCHAR)"
    pairs = ", ".join(f"{literal(name)}, r.{raw.column(name)}" for name in raw.layout.fields)
    return f"CAST(OBJECT_CONSTRUCT_KEEP_NULL({pairs}) AS VARCHAR)"
