"""The types that Snowflake's functions give, for those where it is certain: dates and their parts, texts, choices.

What is not here is left open, and the transform says it by a cast.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pipeline.spec.snowflake_type import SnowflakeType

DATE: Final = SnowflakeType("DATE", "date")
BOOLEAN: Final = SnowflakeType("BOOLEAN", "boolean")
TIMESTAMP: Final = SnowflakeType("TIMESTAMP_NTZ", "timestamp", 9)
_WHOLE_DAYS: Final = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_PARTS: Final = {"YEAR": 4, "DAYOFYEAR": 3, "DOY": 3, "YEAROFWEEK": 4, "YEAROFWEEKISO": 4}


def _whole(digits: int) -> SnowflakeType:
    return SnowflakeType("NUMBER", "number", digits)


def _text(length: int) -> SnowflakeType:
    return SnowflakeType("VARCHAR", "text", length)


@cache
def _fixed() -> Mapping[type, SnowflakeType]:
    """Functions whose type does not depend on their arguments."""
    from sqlglot import exp

    texts = {exp.MD5: 32, exp.SHA: 40, exp.SHA2: 128, exp.Dayname: 3, exp.Monthname: 3}
    wholes = {exp.Year: 4, exp.DayOfYear: 3, exp.DateDiff: 9, exp.Sign: 1, exp.CountIf: 18}
    wholes |= dict.fromkeys((exp.Month, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.Week, exp.WeekOfYear), 2)
    wholes |= dict.fromkeys((exp.Quarter, exp.Hour, exp.Minute, exp.Second, exp.DayOfWeekIso), 2)
    dates = (exp.TsOrDsToDate, exp.DateFromParts, exp.LastDay, exp.NextDay, exp.PreviousDay)
    claims = (exp.StartsWith, exp.EndsWith, exp.Contains, exp.RegexpLike, exp.EqualNull, exp.ToBoolean)
    return {
        **{kind: _text(length) for kind, length in texts.items()},
        **{kind: _whole(digits) for kind, digits in wholes.items()},
        **dict.fromkeys(dates, DATE),
        **dict.fromkeys(claims, BOOLEAN),
        exp.TsOrDsToTime: SnowflakeType("TIME", "time", 9),
    }


def type_of(node: Any, first: SnowflakeType | None) -> SnowflakeType | None:
    """The type of a call whose first argument has the type `first`, or None where it is not certain."""
    from sqlglot import exp

    if type(node) in _fixed():
        return _fixed()[type(node)]
    if isinstance(node, exp.Extract):
        return _whole(_PARTS.get(node.this.name.upper(), 2)) if node.this.name.upper() not in _LONG else None
    if isinstance(node, exp.ToNumber):
        return _number(node)
    if isinstance(node, exp.Anonymous):
        return TIMESTAMP if node.name.upper().removeprefix("TRY_") == "TO_TIMESTAMP_NTZ" else None
    if first is not None and first.family in ("date", "timestamp", "timestamp_tz"):
        return _moved(node, first)
    return _reshaped(node, first) if first is not None and first.family == "text" else None


_LONG: Final = frozenset({"EPOCH", "EPOCH_SECOND", "EPOCH_MILLISECOND", "NANOSECOND"})


def _number(node: Any) -> SnowflakeType | None:
    """TO_NUMBER(x, 19, 4)."""
    sizes = [node.args.get(name) for name in ("precision", "scale")]
    if any(size is not None and not size.name.isdecimal() for size in sizes):
        return None
    precision, scale = (
        int(size.name) if size is not None else default for size, default in zip(sizes, (38, 0), strict=True)
    )
    return SnowflakeType("NUMBER", "number", precision, scale)


def _moved(node: Any, first: SnowflakeType) -> SnowflakeType | None:
    """A day moved or cut by days stays a day; by hours it becomes an instant."""
    from sqlglot import exp

    if isinstance(node, exp.AddMonths):
        return first
    if isinstance(node, exp.DateAdd | exp.TimestampTrunc | exp.DateTrunc):
        unit = node.args.get("unit")
        whole = unit is None or unit.name.upper().rstrip("S") in _WHOLE_DAYS
        return first if first.family != "date" or whole else TIMESTAMP
    return None


def _reshaped(node: Any, first: SnowflakeType) -> SnowflakeType | None:
    """A text that grows no longer."""
    from sqlglot import exp

    if isinstance(node, exp.SplitPart | exp.Initcap | exp.Reverse | exp.Translate):
        return first
    if isinstance(node, exp.Pad) and node.expression.name.isdecimal() and node.expression.name != "0":
        return _text(int(node.expression.name))
    if isinstance(node, exp.Replace):
        old, new = node.expression, node.args.get("replacement")
        shorter = isinstance(old, exp.Literal) and len(new.name if isinstance(new, exp.Literal) else "") <= len(
            old.name
        )
        return first if shorter and (new is None or isinstance(new, exp.Literal)) else None
    return None


@cache
def positive() -> tuple[type, ...]:
    """Functions that give 1 or more."""
    from sqlglot import exp

    ranks = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile)
    return (*ranks, exp.Exp, exp.Year, exp.Month, exp.Day, exp.DayOfMonth, exp.Quarter, exp.Week, exp.DayOfYear)


@cache
def not_negative() -> tuple[type, ...]:
    """Functions that give 0 or more."""
    from sqlglot import exp

    return (exp.Abs, exp.Count, exp.CountIf, exp.Length)
