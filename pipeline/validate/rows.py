"""What a transform does to row counts: one_to_one, filters, aggregates or explodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

Keys = Mapping[str, tuple[str, ...]]


def effect(tree: exp.Select, keys: Keys) -> str:
    """`keys` are the primary keys of the tables that may be joined: a join on a whole key pairs a row at most once."""
    effects = set(_flow(tree, keys, {}))
    for word in ("explodes", "aggregates", "filters"):
        if word in effects:
            return word
    return "one_to_one"


def _flow(select: Any, keys: Keys, within: Mapping[str, Any]) -> Iterator[str]:
    """What happens to the rows on their way: in the SELECT, and before in what its FROM reads.

    `within` are the SELECTs of the WITH around it by their names.
    """
    from sqlglot import exp

    for cte in select.args["with_"].expressions if select.args.get("with_") else ():
        name, inner = cte.alias.lower(), cte.this.unnest()
        key = unique(inner, keys)
        keys = {other: known for other, known in keys.items() if other != name} | ({} if key is None else {name: key})
        within = {**within, name: inner}
    yield from _effects(select, keys)
    source = select.args.get("from_")
    node = source.this if source is not None else exp.Table()
    inner = node.unnest() if isinstance(node, exp.Subquery) else within.get(node.name.lower())
    if isinstance(inner, exp.Select):
        yield from _flow(inner, keys, {name: one for name, one in within.items() if one is not inner})


def unique(select: Any, keys: Keys) -> tuple[str, ...] | None:
    """Columns of a SELECT of which each value comes once; none at all where it gives one row."""
    from sqlglot import exp

    if not isinstance(select, exp.Select):
        return None
    names = {node.unalias().sql().lower(): node.alias_or_name.lower() for node in select.expressions}
    if group := select.args.get("group"):
        return _named(names, grouped_by(group, select)) if not group.args.get("all") else None
    if aggregates(select):
        return ()
    if select.args.get("distinct"):
        return tuple(names.values())
    first = _first_of_each(select.args.get("qualify"))
    if first is not None:
        return _named(names, first)
    return _inherited(select, names, keys)


def _named(names: Mapping[str, str], parts: list[str]) -> tuple[str, ...] | None:
    """The result's names of these expressions, if it shows them all."""
    return tuple(names[part] for part in parts) if set(parts) <= set(names) else None


def grouped_by(group: Any, select: Any) -> list[str]:
    """The expressions of GROUP BY; a number or an alias stands for a column of the list."""
    aliases = {node.alias.lower(): node.unalias().sql().lower() for node in select.expressions if node.alias}
    found = []
    for part in group.expressions:
        place = int(part.name) if not part.name.strip("0123456789") and part.name else 0
        text = part.sql().lower()
        in_list = 0 < place <= len(select.expressions)
        found.append(select.expressions[place - 1].unalias().sql().lower() if in_list else aliases.get(text, text))
    return found


def _first_of_each(qualify: Any) -> list[str] | None:
    """QUALIFY ROW_NUMBER() OVER (PARTITION BY a, b ORDER BY …) = 1: one row of each (a, b)."""
    from sqlglot import exp

    tests = _conjuncts(qualify.this) if qualify is not None else ()
    for test in tests:
        window, place = (test.this, test.expression) if isinstance(test, exp.EQ) else (None, None)
        if isinstance(window, exp.Window) and isinstance(window.this, exp.RowNumber) and place == exp.Literal.number(1):
            return [part.sql().lower() for part in window.args.get("partition_by") or ()]
    return None


def _inherited(select: Any, names: Mapping[str, str], keys: Keys) -> tuple[str, ...] | None:
    """Of one table without joins: its own key, where the list shows it."""
    from sqlglot import exp

    source = select.args.get("from_")
    table = source.this if source is not None and isinstance(source.this, exp.Table) else None
    if table is None or select.args.get("joins") or table.name.lower() not in keys:
        return None
    shown = {text.rpartition(".")[2]: name for text, name in names.items()}
    return _named(shown, list(keys[table.name.lower()]))


def _effects(select: Any, keys: Keys) -> Iterator[str]:
    if select.args.get("group") or select.args.get("distinct") or aggregates(select):
        yield "aggregates"
    if any(select.args.get(clause) for clause in ("where", "having", "qualify")):
        yield "filters"
    for join in select.args.get("joins") or ():
        side = str(join.side).upper()
        if not _pairs_once(join, keys):
            yield "explodes"
        elif side != "LEFT" and str(join.kind).upper() != "CROSS":
            yield "filters"


def aggregates(select: Any) -> bool:
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


def _pairs_once(join: Any, keys: Keys) -> bool:
    from sqlglot import exp

    if isinstance(join.this, exp.Subquery):
        key = unique(join.this.unnest(), keys)
    else:
        key = keys.get(join.this.name.lower()) if isinstance(join.this, exp.Table) else None
    if key is None or str(join.side).upper() in ("RIGHT", "FULL"):
        return False
    if using := join.args.get("using"):
        return set(key) <= {column.name.lower() for column in using}
    condition = join.args.get("on")
    return set(key) <= set(_equal_columns(condition, join.this.alias_or_name.lower()) if condition else ())


def _conjuncts(condition: Any) -> list[Any]:
    from sqlglot import exp

    node = condition.unnest()
    return [part.unnest() for part in (node.flatten() if isinstance(node, exp.And) else [node])]


def _equal_columns(condition: Any, table: str) -> Iterator[str]:
    """Columns of the table that the condition sets equal to something of elsewhere, by ANDs alone."""
    from sqlglot import exp

    for test in _conjuncts(condition):
        sides = (test.this, test.expression) if isinstance(test, exp.EQ) else ()
        for side, other in zip(sides, sides[::-1], strict=True):
            own = any(column.table.lower() == table for column in other.find_all(exp.Column)) if sides else False
            if isinstance(side, exp.Column) and side.table.lower() == table and not own:
                yield side.name.lower()
