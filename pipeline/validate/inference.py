"""The type of an expression out of those of its parts, for the kinds where it is certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pipeline.spec.snowflake_type import SnowflakeType
from pipeline.spec.snowflake_type import read as read_type

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT: Final = SnowflakeType("NUMBER", "number", 18)
BOOLEAN: Final = SnowflakeType("BOOLEAN", "boolean")
NUMBER: Final = SnowflakeType("NUMBER", "number")  # of some size
NULL: Final = SnowflakeType("NULL", "null")  # fits beside any type


@dataclass(frozen=True)
class Value:
    """Type (None: not certain; without size: its size is not certain) and whether it may be empty."""

    type: SnowflakeType | None
    nullable: bool = True


Parts = Mapping[int, Value]


def value_of(node: Any, parts: Parts) -> Value:
    """`parts` holds the value of each direct part by its id."""
    for kinds, rule in _rules():
        if isinstance(node, kinds):
            return rule(node, parts)
    return Value(None, any(part.nullable for part in parts.values()))


@cache
def _rules() -> tuple[tuple[Any, Callable[[Any, Parts], Value]], ...]:
    """From the narrow to the wide: the first that fits counts."""
    from sqlglot import exp

    return (
        (exp.Literal, _literal),
        (exp.Boolean, lambda _node, _parts: Value(BOOLEAN, nullable=False)),
        (exp.Null, lambda _node, _parts: Value(NULL)),
        (exp.TryCast, lambda node, _parts: Value(_cast_type(node))),
        (exp.Cast, lambda node, parts: Value(_cast_type(node), _part(node.this, parts).nullable)),
        ((exp.Paren, exp.Window), lambda node, parts: _part(node.this, parts)),
        (exp.Case, _case),
        (exp.If, lambda node, parts: _choice([node.args.get("true"), node.args.get("false")], parts)),
        (exp.Coalesce, _coalesce),
        (exp.Nullif, lambda node, parts: Value(_part(node.this, parts).type)),
        ((exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank), lambda _node, _parts: Value(COUNT, nullable=False)),
        ((exp.Length, exp.RegexpCount), lambda node, parts: Value(COUNT, _part(node.this, parts).nullable)),
        ((exp.Max, exp.Min, exp.FirstValue, exp.LastValue, exp.Lag, exp.Lead), _aggregate),
        ((exp.Upper, exp.Lower, exp.Trim, exp.Abs), _same_as_first),
        ((exp.Left, exp.Right, exp.Substring), _shortened),
        (exp.Neg, _same_as_first),
        ((exp.Sum, exp.Avg), lambda node, parts: Value(NUMBER, _aggregate(node, parts).nullable)),
        ((exp.Is, exp.Exists), lambda _node, _parts: Value(BOOLEAN, nullable=False)),
        ((exp.Predicate, exp.Connector, exp.Not, exp.In, exp.Between), _boolean),
        ((exp.JSONExtract, exp.Bracket, exp.AggFunc), lambda _node, _parts: Value(None)),
        ((exp.DPipe, exp.Concat), _joined),
        (exp.Binary, _arithmetic),
        (exp.Func, _function),
    )


def _part(node: Any, parts: Parts) -> Value:
    """A part that is no expression of its own is not certain."""
    return parts.get(id(node), Value(None))


def _nullable(values: Iterable[Value]) -> bool:
    return any(value.nullable for value in values)


def _literal(node: Any, _parts: Parts) -> Value:
    if node.is_string:
        return Value(SnowflakeType("VARCHAR", "text", max(len(node.this), 1)), nullable=False)
    whole, _, fraction = str(node.this).partition(".")
    if not (whole + fraction).isdecimal():
        return Value(SnowflakeType("FLOAT", "float"), nullable=False)
    digits = len(whole.lstrip("0")) + len(fraction)
    return Value(SnowflakeType("NUMBER", "number", max(digits, 1), len(fraction)), nullable=False)


def _cast_type(node: Any) -> SnowflakeType | None:
    """A cast's target, spelled as the contract spells it."""
    names = {"DECIMAL": "NUMBER", "TEXT": "VARCHAR", "TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMPNTZ": "TIMESTAMP_NTZ"}
    names |= dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT"), "NUMBER")
    kind = node.args["to"].this.value.upper()
    kind = {**names, "DATETIME": "TIMESTAMP_NTZ", "TIMESTAMPTZ": "TIMESTAMP_TZ", "DOUBLE": "FLOAT"}.get(kind, kind)
    sizes = ",".join(part.this.name for part in node.args["to"].expressions if getattr(part, "this", None) is not None)
    if kind == "NUMBER" and "," not in sizes:
        sizes = f"{sizes or 38},0"
    defaults = {"VARCHAR": "16777216", "TIMESTAMP_NTZ": "9", "TIMESTAMP_TZ": "9", "TIME": "9"}
    sizes = sizes or defaults.get(kind, "")
    return read_type(f"{kind}({sizes})" if sizes else kind)


