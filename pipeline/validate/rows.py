"""What a transform does to row counts: one_to_one, filters, aggregates or explodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp


def effect(tree: exp.Select, keys: Mapping[str, tuple[str, ...]]) -> str:
    """`keys` are the primary keys of the tables that may be joined: a join on a whole key pairs a row at most once."""
    effects = {found for select in _selects(tree) for found in _effects(select, keys)}
    for word in ("explodes", "aggregates", "filters"):
        if word in effects:
            return word
    return "one_to_one"


def _selects(tree: exp.Select) -> Iterator[Any]:
    """The SELECT itself and those whose rows flow into it: WITH and brackets in FROM, not those in expressions."""
    from sqlglot import exp

    yield tree
    inner = [cte.this for cte in (tree.args["with_"].expressions if tree.args.get("with_") else ())]
    source = tree.args.get("from_")
    if source is not None and isinstance(source.this, exp.Subquery):
        inner.append(source.this.unnest())
    for select in inner:
        if isinstance(select, exp.Select):
            yield from _selects(select)


def _effects(select: Any, keys: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if select.args.get("group") or select.args.get("distinct") or _aggregates(select):
        yield "aggregates"
    if any(select.args.get(clause) for clause in ("where", "having", "qualify")):
        yield "filters"
    for join in select.args.get("joins") or ():
        if not _pairs_once(join, keys):
            yield "explodes"
        elif str(join.side).upper() != "LEFT":
            yield "filters"


def _aggregates(select: Any) -> bool:
    """An aggregate of this SELECT itself, not over a window and not of a SELECT inside."""
    from sqlglot import exp

    return any(
        isinstance(node, exp.AggFunc)
        and not isinstance(node.parent, exp.Window)
        and not isinstance(node.find_ancestor(exp.Window, exp.Select), exp.Window)
        and node.find_ancestor(exp.Select) is select
        for part in select.expressions
        for node in part.walk()
    )


def _pairs_once(join: Any, keys: Mapping[str, tuple[str, ...]]) -> bool:
    from sqlglot import exp

    key = keys.get(join.this.name.lower()) if isinstance(join.this, exp.Table) else None
    if not key or str(join.side).upper() in ("RIGHT", "FULL"):
        return False
    if using := join.args.get("using"):
        return set(key) <= {column.name.lower() for column in using}
    return set(key) <= set(_equal_columns(join.args["on"], join.this.alias_or_name.lower()))


def _equal_columns(condition: Any, table: str) -> Iterator[str]:
    """Columns of the table that the condition sets equal to something, by ANDs alone."""
    from sqlglot import exp

    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        test = part.unnest()
        if isinstance(test, exp.EQ):
            for side in (test.this, test.expression):
                if isinstance(side, exp.Column) and side.table.lower() == table:
                    yield side.name.lower()
