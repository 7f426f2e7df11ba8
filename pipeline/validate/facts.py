"""What a condition says of the values in it: filled, or not zero, where it holds and where it does not.

So a CASE, an IFF or a WHERE that guards a division or an empty value is understood as its author meant it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

# an expression as text, the same for each way to name one column
Spelling = Callable[[Any], str]


@dataclass(frozen=True)
class Facts:
    """Expressions by their spelling that are not NULL, and that are NULL or a number other than zero."""

    filled: frozenset[str] = frozenset()
    nonzero: frozenset[str] = frozenset()

    def __or__(self, other: Facts) -> Facts:
        return Facts(self.filled | other.filled, self.nonzero | other.nonzero)

    def __and__(self, other: Facts) -> Facts:
        return Facts(self.filled & other.filled, self.nonzero & other.nonzero)

    def __bool__(self) -> bool:
        return bool(self.filled or self.nonzero)


NOTHING: Final = Facts()


def held(condition: Any, spelled: Spelling) -> Facts:
    """What is so where the condition is true."""
    from sqlglot import exp

    node = condition.unnest()
    if isinstance(node, exp.And):
        return held(node.this, spelled) | held(node.expression, spelled)
    if isinstance(node, exp.Or):
        return held(node.this, spelled) & held(node.expression, spelled)
    if isinstance(node, exp.Not):
        inner = node.this.unnest()
        return failed(inner, spelled) | Facts(frozenset(_operands(inner, spelled)))
    return Facts(frozenset(_operands(node, spelled)), frozenset(_nonzero(node, spelled)))


def failed(condition: Any, spelled: Spelling) -> Facts:
    """What is so where the condition is not true: false, or unknown for want of a value."""
    from sqlglot import exp

    node = condition.unnest()
    if isinstance(node, exp.Or):
        return failed(node.this, spelled) | failed(node.expression, spelled)
    if isinstance(node, exp.And):
        return failed(node.this, spelled) & failed(node.expression, spelled)
    if isinstance(node, exp.Not):
        inner = held(node.this, spelled)
        return inner if _is_null(node.this.unnest()) else Facts(nonzero=inner.nonzero)
    if _is_null(node):
        return Facts(frozenset(_strict(node.this, spelled)))
    return Facts(nonzero=frozenset(_nonzero(node, spelled, opposite=True)))


def _is_null(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)


def _operands(node: Any, spelled: Spelling) -> Iterator[str]:
    """What cannot be NULL where this comparison is true, or false."""
    from sqlglot import exp

    if isinstance(node, exp.Column):
        yield spelled(node)
    elif isinstance(node, exp.In | exp.Between):
        yield from _strict(node.this, spelled)
    elif isinstance(node, exp.Binary) and isinstance(node, exp.Predicate) and not isinstance(node, _indifferent()):
        yield from _strict(node.this, spelled)
        yield from _strict(node.expression, spelled)


@cache
def _indifferent() -> tuple[type, ...]:
    """Comparisons that also answer about NULL."""
    from sqlglot import exp

    return (exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)


def _strict(node: Any, spelled: Spelling) -> Iterator[str]:
    """The expression, and those in it without which it would be NULL itself."""
    from sqlglot import exp

    node = node.unnest()
    yield spelled(node)
    if isinstance(
        node, exp.Cast | exp.Neg | exp.Abs | exp.Upper | exp.Lower | exp.Length | exp.Add | exp.Sub | exp.Mul
    ):
        for child in node.iter_expressions():
            if not isinstance(child, exp.DataType):
                yield from _strict(child, spelled)


@cache
def _comparisons() -> dict[type, tuple[type, type]]:
    """Each comparison with that of the sides exchanged, and with its opposite."""
    from sqlglot import exp

    return {
        exp.EQ: (exp.EQ, exp.NEQ),
        exp.NEQ: (exp.NEQ, exp.EQ),
        exp.GT: (exp.LT, exp.LTE),
        exp.GTE: (exp.LTE, exp.LT),
        exp.LT: (exp.GT, exp.GTE),
        exp.LTE: (exp.GTE, exp.GT),
    }


def _nonzero(node: Any, spelled: Spelling, *, opposite: bool = False) -> Iterator[str]:
    """Of a comparison with a number: the side that then is not zero."""
    kind = type(node)
    if kind not in _comparisons():
        yield from () if opposite else _nonzero_in(node, spelled)
        return
    for side, other, turn in (
        (node.this, node.expression, kind),
        (node.expression, node.this, _comparisons()[kind][0]),
    ):
        bound = number(other)
        if bound is not None and _excludes_zero(_comparisons()[turn][1] if opposite else turn, bound):
            yield from _shifted(side.unnest(), spelled)


def _shifted(node: Any, spelled: Spelling) -> Iterator[str]:
    """`ABS(x) > 0` says it of x, too."""
    from sqlglot import exp

    yield spelled(node)
    if isinstance(node, exp.Abs | exp.Neg):
        yield from _shifted(node.this.unnest(), spelled)


def _nonzero_in(node: Any, spelled: Spelling) -> Iterator[str]:
    """`x BETWEEN 1 AND 9`, `x IN (1, 2)`."""
    from sqlglot import exp

    if isinstance(node, exp.Between):
        low, high = number(node.args["low"]), number(node.args["high"])
        if (low is not None and low > 0) or (high is not None and high < 0):
            yield spelled(node.this.unnest())
    elif isinstance(node, exp.In) and node.expressions and all(number(one) for one in node.expressions):
        yield spelled(node.this.unnest())


def _excludes_zero(kind: type, bound: Decimal) -> bool:
    from sqlglot import exp

    tests: dict[type, bool] = {
        exp.EQ: bound != 0,
        exp.NEQ: bound == 0,
        exp.GT: bound >= 0,
        exp.GTE: bound > 0,
        exp.LT: bound <= 0,
        exp.LTE: bound < 0,
    }
    return tests[kind]


def number(node: Any) -> Decimal | None:
    """The number that stands there in digits, or None."""
    from sqlglot import exp

    node = node.unnest()
    if isinstance(node, exp.Neg):
        inner = number(node.this)
        return None if inner is None else -inner
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    try:
        return Decimal(node.name)
    except InvalidOperation:
        return None
