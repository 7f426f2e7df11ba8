"""Records of a source against the mapping: what is missing, new, renamed or of another type, before a run finds out.

Mapping and contract compile to a Cerberus schema; the rules about a whole column are ours. No value is ever named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cerberus import Validator

from pipeline.release import Field, FieldMapping

RENAMED = 0.6  # how alike two names must be to be called one
WHOLE = 0.5  # this share of a column's values failing is no bad record, but another type
DIGITS = re.compile(r"[+-]?(?:\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
TOKENS = {
    "YYYY": r"\d{4}",
    "MM": r"\d{2}",
    "DD": r"\d{2}",
    "HH24": r"\d{2}",
    "MI": r"\d{2}",
    "SS": r"\d{2}",
    "FF3": r"\d{1,3}",
}
TOKEN = re.compile(r"YYYY|HH24|FF\d|MM|DD|MI|SS|.", re.DOTALL)


@dataclass(frozen=True)
class Drift:
    """One difference. `rule`: missing_column | unexpected_column | type_change; `field` is the source's."""

    rule: str
    field: str
    what: str
    fix: str


def drift(mapping: FieldMapping, fields: Sequence[str], records: Sequence[Mapping[str, Any]]) -> list[Drift]:
    """Everything that differs between what the source shows and what the mapping reads."""
    return [*_columns(mapping, fields), *_types(mapping, fields, records)]


def _columns(mapping: FieldMapping, fields: Sequence[str]) -> Iterator[Drift]:
    known = {field.source.partition(".")[0] for field in mapping.fields} | set(mapping.skip)
    new = [name for name in fields if name not in known]
    for field in mapping.fields:
        top = field.source.partition(".")[0]
        if top not in fields and (field.required or mapping.format["kind"] == "csv"):
            alike = get_close_matches(top, new, 1, RENAMED)
            seen = f" It shows `{alike[0]}`, which the mapping does not know." if alike else ""
            fix = (
                f"write `{alike[0]}:` for `{top}:` in the mapping"
                if alike
                else f"have `{top}` sent again, or take it out of the mapping"
            )
            yield Drift("missing_column", top, f"the source has no field `{top}`.{seen}", fix)
    if mapping.unknown_fields == "quarantine":
        for name in new:
            yield Drift(
                "unexpected_column",
                name,
                f"the source shows a field `{name}` that the mapping does not know.",
                f"map `{name}`, or add it to `skip`",
            )


def _types(mapping: FieldMapping, fields: Sequence[str], records: Sequence[Mapping[str, Any]]) -> Iterator[Drift]:
    """A column most of whose values do not read as the mapping says; single bad records are a run's matter."""
    wanted = [field for field in mapping.fields if field.source in fields]
    validator = Validator(schema(wanted), allow_unknown=True)
    failed: Counter[str] = Counter()
    for record in records:
        validator.validate({field.source: record.get(field.source) for field in wanted})
        failed.update(str(name) for name in validator.errors)
    for field in wanted:
        if records and failed[field.source] > WHOLE * len(records):
            what = f"{failed[field.source]} of {len(records)} values of `{field.source}` do not read as {field.type}."
            yield Drift(
                "type_change", field.source, what, f"adapt `parse` or `type` of `{field.source}` in the mapping"
            )


def schema(fields: Sequence[Field]) -> dict[str, Any]:
    """The Cerberus schema of raw records: each value is text that must read as the landed column's type."""
    return {field.source: {"nullable": not field.required, "check_with": _check(field)} for field in fields}


def _check(field: Field) -> Callable[[str, Any, Callable[[str, str], None]], None]:
    reads = reader(field)

    def check(name: str, value: Any, error: Callable[[str, str], None]) -> None:
        if value is not None and not reads(str(value)):
            error(name, f"does not read as {field.type}")

    return check


def reader(field: Field) -> Callable[[str], bool]:
    """Whether a text reads as the field's type and format."""
    kind = field.type.partition("(")[0].upper()
    if kind == "NUMBER":
        marks = re.sub(r"[0#9DG]", "", field.parse or "")
        return lambda text: DIGITS.fullmatch(text.strip().translate({ord(mark): None for mark in marks})) is not None
    if kind in {"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIME"}:
        pattern = _pattern(field.parse) if field.parse else ISO
        return lambda text: pattern.fullmatch(text.strip()) is not None
    return lambda _text: True


def _pattern(parse: str) -> re.Pattern[str]:
    """A Snowflake date format as a regular expression."""
    return re.compile("".join(TOKENS.get(token, re.escape(token)) for token in TOKEN.findall(parse)))
