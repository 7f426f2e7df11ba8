"""Rules of a mapping: each field lands once, in a form that its type takes, and somebody uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from pipeline.findings import Finding
from pipeline.spec import snowflake_type
from pipeline.spec.document import Document
from pipeline.spec.models import SourceField
from pipeline.spec.tenant import TableMapping, Tenant
from pipeline.spec.wording import deny, shown
from pipeline.validate.transform import LANDED, Transform

_TIME_FORMAT: Final = re.compile(
    r"(?:YYYY|YY|MMMM|MM|MON|DD|DY|HH24|HH12|HH|AM|PM|MI|SS|FF[0-9]?|TZH:TZM|TZHTZM|TZH|UUUU|[-/.,: T])+"
)
_NUMBER_FORMAT: Final = re.compile(r"(?:FM)?[$+-]?[90GDSX,.]+(?:MI|EEEE?)?")
_ENDINGS: Final = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json", "ndjson": "json"}
_PARSED: Final = {
    "date": _TIME_FORMAT,
    "time": _TIME_FORMAT,
    "timestamp": _TIME_FORMAT,
    "timestamp_tz": _TIME_FORMAT,
    "number": _NUMBER_FORMAT,
}


def findings(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    """What is wrong with the mapping of a table by itself."""
    mapping = tenant.mappings[table]
    yield from _format(tenant, document, table)
    yield from _twice(document, mapping)
    for source, one in mapping.model.fields.items():
        yield from _parse(document, source, one)
        yield from _default(document, source, one)


def _format(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    pipeline, kind = tenant.pipelines.get(table), document.value["format"]["kind"]
    connector = tenant.connectors.get(pipeline.model.connector) if pipeline else None
    if connector and connector.kind.name == "api" and kind != "json":
        what = f"an API hands out JSON, and the mapping reads {kind}."
        yield deny("mapping.format", document.where(("format", "kind")), what, fix="write `format: {kind: json}`")
    files = getattr(pipeline.fetch, "files", "") if pipeline else ""
    said = _ENDINGS.get(files.removesuffix(".gz").rpartition(".")[2].lower(), kind)
    if said != kind:
        what = f"the pipeline takes {shown(files)}, and the mapping reads {kind}."
        fix = f"write `format: {{kind: {said}}}`, or take other files"
        yield deny("mapping.format", document.where(("format", "kind")), what, fix=fix)


def _twice(document: Document, mapping: TableMapping) -> Iterator[Finding]:
    filled: dict[str, str] = {}
    for source, one in mapping.model.fields.items():
        if one.column in filled:
            where = document.where(("fields", source, "column"))
            what = f"`{one.column}` is filled by `{filled[one.column]}` already."
            yield deny("mapping.column_twice", where, what, fix="give each field a column of its own")
        filled.setdefault(one.column, source)
    for index, source in enumerate(mapping.model.skip):
        if source in mapping.model.fields or source in mapping.model.skip[:index]:
            where = document.where(("skip", index))
            yield deny(
                "mapping.field_twice", where, f"{shown(source)} stands here twice.", fix="map it or skip it, once"
            )


def _parse(document: Document, source: str, one: SourceField) -> Iterator[Finding]:
    found = snowflake_type.read(one.type)
    if one.parse is None or found is None:
        return
    where, form = document.where(("fields", source, "parse")), _PARSED.get(found.family)
    if form is None:
        yield deny(
            "mapping.parse", where, f"a {one.type} is read as it stands.", "there is no form to give.", "remove `parse`"
        )
    elif not form.fullmatch(one.parse):
        example = _example(one.parse, found.family)
        yield deny(
            "mapping.parse",
            where,
            f"{shown(one.parse)} is no form of a {one.type}.",
            fix=f"write `{example}`",
        )


_STRFTIME: Final = {
    "%Y": "YYYY",
    "%y": "YY",
    "%m": "MM",
    "%d": "DD",
    "%H": "HH24",
    "%I": "HH12",
    "%M": "MI",
    "%S": "SS",
}
_STRFTIME_MORE: Final = {"%f": "FF6", "%b": "MON", "%p": "AM", "%z": "TZHTZM"}
_JAVA: Final = {
    "yyyy": "YYYY",
    "yy": "YY",
    "dd": "DD",
    "HH": "HH24",
    "hh": "HH12",
    "mm": "MI",
    "ss": "SS",
    "SSS": "FF3",
}


def _example(given: str, family: str) -> str:
    """What was meant, where it is a form of Python's or Java's; else one that fits the type."""
    if family == "number":
        return "9,999,999.9999"
    words = _STRFTIME | _STRFTIME_MORE if "%" in given else _JAVA | ({"mm": "MM"} if family == "date" else {})
    meant = re.sub("|".join(map(re.escape, words)), lambda match: words[match[0]], given)
    usual = {"date": "YYYY-MM-DD", "time": "HH24:MI:SS"}.get(family, "YYYY-MM-DD HH24:MI:SS.FF3")
    return meant if meant != given and _TIME_FORMAT.fullmatch(meant) else usual


def _default(document: Document, source: str, one: SourceField) -> Iterator[Finding]:
    found = snowflake_type.read(one.type)
    if one.default is None or found is None or _fits(one.default, found):
        return
    where = document.where(("fields", source, "default"))
    yield deny(
        "mapping.default", where, f"the default is no {one.type}.", fix="write a value of this type, or remove it"
    )


def _fits(text: str, kind: snowflake_type.SnowflakeType) -> bool:
    if kind.family == "text":
        return len(text) <= (kind.size or 0)
    if kind.family == "boolean":
        return text in ("true", "false")
    if kind.family == "number":
        return _fits_number(text, kind)
    forms = {
        "date": r"\d{4}-\d\d-\d\d",
        "time": r"\d\d:\d\d:\d\d",
        "timestamp": r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d)?",
    }
    return re.fullmatch(forms.get(kind.family, r".*"), text, re.ASCII) is not None


def _fits_number(text: str, kind: snowflake_type.SnowflakeType) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number) < Decimal(10) ** ((kind.size or 38) - kind.scale)


def unused(tenant: Tenant, document: Document, table: str, transform: Transform) -> Iterator[Finding]:
    """A field that lands for nobody costs room and says something untrue of what is needed."""
    for source, one in tenant.mappings[table].model.fields.items():
        if (LANDED, one.column) not in transform.reads:
            where = document.where(("fields", source, "column"))
            what = f"`{one.column}` is landed, and transforms/{table}.sql does not use it."
            yield replace(
                deny("mapping.column_unused", where, what, "", f"move `{source}` to `skip`, or use it"), level="warn"
            )
