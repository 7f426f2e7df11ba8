"""Whether a text reads as a landed column's type, exactly as the load's casts have it; and as what else it might.

Pure: takes texts and fields. A format is that of the mapping's `parse`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.ingest import exact_json
from pipeline.load.cast import ISO_INSTANT, marks
from pipeline.release import Field, FieldMapping, shape_of

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
BOOLEANS = frozenset({"true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0"})
TOKEN = re.compile(r'YYYY|HH24|FF\d?|MM|MI|MON|DD|SS|"[^"]*"|.', re.DOTALL)
DIRECTIVES = {"YYYY": "%Y", "HH24": "%H", "MM": "%m", "MI": "%M", "MON": "%b", "DD": "%d", "SS": "%S"}
DAYS = ("YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "DD-MM-YYYY", "YYYYMMDD", "DD-MON-YYYY")
TIMES = ("", " HH24:MI", " HH24:MI:SS", " HH24:MI:SS.FF3", '"T"HH24:MI:SS', '"T"HH24:MI:SS.FF3')
MARKS = ((",", "."), (".", ","), (" ", ","), ("'", "."), ("", ","))
Reads = Callable[[str], bool]


def text_of(record: Any, source: str, mapping: FieldMapping) -> str | None:
    """The text that the load sees of a field: JSON walks into objects, CSV does not."""
    value = exact_json.walk(record, source) if mapping.format["kind"] == "json" else record.get(source)
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return str(value).lower() if isinstance(value, bool) else exact_json.write(value)


def reader(field: Field) -> Reads:
    """Whether a text reads as the field's type, size and format."""
    name, sizes = shape_of(field.type)
    if name == "NUMBER":
        return lambda text: _fits(_plain(text, field.parse), *sizes)
    if name == "VARCHAR":
        return lambda text: len(text) <= sizes[0]
    if name == "DATE":
        return _instant_reader(field.parse, ISO_DATE)
    if name.startswith("TIMESTAMP"):
        return _instant_reader(field.parse, re.compile(ISO_INSTANT))
    if name == "BOOLEAN":
        return lambda text: text.lower() in BOOLEANS
    return lambda text: name not in ("FLOAT", "DOUBLE") or NUMBER.fullmatch(text) is not None


def _plain(text: str, parse: str | None) -> str:
    """A number without its marks; empty where it is not written as the picture shows."""
    if parse is None:
        return text.strip()
    group, point = marks(parse)
    whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})*|[0-9]+)" if group else "[0-9]+"
    shape = rf"[+-]?{whole}(?:{re.escape(point)}[0-9]+)?" if point else rf"[+-]?{whole}"
    bare = text.replace(group, "") if group else text
    return bare.replace(point or ".", ".") if re.fullmatch(shape, text) else ""


def _fits(text: str, digits: int, places: int) -> bool:
    """A number of so many digits, so many of them behind the point: nothing is rounded or cut."""
    if NUMBER.fullmatch(text) is None:
        return False
    try:
        value = Decimal(text).normalize()
    except InvalidOperation:
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places and value.adjusted() < digits - places


def _instant_reader(parse: str | None, iso: re.Pattern[str]) -> Reads:
    if parse is None:
        return lambda text: iso.fullmatch(text.strip()) is not None and _is_day(text.strip()[:10], "%Y-%m-%d")
    written, directive = _directive(parse)
    return lambda text: written.fullmatch(text.strip()) is not None and _is_day(_cut(text.strip()), directive)


def _directive(parse: str) -> tuple[re.Pattern[str], str]:
    """A format of Snowflake's as a pattern, and as strptime has it; fractions are read by the pattern alone."""
    pattern, directive = "", ""
    for token in TOKEN.findall(parse):
        if token.startswith("FF"):
            pattern, directive = pattern + r"\d{1,9}", directive.removesuffix(".")
        elif token in DIRECTIVES:
            pattern += {"YYYY": r"\d{4}", "MON": "[A-Za-z]{3}"}.get(token, r"\d{1,2}")
            directive += DIRECTIVES[token]
        else:
            pattern, directive = pattern + re.escape(token.strip('"')), directive + token.strip('"').replace("%", "%%")
    return re.compile(pattern), directive


def _cut(text: str) -> str:
    """Without a fraction of a second."""
    return re.sub(r"(:\d{2})\.\d{1,9}$", r"\1", text)


def _is_day(text: str, directive: str) -> bool:
    try:
        datetime.strptime(text, directive)  # noqa: DTZ007  only whether there is such a day
    except ValueError:
        return False
    return True


def others(field: Field, texts: Sequence[str]) -> list[str]:
    """A `parse` for each meaning that all of these texts would have as the field's type; more than one: nobody can tell."""
    fit = [parse for parse in _formats(field) if texts and all(map(reader(replace(field, parse=parse)), texts))]
    return list({_meaning(field, parse, texts): parse for parse in reversed(fit)}.values())[::-1]


def _meaning(field: Field, parse: str, texts: Sequence[str]) -> tuple[object, ...]:
    if shape_of(field.type)[0] == "NUMBER":
        return tuple(Decimal(_plain(text, parse)) for text in texts)
    directive = _directive(parse)[1]
    return tuple(datetime.strptime(_cut(text.strip()), directive) for text in texts)  # noqa: DTZ007  compared only


def _formats(field: Field) -> Iterator[str]:
    name, sizes = shape_of(field.type)
    if name == "NUMBER":
        places = f"{'0' * sizes[1]}" if sizes[1] else ""
        for group, point in MARKS:
            yield (group.join(("999", "999", "990")) if group else "999990") + (point + places if places else "")
    if name == "DATE" or name.startswith("TIMESTAMP"):
        yield from (day + time for day in DAYS for time in TIMES)
