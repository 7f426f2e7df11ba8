"""Comparisons that stop a load or never hold: number with text, anything with NULL, a value with itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.validate.fault import Fault
from pipeline.validate.statement import offset
from pipeline.validate.value import Value

# families whose values the warehouse compares without reading text
_ALIKE: Final = ({"number", "float", "boolean"}, {"date", "timestamp", "timestamp_tz"})
_DAY: Final = r"\d{4}-\d\d?-\d\d?(?:[ T]\d\d?:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
# what a text must look like to be read as a value of the family
_READABLE: Final = {
    "number": re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*"),
    "boolean": re.compile(r"(?:true|false|t|f|yes|no|y|n|on|off|1|0)", re.IGNORECASE),
    "time": re.compile(r"\d\d?:\d\d(?::\d\d(?:\.\d{1,9})?)?"),
    "date": re.compile(_DAY),
    "timestamp": re.compile(_DAY),
    "timestamp_tz": re.compile(_DAY),
}
_SAID: Final = {"text": "text", "float": "a number", "timestamp_tz": "a timestamp"}


def faults(node: Any, parts: Mapping[int, Value]) -> Iterator[Fault]:
    """What is wrong with a comparison; nothing for any other node. `parts` holds the value of each side by its id."""
    from sqlglot import exp

    if isinstance(node, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
        yield from _itself(node)
        yield from _pair(node, node.this, node.expression, parts)
    elif isinstance(node, exp.Between):
        for bound in (node.args["low"], node.args["high"]):
            yield from _pair(node, node.this, bound, parts)
    elif isinstance(node, exp.In):
        for one in node.expressions:
            yield from _pair(node, node.this, one, parts)
    elif isinstance(node, exp.Case):
        yield from _repeated(node)


def _itself(node: Any) -> Iterator[Fault]:
    if node.this == node.expression:
        what = f"`{node.this.sql('snowflake')}` is compared with itself."
        yield Fault(
            "comparison", offset(node), what, "the answer is always the same.", "compare it with what was meant"
        )


def _pair(node: Any, left: Any, right: Any, parts: Mapping[int, Value]) -> Iterator[Fault]:
    from sqlglot import exp

    if isinstance(left, exp.Null) or isinstance(right, exp.Null):
        fix = "write `IS NOT NULL`" if isinstance(node, exp.NEQ) else "write `IS NULL`"
        yield Fault("comparison", offset(node), "nothing equals NULL.", "so this is never true.", fix)
        return
    one, other = parts.get(id(left)), parts.get(id(right))
    if one is not None and other is not None and not _agree(left, one, right, other):
        words = [_said(side) for side in (one, other)]
        what = f"{words[0]} is compared with {words[1]}."
        why = "the warehouse reads the text as the other, and stops the load where it cannot."
        fix = "compare like with like: give the field its type in the mapping, or write TRY_CAST here"
        yield Fault("comparison", offset(node), what, why, fix)


def _agree(left: Any, one: Value, right: Any, other: Value) -> bool:
    families = {side.type.family if side.type else "null" for side in (one, other)}
    if len(families) == 1 or families & {"null", "variant"} or any(families <= alike for alike in _ALIKE):
        return True
    if "text" not in families:
        return False
    text = (left if one.type and one.type.family == "text" else right).unnest()
    return readable(text, next(family for family in families if family != "text"))


def readable(node: Any, family: str) -> bool:
    """A text in quotes that reads as a value of the family."""
    from sqlglot import exp

    form = _READABLE.get("number" if family == "float" else family)
    return isinstance(node, exp.Literal) and form is not None and form.fullmatch(node.name) is not None


def _said(value: Value) -> str:
    family = value.type.family if value.type else ""
    return _SAID.get(family, f"a {family}")


def _repeated(node: Any) -> Iterator[Fault]:
    """A branch that one before it has taken already."""
    asked = [branch.this for branch in node.args["ifs"]]
    for index, one in enumerate(asked):
        if one in asked[:index]:
            what = f"`WHEN {one.sql('snowflake')}` comes twice in this CASE."
            yield Fault("condition", offset(one), what, "the first one takes it.", "remove it, or ask something else")
