"""What the source shows against mapping and contract: everything that differs, before a run finds out.

Pure: takes a sample. A difference names fields and positions, never a value. Missing and retyped fields stop a run; what is read
by name may stand in another order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.findings import Level
from pipeline.gate.probes import compiled
from pipeline.gate.probes.form import DELIMITERS, OURS, Form, form_of, read_again
from pipeline.gate.probes.reading import others, text_of
from pipeline.gate.probes.rename import Seen, renamed
from pipeline.ingest.source import Sample
from pipeline.load.header import top, unknown
from pipeline.load.quarantine import PERCENT
from pipeline.release import Field, FieldMapping, Pipeline

WHOLE = 0.5  # this share of a column's values failing is no bad record, but another type
SHOWN = 5  # positions
COUNT = 100  # records of a sample
RULES = {  # of Cerberus: what a value does, and the rule that says so
    "check_with": ("probe.type_change", "do not read as {type}"),
    "nullable": ("probe.value_missing", "are empty, and must not be"),
    "regex": ("probe.contract_broken", "do not match the contract's pattern"),
    "allowed": ("probe.contract_broken", "are none of the contract's valid values"),
}


@dataclass(frozen=True)
class Edit:
    """What would make the mapping fit: `rename` old → new, `skip` a field, set a field's `parse`, set the `delimiter`."""

    kind: str
    field: str = ""
    to: str = ""


@dataclass(frozen=True)
class Difference:
    """One difference. `field` is the mapping's, empty where the whole file is meant; `edits` would make the mapping fit."""

    code: str
    field: str
    what: str
    fix: str
    level: Level = "deny"
    edits: tuple[Edit, ...] = ()


def drift(pipeline: Pipeline, seen: Sample, earlier: Sequence[str] = ()) -> list[Difference]:
    """Everything that differs. `earlier`: the header of what was landed or tested before, in its order."""
    form, mapping = Form(delimiter=str(pipeline.mapping.format.get("delimiter", ""))), pipeline.mapping
    if seen.beginning is not None:
        form = form_of(seen.beginning, mapping)
        seen = read_again(seen, form, mapping.format, COUNT)
    if not _is_kind(seen, mapping):
        kind = "a JSON object a line" if mapping.format["kind"] == "json" else "a header and records of CSV"
        what = f"{seen.source_key} is not {kind}."
        return [
            *_form(seen, form, mapping),
            Difference("probe.file_format", "", what, "have the customer send it as agreed"),
        ]
    return [*_form(seen, form, mapping), *_fields(pipeline, seen, earlier), *_values(pipeline, seen)]


def _is_kind(seen: Sample, mapping: FieldMapping) -> bool:
    """It begins as a file of the mapping's kind does; a header alone is one."""
    if mapping.format["kind"] == "json" or seen.beginning is None:
        return bool(seen.records)
    readable = bool(seen.fields) and all(name.isprintable() for name in seen.fields)
    return readable and not seen.beginning.lstrip().startswith((b"{", b"["))


def _form(seen: Sample, form: Form, mapping: FieldMapping) -> Iterator[Difference]:
    if form.encoding != OURS:
        what = f"{seen.source_key} is written in {form.encoding}, not in {OURS}: line {form.line} is the first that shows it."
        yield Difference("probe.encoding", "", what, f"have the customer send {OURS}, as before")
    ours = str(mapping.format.get("delimiter", form.delimiter))
    if form.delimiter != ours:
        what = f"{seen.source_key} separates its fields by {DELIMITERS[form.delimiter]}, and the mapping by {DELIMITERS[ours]}."
        edit = Edit("delimiter", to=form.delimiter)
        yield Difference(
            "probe.delimiter", "", what, f"write `delimiter: {form.delimiter!r}` in the mapping", edits=(edit,)
        )


def _fields(pipeline: Pipeline, seen: Sample, earlier: Sequence[str]) -> Iterator[Difference]:
    mapping = pipeline.mapping
    for name in sorted({name for name in seen.fields if seen.fields.count(name) > 1}):
        what = f"{seen.source_key} has the field `{name}` twice in its header."
        yield Difference("probe.file_format", "", what, "have the customer send it as agreed")
    gone = [field for field in mapping.fields if _is_gone(mapping, field, seen.fields)]
    new = unknown(mapping, seen.fields)
    found = renamed(gone, [_seen(name, seen, mapping) for name in new], {name: at for at, name in enumerate(earlier)})
    for field in gone:
        yield _missing(field, found.get(field.source), seen)
    if mapping.unknown_fields == "quarantine" and (more := [name for name in new if name not in found.values()]):
        yield _unknown(more, seen)
    yield from _order(seen, earlier, mapping)


