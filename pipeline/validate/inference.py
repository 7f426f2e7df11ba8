"""The type of an expression out of those of its parts, for the kinds where it is certain."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pipeline.spec.snowflake_type import SnowflakeType
from pipeline.spec.snowflake_type import read as read_type
from pipeline.validate import functions
from pipeline.validate.facts import number
from pipeline.validate.value import Parts, Value, grouped, part
from pipeline.validate.zero import never_zero

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT: Final = SnowflakeType("NUMBER", "number", 18)
BOOLEAN: Final = SnowflakeType("BOOLEAN", "boolean")
NUMBER: Final = SnowflakeType("NUMBER", "number")  # of some size
NULL: Final = SnowflakeType("NULL", "null")  # fits beside any type


def value_of(node: Any, parts: Parts) -> Value:
    """`parts` holds the value of each direct part by its id."""
    found = _ruled(node, parts)
    sources = frozenset[tuple[str, str]]().union(*(part.sources for part in parts.values()))
    return Value(found.type, found.nullable, found.zero and not never_zero(node, parts), sources, found.digits)


def _ruled(node: Any, parts: Parts) -> Value:
    for kinds, rule in _rules():
        if isinstance(node, kinds):
            return rule(node, parts)
    return Value(None, _nullable(parts.values()))


@cache
def _rules() -> tuple[tuple[Any, Callable[[Any, Parts], Value]], ...]:
    """From the narrow to the wide: the first that fits counts."""
    from sqlglot import exp

    return (
        (exp.Literal, _literal),
        (exp.Boolean, lambda _node, _parts: Value(BOOLEAN, nullable=False)),
        (exp.Null, lambda _node, _parts: Value(NULL)),
        (exp.TryCast, lambda node, _parts: Value(_cast_type(node))),
        (exp.Cast, lambda node, parts: Value(_cast_type(node), part(node.this, parts).nullable)),
        ((exp.Paren, exp.Window, exp.IgnoreNulls, exp.RespectNulls), lambda node, parts: part(node.this, parts)),
        (exp.Case, _case),
        (exp.If, _choice),
        (exp.Nvl2, _choice),
        (exp.DecodeCase, _decode),
        ((exp.Greatest, exp.Least), _extreme),
        (exp.Coalesce, _coalesce),
        (exp.Nullif, lambda node, parts: Value(part(node.this, parts).type)),
        ((exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank), lambda _node, _parts: Value(COUNT, nullable=False)),
        ((exp.Length, exp.RegexpCount), lambda node, parts: Value(COUNT, part(node.this, parts).nullable)),
        ((exp.Max, exp.Min, exp.FirstValue, exp.LastValue, exp.Lag, exp.Lead), _aggregate),
        ((exp.Upper, exp.Lower, exp.Trim, exp.Abs), _same_as_first),
        ((exp.Left, exp.Right, exp.Substring), _shortened),
        (exp.Neg, _same_as_first),
        ((exp.Sum, exp.Avg), _total),
        ((exp.Is, exp.Exists), lambda _node, _parts: Value(BOOLEAN, nullable=False)),
        ((exp.Predicate, exp.Connector, exp.Not, exp.In, exp.Between), _boolean),
        ((exp.JSONExtract, exp.Bracket, exp.AggFunc), lambda _node, _parts: Value(None)),
        ((exp.DPipe, exp.Concat), _joined),
        (exp.Binary, _arithmetic),
        (exp.Func, _function),
    )


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


def branches_of(node: Any) -> list[Any]:
    """The parts of which one becomes the value; nothing for a node that does not choose."""
    from sqlglot import exp

    if isinstance(node, exp.Case):
        return [one for one in [*node.args["ifs"], node.args.get("default")] if one is not None]
    if isinstance(node, exp.If | exp.Nvl2):
        return [one for one in (node.args.get("true"), node.args.get("false")) if one is not None]
    return [node.this, *node.expressions] if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least) else []


def _case(node: Any, parts: Parts) -> Value:
    """`ifs` are parts of their own: each stands for its THEN."""
    found = _union([part(one, parts) for one in branches_of(node)])
    return Value(found.type, found.nullable or node.args.get("default") is None, found.zero)


def _choice(node: Any, parts: Parts) -> Value:
    """IFF, NVL2, or one WHEN … THEN of a CASE."""
    from sqlglot import exp

    branches = [part(one, parts) for one in branches_of(node)]
    found = _union(branches)
    alone = len(branches) == 1 and not isinstance(node.parent, exp.Case)  # IFF without its third is NULL there
    return Value(found.type, found.nullable or alone, found.zero)


def _decode(node: Any, parts: Parts) -> Value:
    """DECODE(x, search, result, …, default): without a default it may find nothing."""
    rest = node.expressions[1:]
    results = [*rest[1::2], *(rest[-1:] if len(rest) % 2 else [])]
    found = _union([part(one, parts) for one in results])
    return Value(found.type, found.nullable or len(rest) % 2 == 0, found.zero)


def _extreme(node: Any, parts: Parts) -> Value:
    """GREATEST, LEAST: NULL where one of them is."""
    from sqlglot import exp

    every = branches_of(node)
    bounds = [bound for one in every if (bound := number(one)) is not None]
    away = any(bound > 0 for bound in bounds) if isinstance(node, exp.Greatest) else any(bound < 0 for bound in bounds)
    found = _union([part(one, parts) for one in every])
    return Value(found.type, found.nullable, found.zero and not away)


def _coalesce(node: Any, parts: Parts) -> Value:
    values = [part(one, parts) for one in branches_of(node)]
    found = _union(values)
    return Value(found.type, all(value.nullable for value in values), found.zero)


def _union(values: list[Value]) -> Value:
    """The type that holds each of these: NULL fits any."""
    nullable, zero = _nullable(values), any(value.zero and value.type != NULL for value in values)
    types = [value.type for value in values if value.type != NULL]
    if not types:
        return Value(NULL, nullable)
    known = [one for one in types if one is not None]
    certain = known and len(known) == len(types) and len({one.family for one in known}) == 1
    return Value(_widest(known) if certain else None, nullable, zero)


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

    first = part(node.this, parts)
    if isinstance(node, exp.Lag | exp.Lead):
        return Value(first.type, first.nullable or node.args.get("default") is None)
    return Value(first.type, first.nullable or not grouped(node), first.zero)


def _total(node: Any, parts: Parts) -> Value:
    """SUM, AVG: of what size is not certain, but at least of that of one row."""
    found = _aggregate(node, parts)
    return Value(NUMBER, found.nullable, digits=part(node.this, parts).room)


def _same_as_first(node: Any, parts: Parts) -> Value:
    first = part(node.this, parts)
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
    values = [part(one, parts) for one in (node.expressions or [node.this, node.expression])]
    texts = [value.type for value in values if value.type and value.type.family == "text" and value.type.size]
    size = sum(one.size or 0 for one in texts) if len(texts) == len(values) else None
    return Value(SnowflakeType("VARCHAR", "text", size), _nullable(values))


def _boolean(_node: Any, parts: Parts) -> Value:
    return Value(BOOLEAN, _nullable(parts.values()))


def _arithmetic(node: Any, parts: Parts) -> Value:
    """A number whose size is not certain: the result of + or * has more digits than either side."""
    from sqlglot import exp

    sides = [part(node.this, parts), part(node.expression, parts)] if node.args.get("expression") is not None else []
    families = [side.type.family if side.type else "" for side in sides]
    if families == ["date", "number"] and isinstance(node, exp.Add | exp.Sub):
        return Value(functions.DATE, _nullable(sides))
    if families == ["date", "date"] and isinstance(node, exp.Sub):
        return Value(SnowflakeType("NUMBER", "number", 9), _nullable(sides))
    numbers = bool(sides) and set(families) == {"number"}
    grows = not isinstance(node, exp.Div | exp.Mod)  # a ratio may be as small as its author says
    return Value(
        NUMBER if numbers else None, _nullable(sides), digits=max(s.room for s in sides) if numbers and grows else 0
    )


def _function(node: Any, parts: Parts) -> Value:
    """Any other function: TRY_… and look-ups may come back empty."""
    from sqlglot import exp

    found = functions.type_of(node, part(node.this, parts).type if isinstance(node.this, exp.Expression) else None)
    may_fail = (
        (node.args.get("safe") and not isinstance(node, exp.ConcatWs))
        or (isinstance(node, exp.Anonymous) and found is None)
        or node.sql_name().startswith(("TRY_", "REGEXP_EXTRACT"))
        or (isinstance(node, exp.Anonymous) and node.name.upper().startswith("TRY_"))
    )
    return Value(found, bool(may_fail) or (_nullable(parts.values()) and not isinstance(node, exp.EqualNull)))
