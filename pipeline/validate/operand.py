"""Parts of an expression that do not go together: text in arithmetic, branches of different kinds.

The warehouse would read the text as a number, and stop the load where it cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.spec.wording import listed
from pipeline.validate.comparison import readable
from pipeline.validate.fault import Fault
from pipeline.validate.inference import branches_of
from pipeline.validate.statement import offset
from pipeline.validate.value import Parts, part

_ALIKE = ({"number", "float"}, {"date", "timestamp", "timestamp_tz"})
_SAID = {"text": "text", "variant": "an object", "timestamp_tz": "a timestamp", "float": "a number"}


def faults(node: Any, parts: Parts) -> Iterator[Fault]:
    """What is wrong with one node; `parts` holds the value of each direct part by its id."""
    from sqlglot import exp

    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod):
        sides = (node.this, node.expression)
        texts = [one for one in sides if _family(one, parts) == "text" and not readable(one.unnest(), "number")]
        if texts:
            fix = "join texts by `||`" if isinstance(node, exp.Add) else "give the field its type in the mapping"
            yield _fault(texts[0], f"`{texts[0].sql('snowflake')}` is text, and this is arithmetic.", fix)
    elif isinstance(node, exp.Sum | exp.Avg) and _family(node.this, parts) == "text":
        yield _fault(node, f"`{node.sql('snowflake')}` adds up text.", "give the field its type in the mapping")
    elif branches := branches_of(node):
        others = {_family(branch, parts) for branch in branches} - {"", "null", "text"}
        meant = [branch for branch in branches if not any(readable(_given(branch), family) for family in others)]
        families = others | ({_family(branch, parts) for branch in meant} - {"", "null"})
        if len(families) > 1 and not any(families <= alike for alike in _ALIKE):
            said = listed(sorted({_SAID.get(family, f"a {family}") for family in families}))
            fix = "let all of them give one kind of value, by a cast where it is needed"
            yield _fault(node, f"its branches give different kinds of values: {said.replace('`', '')}.", fix)


def _fault(node: Any, what: str, fix: str) -> Fault:
    why = "the warehouse reads one as the other, and stops the load where it cannot."
    return Fault("operand", offset(node), what, why, fix)


def _given(branch: Any) -> Any:
    """What a WHEN … THEN gives, or the branch itself."""
    return (branch.args.get("true") or branch).unnest()


def _family(node: Any, parts: Parts) -> str:
    kind = part(node, parts).type
    return kind.family if kind else ""