def _unknown(names: Sequence[str], seen: Sample) -> Difference:
    listed = ", ".join(f"`{name}`" for name in names)
    what = f"{seen.source_key} shows what the mapping does not know: {listed}."
    edits = tuple(Edit("skip", name) for name in names)
    return Difference("probe.unexpected_column", "", what, f"map {listed}, or add to `skip`", edits=edits)


def _is_gone(mapping: FieldMapping, field: Field, fields: Sequence[str]) -> bool:
    """A JSON record may leave out what is not required."""
    return top(mapping, field.source) not in fields and (field.required or mapping.format["kind"] == "csv")


def _seen(name: str, seen: Sample, mapping: FieldMapping) -> Seen:
    texts = [text_of(record, name, mapping) for record in seen.records]
    return Seen(name, [text for text in texts if text], list(seen.fields).index(name))


def _missing(field: Field, now: str | None, seen: Sample) -> Difference:
    if now is None:
        what = f"{seen.source_key} has no field `{field.source}`."
        return Difference(
            "probe.missing_column", field.source, what, f"have `{field.source}` sent again, or take it out"
        )
    what = (
        f"{seen.source_key} has no field `{field.source}`, and a new one `{now}` at position {list(seen.fields).index(now) + 1}, "
        f"alike in name, values and place."
    )
    edit = Edit("rename", field.source, now)
    return Difference(
        "probe.renamed_column", field.source, what, f"write `{now}:` for `{field.source}:`", edits=(edit,)
    )


def _order(seen: Sample, earlier: Sequence[str], mapping: FieldMapping) -> Iterator[Difference]:
    both = [name for name in seen.fields if name in earlier]
    before = [name for name in earlier if name in seen.fields]
    if mapping.format["kind"] == "csv" and both != before:
        moved = [name for name, old in zip(both, before, strict=True) if name != old]
        what = f"{seen.source_key} has its fields in another order than was known, from `{moved[0]}` on."
        yield Difference("probe.reordered", "", what, "nothing: fields are found by name", level="info")


def _values(pipeline: Pipeline, seen: Sample) -> Iterator[Difference]:
    """Columns many of whose values break a rule; single bad records are a run's matter."""
    mapping = pipeline.mapping
    there = [field for field in mapping.fields if top(mapping, field.source) in seen.fields]
    judged = compiled.judge(pipeline, seen.records, there)
    for (name, rule), numbers in sorted(judged.broken.items()):
        if len(numbers) * 100 > PERCENT * judged.records:
            field = next(field for field in there if field.source == name)
            yield _broken(field, rule, numbers, seen, pipeline.mapping)


def _broken(field: Field, rule: str, numbers: Sequence[int], seen: Sample, mapping: FieldMapping) -> Difference:
    name, says = RULES[rule]
    whole = len(numbers) > WHOLE * len(seen.records)
    at = ", ".join(map(str, numbers[:SHOWN])) + (", …" if len(numbers) > SHOWN else "")
    where = f"records {at} of {seen.source_key}"
    what = f"{len(numbers)} of {len(seen.records)} values of `{field.source}` {says.format(type=_form_of(field))} ({where})."
    fix, edits = (
        _read_otherwise(field, seen.records, mapping)
        if name == "probe.type_change"
        else ("ask the customer, or adapt mapping and contract", ())
    )
    return Difference(name, field.source, what, fix, "deny" if whole else "warn", edits)


def _form_of(field: Field) -> str:
    return f"{field.type} written `{field.parse}`" if field.parse else field.type


def _read_otherwise(
    field: Field, records: Sequence[Mapping[str, Any]], mapping: FieldMapping
) -> tuple[str, tuple[Edit, ...]]:
    texts = [text for record in records if (text := text_of(record, field.source, mapping)) is not None]
    fitting = others(field, texts)
    if len(fitting) == 1:
        return f'write `parse: "{fitting[0]}"` for `{field.source}`', (Edit("parse", field.source, fitting[0]),)
    if fitting:
        return f"ask which of {' and '.join(fitting)} is meant, and write it as `parse`", ()
    return f"adapt `type` or `parse` of `{field.source}`, or have it sent as before", ()
