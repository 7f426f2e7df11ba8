"""JSON whose numbers keep their text: what the source wrote is what is landed, with no float on the way.

`ValueError` where it is no JSON, where a name stands twice in an object, or where it holds NaN or Infinity.
"""

from __future__ import annotations

import json
from typing import Any


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def read(content: bytes) -> Any:
    """Objects, arrays, texts, booleans and null as Python has them; each number as `Number`."""
    try:
        return json.loads(
            content.decode("utf-8"),
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return made


def write(value: Any) -> str:
    """Compact, on one line, names in their order."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{write(item)}" for name, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def walk(document: Any, place: str) -> Any:
    """What stands at `a.b`; None where nothing does."""
    for name in place.split("."):
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    return document
