"""The column types that a mapping or a contract may name, and what they mean for a value.

One spelling each, so that two releases never differ by the way a type was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TYPE: Final = re.compile(r"([A-Z_]+)(?:\(([0-9]{1,8})(?:,([0-9]{1,2}))?\))?")
FAMILIES: Final = {
    "NUMBER": "number",
    "FLOAT": "float",
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP_NTZ": "timestamp",
    "TIMESTAMP_TZ": "timestamp_tz",
    "VARIANT": "variant",
}
EXAMPLES: Final = "NUMBER(38,0), VARCHAR(16), DATE, TIMESTAMP_NTZ(3), BOOLEAN"
MAX_VARCHAR: Final = 16_777_216
# contract's logicalType → families that hold it
LOGICAL: Final = {
    "integer": ("number",),
    "number": ("number", "float"),
    "string": ("text",),
    "boolean": ("boolean",),
    "date": ("date",),
    "time": ("time",),
    "timestamp": ("timestamp", "timestamp_tz"),
    "object": ("variant",),
    "array": ("variant",),
}


@dataclass(frozen=True)
class SnowflakeType:
    """`family` is what casts go by; `size` is precision, length or digits of a second; `scale` of a NUMBER."""

    name: str
    family: str
    size: int | None = None
    scale: int = 0

    def holds(self, other: SnowflakeType) -> bool:
        """Each value of the other type fits unchanged."""
        if self.family != other.family:
            return False
        if self.family == "number":
            mine, theirs = (self.size or 38), (other.size or 38)
            return self.scale >= other.scale and mine - self.scale >= theirs - other.scale
        limit = {"text": MAX_VARCHAR, "time": 9, "timestamp": 9, "timestamp_tz": 9}.get(self.family, 0)
        return limit == 0 or (self.size or limit) >= (other.size or limit)


def read(text: str) -> SnowflakeType | None:
    """The type of this spelling, or None: unknown word, wrong number of sizes, or a size out of bounds."""
    match = _TYPE.fullmatch(text)
    if match is None or match[1] not in FAMILIES:
        return None
    name, size = match[1], int(match[2]) if match[2] else None
    found = SnowflakeType(name, FAMILIES[name], size, int(match[3] or 0))
    return found if _within(found, scaled=match[3] is not None) else None


def meant(text: str) -> str | None:
    """The type as it is written here, for one that is written as elsewhere; None where nobody can tell."""
    match = _LOOSE.fullmatch(text)
    if match is None:
        return None
    word, sizes = match[1].upper(), [int(size) for size in (match[2], match[3]) if size]
    name, usual = _ELSEWHERE.get(word, (word, _USUAL.get(word, "")))
    if name == "NUMBER" and sizes:
        sizes = [*sizes, 0][:2]
    given = f"({','.join(map(str, sizes))})" if sizes and usual else usual
    return f"{name}{given}" if read(f"{name}{given}") else None


_LOOSE: Final = re.compile(r"\s*([A-Za-z_]+)\s*(?:\(\s*([0-9]{1,8})\s*(?:,\s*([0-9]{1,2})\s*)?\))?\s*")
_USUAL: Final = {"NUMBER": "(38,0)", "VARCHAR": "(50)", "TIMESTAMP_NTZ": "(3)", "TIMESTAMP_TZ": "(3)", "TIME": "(0)"}
_ELSEWHERE: Final = {
    **dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "LONG"), ("NUMBER", "(38,0)")),
    **dict.fromkeys(("DECIMAL", "NUMERIC", "MONEY"), ("NUMBER", "(19,4)")),
    **dict.fromkeys(("STRING", "TEXT", "CHAR", "NVARCHAR", "CHARACTER"), ("VARCHAR", "(50)")),
    **dict.fromkeys(("DOUBLE", "REAL", "FLOAT8"), ("FLOAT", "")),
    **dict.fromkeys(("DATETIME", "TIMESTAMP"), ("TIMESTAMP_NTZ", "(3)")),
    **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMP_LTZ"), ("TIMESTAMP_TZ", "(3)")),
    **dict.fromkeys(("JSON", "OBJECT", "ARRAY"), ("VARIANT", "")),
    "BOOL": ("BOOLEAN", ""),
}


def _within(found: SnowflakeType, *, scaled: bool) -> bool:
    if found.family == "number":
        return found.size is not None and scaled and 1 <= found.size <= 38 and found.scale <= min(found.size, 37)
    if found.family == "text":
        return not scaled and found.size is not None and 1 <= found.size <= MAX_VARCHAR
    if found.family in ("time", "timestamp", "timestamp_tz"):
        return not scaled and found.size is not None and found.size <= 9
    return found.size is None
