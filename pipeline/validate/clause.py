"""Clauses that do other than they seem to: a join that links nothing, a condition that looks at no row, an order left to chance.

Each takes one node of a parsed statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pipeline.validate.fault import Fault
from pipeline.validate.statement import offset


def faults(tree: Any) -> Iterator[Fault]:
    """All of a statement."""
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.Join):
            yield from _join(node)
        elif isinstance(node, exp.Where | exp.Having | exp.Qualify):
            yield from _condition(node)
        elif isinstance(node, exp.Window | exp.GroupConcat | exp.ArrayAgg):
            yield from _order(node)


def _join(node: Any) -> Iterator[Fault]:
    """CROSS JOIN says that it means it; `rows: explodes` then says it of the pipeline."""
    condition, table = node.args.get("on"), node.this.alias_or_name.lower()
    if node.args.get("using") or str(node.kind).upper() == "CROSS" or (condition and _links(condition, table)):
        return
    what, fix = "the join pairs every row with every row.", "add ON with the columns that belong together"
    why = (
        f"its condition compares no column of `{table}` with another table's." if condition else "it has no condition."
    )
    yield Fault("cross_join", offset(node), what, why, fix)


def _links(condition: Any, table: str) -> bool:
    """Some test of a join's condition is about the joined table and another; a column without its table may be of either."""
    from sqlglot import exp

    for test in _tests(condition):
        owners = [column.table.lower() for column in test.find_all(exp.Column)]
        if len(owners) > 1 and {table, ""} & set(owners) and set(owners) != {table}:
            return True
    return False


def _tests(condition: Any) -> Iterator[Any]:
    """The tests between AND, OR and NOT."""
    from sqlglot import exp

    node = condition.unnest()
    parts = [node.this, node.expression] if isinstance(node, exp.Connector) else []
    parts += [node.this] if isinstance(node, exp.Not) else []
    for part in parts:
        yield from _tests(part)
    if not parts:
        yield node


def _condition(clause: Any) -> Iterator[Fault]:
    from sqlglot import exp

    seen = (exp.Column, exp.AggFunc, exp.Star, exp.Subquery, exp.Exists, exp.Window)
    if not any(isinstance(node, seen) for node in clause.walk()):
        what, why = "the condition looks at no column.", "it keeps every row, or none."
        yield Fault("condition", offset(clause), what, why, "remove it, or ask for a column's value")


@cache
def _ordered() -> tuple[type, ...]:
    """Window functions whose answer is made by the order of rows."""
    from sqlglot import exp

    ranks = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
    return (*ranks, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)


def _order(node: Any) -> Iterator[Fault]:
    """Without ORDER BY the rows come as they like, and a replay gives others."""
    from sqlglot import exp

    why = "without an order a replay may give other rows."
    if isinstance(node, exp.Window):
        called: Any = node.this.args["this"] if isinstance(node.this, exp.IgnoreNulls | exp.RespectNulls) else node.this
        if isinstance(called, exp.Func) and isinstance(called, _ordered()) and not node.args.get("order"):
            what = f"`{called.sql_name()}` is told no order."
            yield Fault("unsteady", offset(node), what, why, "add ORDER BY to its OVER (…)")
    elif not isinstance(node.this, exp.Order) and not isinstance(node.parent, exp.WithinGroup):
        name = "LISTAGG" if isinstance(node, exp.GroupConcat) else "ARRAY_AGG"
        fix = f"add WITHIN GROUP (ORDER BY …) to `{name}`"
        yield Fault("unsteady", offset(node), f"`{name}` is told no order.", why, fix)