def _case(node: Any, parts: Parts) -> Value:
    """`ifs` are parts of their own: each stands for its THEN."""
    default = node.args.get("default")
    found = _union([_part(one, parts) for one in [*node.args["ifs"], default] if one is not None])
    return Value(found.type, found.nullable or default is None)


def _choice(nodes: list[Any], parts: Parts) -> Value:
    """IFF, or one WHEN … THEN of a CASE."""
    return _union([_part(node, parts) for node in nodes if node is not None])


def _coalesce(node: Any, parts: Parts) -> Value:
    values = [_part(node.this, parts), *(_part(one, parts) for one in node.expressions)]
    return Value(_union(values).type, all(value.nullable for value in values))


def _union(values: list[Value]) -> Value:
    """The type that holds each of these: NULL fits any."""
    nullable = _nullable(values)
    types = [value.type for value in values if value.type != NULL]
    if not types:
        return Value(NULL, nullable)
    known = [one for one in types if one is not None]
    certain = known and len(known) == len(types) and len({one.family for one in known}) == 1
    return Value(_widest(known) if certain else None, nullable)


def _widest(types: list[SnowflakeType]) -> SnowflakeType:
    first = types[0]
    if any(one.size is None for one in types):
        return SnowflakeType(first.name, first.family)
    scale = max(one.scale for one in types)
    if first.family != "number":
        return SnowflakeType(first.name, first.family, max(one.size or 0 for one in types))
    whole = max((one.size or 0) - one.scale for one in types)
    return SnowflakeType(first.name, first.family, min(whole + scale, 38), scale)


def _aggregate(node: Any, parts: Parts) -> Value:
    """Nothing comes of no rows: a group or a window has one at least, a whole table or a neighbour may not."""
    from sqlglot import exp

    first, select = _part(node.this, parts), node.find_ancestor(exp.Select)
    some = isinstance(node.parent, exp.Window) or (select is not None and select.args.get("group"))
    certain = some and not isinstance(node, exp.Lag | exp.Lead)
    return Value(first.type, first.nullable or not certain)


def _same_as_first(node: Any, parts: Parts) -> Value:
    first = _part(node.this, parts)
    return Value(first.type, _nullable(parts.values()))


def _shortened(node: Any, parts: Parts) -> Value:
    """LEFT, RIGHT, SUBSTR: no longer than they are told to be."""
    from sqlglot import exp

    first = _same_as_first(node, parts)
    length = node.args.get("length") or (node.expression if not isinstance(node, exp.Substring) else None)
    if (
        first.type is None
        or first.type.family != "text"
        or not isinstance(length, exp.Literal)
        or not length.name.isdecimal()
    ):
        return first
    size = max(1, min(first.type.size or int(length.name), int(length.name)))
    return Value(SnowflakeType("VARCHAR", "text", size), first.nullable)


def _joined(node: Any, parts: Parts) -> Value:
    """Texts one after the other: as long as all of them."""
    values = [_part(one, parts) for one in (node.expressions or [node.this, node.expression])]
    texts = [value.type for value in values if value.type and value.type.family == "text" and value.type.size]
    size = sum(one.size or 0 for one in texts) if len(texts) == len(values) else None
    return Value(SnowflakeType("VARCHAR", "text", size), _nullable(values))


def _boolean(_node: Any, parts: Parts) -> Value:
    return Value(BOOLEAN, _nullable(parts.values()))


def _arithmetic(node: Any, parts: Parts) -> Value:
    """A number whose size is not certain: the result of + or * has more digits than either side."""
    sides = [_part(node.this, parts), _part(node.expression, parts)] if node.args.get("expression") is not None else []
    numbers = bool(sides) and all(side.type and side.type.family == "number" for side in sides)
    return Value(NUMBER if numbers else None, _nullable(sides))


def _function(node: Any, parts: Parts) -> Value:
    """Any other function: its type is left open; TRY_… and look-ups may come back empty."""
    from sqlglot import exp

    may_fail = (
        node.args.get("safe")
        or isinstance(node, exp.Anonymous)
        or node.sql_name().startswith(("TRY_", "REGEXP_EXTRACT"))
    )
    return Value(None, bool(may_fail) or _nullable(parts.values()))
