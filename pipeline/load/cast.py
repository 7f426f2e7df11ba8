"""Text to type by the mapping, as SQL; a value that does not fit names its field and rule instead of failing the load.

Nothing is rounded, cut or guessed: a number with more places than its column has, a text that is too long, a date in
another shape are rows for quarantine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.release import Field, shape_of
from pipeline.warehouse import literal

ISO_INSTANT = "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?"


@dataclass(frozen=True)
class Cast:
    """`value` is SQL of the column's type, NULL where the text does not read; `broken` maps a rule to SQL that is true where
    the text breaks it."""

    value: str
    broken: dict[str, str]


def cast(field: Field, text: str, value: str) -> Cast:
    """How `text`, SQL of the field's text, becomes its column. `value` is how the conditions refer to the cast's result."""
    read, broken = _read(field, text)
    unread = f"{text} IS NOT NULL AND {value} IS NULL"
    rules = {"type": unread, **broken}
    if field.required:
        rules = {"required": f"{text} IS NULL", **rules}
    return Cast(f"CAST({read} AS {field.type})", rules)


def _read(field: Field, text: str) -> tuple[str, dict[str, str]]:
    name, sizes = shape_of(field.type)
    if name == "NUMBER":
        return _number(text, sizes, field.parse)
    if name == "VARCHAR":
        return text, {"length": f"LENGTH({text}) > {sizes[0]}"}
    return _plain(name, text, field.parse), {}


def _number(text: str, sizes: tuple[int, ...], parse: str | None) -> tuple[str, dict[str, str]]:
    digits, places = sizes
    plain = _without_marks(text, parse) if parse else text
    return f"TRY_TO_DECIMAL({plain}, {digits}, {places})", {"scale": _finer(plain, places)}


def _finer(text: str, places: int) -> str:
    """True where a number has more places than fit, or an exponent that may hide some. The pattern is costly, so only texts
    that are long enough behind their point, or hold a minus, are looked at twice."""
    suspect = f"(POSITION('.' IN {text}) > 0 AND LENGTH({text}) - POSITION('.' IN {text}) > {places}) OR CONTAINS({text}, '-')"
    pattern = f".*([.][0-9]{{{places}}}[0-9]*[1-9]|[eE]-).*"
    return f"IFF({suspect}, REGEXP_LIKE({text}, '{pattern}'), FALSE)"


def _without_marks(text: str, parse: str) -> str:
    """`parse` shows how a number is written, as in 999,999.99: what stands between its digits are its marks."""
    group, point = marks(parse)
    whole = f"[0-9]{{1,3}}([{group}][0-9]{{3}})*|[0-9]+" if group else "[0-9]+"
    shape = f"[+-]?({whole})([{point}][0-9]+)?" if point else f"[+-]?({whole})"
    bare = f"REPLACE({text}, {literal(group)}, '')" if group else text
    dotted = f"REPLACE({bare}, {literal(point)}, '.')" if point not in ("", ".") else bare
    return f"IFF(REGEXP_LIKE({text}, {literal(shape)}), {dotted}, NULL)"


def marks(parse: str) -> tuple[str, str]:
    """(mark between thousands, decimal mark), each empty where the picture has none. `ValueError` where it is no picture."""
    match = re.fullmatch(r"[90]+(?:([,. '])[90]{3}(?:\1[90]{3})*)?(?:([.,])[90]+)?", parse)
    if match is None or (match[1] and match[1] == match[2]):
        raise ValueError(f"`{parse}` does not show how a number is written")
    return match[1] or "", match[2] or ""


def _plain(name: str, text: str, parse: str | None) -> str:
    if name == "DATE":
        return f"TRY_TO_DATE({text}, {literal(parse or 'YYYY-MM-DD')})"
    if name.startswith("TIMESTAMP"):
        return _instant(text, parse)
    functions = {
        "BOOLEAN": "TRY_TO_BOOLEAN",
        "FLOAT": "TRY_TO_DOUBLE",
        "DOUBLE": "TRY_TO_DOUBLE",
        "TIME": "TRY_TO_TIME",
    }
    return f"{functions.get(name, 'TRY_PARSE_JSON')}({text})"


def _instant(text: str, parse: str | None) -> str:
    """In UTC: an instant with an offset is converted, one without a zone is taken as UTC. A bare number is none."""
    if parse:
        return f"TRY_TO_TIMESTAMP_NTZ({text}, {literal(parse)})"
    guarded = f"IFF(REGEXP_LIKE({text}, {literal(ISO_INSTANT)}), {text}, NULL)"
    return f"CONVERT_TIMEZONE('UTC', TRY_CAST({guarded} AS TIMESTAMP_TZ))"
