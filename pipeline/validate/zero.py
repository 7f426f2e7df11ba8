"""Which expressions are never zero, so that a division by them cannot fail."""

from __future__ import annotations

from typing import Any

from pipeline.validate import functions
from pipeline.validate.facts import number
from pipeline.validate.value import Parts, grouped, part


def never_zero(node: Any, parts: Parts) -> bool:
    """A number of digits, NULLIF(…, 0), COUNT(*) of a group, and what is made of such."""
    from sqlglot import exp

    if isinstance(node, exp.Literal | exp.Neg):
        return bool(number(node)) or (isinstance(node, exp.Neg) and not part(node.this, parts).zero)
    if isinstance(node, exp.Nullif):
        return number(node.expression) == 0
    if isinstance(node, exp.Mul):
        return not any(part(side, parts).zero for side in (node.this, node.expression))
    if isinstance(node, exp.Add):
        sides = (node.this.unnest(), node.expression.unnest())
        return any(_at_least(a, 1) and _at_least(b, 0) for a, b in (sides, sides[::-1]))
    if isinstance(node, exp.Count):
        return isinstance(node.this, exp.Star) and grouped(node)
    if isinstance(node, exp.Cast | exp.Paren | exp.Window | exp.Abs):
        return not part(node.this, parts).zero
    return isinstance(node, functions.positive())


def _at_least(node: Any, bound: int) -> bool:
    """Surely 1, or 0, or more."""
    found = number(node)
    if found is not None:
        return found >= bound
    return isinstance(node, functions.positive() if bound else (*functions.positive(), *functions.not_negative()))
