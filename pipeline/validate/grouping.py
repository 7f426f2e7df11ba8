"""Aggregates where they may stand: not in WHERE or ON, not in each other, and beside them only what is grouped by.

The warehouse would refuse such a statement at the first load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.spec.wording import listed
from pipeline.validate import rows
from pipeline.validate.fault import Fault
from pipeline.validate.statement import offset

_OWNER: Final = re.compile(r"\b[a-z_]\w*\.(?=[a-z_])")


def faults(tree: Any) -> Iterator[Fault]:
    """All of a statement, each of its SELECTs by itself."""
    from sqlglot import exp

    for select in tree.find_all(exp.Select):
        conditions = [select.args.get("where"), *(join.args.get("on") for join in select.args.get("joins") or ())]
        for condition in conditions:
            yield from _too_early(condition) if condition is not None else ()
        if select.args.get("group") or rows.aggregates(select):
            yield from _ungrouped(select)


def _too_early(condition: Any) -> Iterator[Fault]:
    """WHERE and ON see one row at a time."""
    from sqlglot import exp

    for node in _of_this_select(condition):
        if isinstance(node, exp.Window):
            what, fix = "a window is asked for before there is one.", "ask for it in QUALIFY"
        elif isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Window):
            what, fix = f"`{node.sql('snowflake')}` is asked for before rows are counted.", "ask for it in HAVING"
        else:
            continue
        yield Fault("grouping", offset(node), what, "WHERE and ON look at one row at a time.", fix)


def _of_this_select(node: Any) -> Iterator[Any]:
    from sqlglot import exp

    yield node
    for child in node.iter_expressions():
        if not isinstance(child, exp.Select | exp.Subquery):
            yield from _of_this_select(child)


def _ungrouped(select: Any) -> Iterator[Fault]:
    group = select.args.get("group")
    if group is not None and any(value for key, value in group.args.items() if key != "expressions"):
        return  # ALL groups by what the list shows; ROLLUP and its like do more than is known here
    keys = {_spelled(part) for part in rows.grouped_by(group, select)} if group is not None else set()
    known = keys | {node.alias.lower() for node in select.expressions if node.alias}
    having = select.args.get("having")
    asked = [*select.expressions, *([having.this] if having is not None else [])]
    bare = [column for node in asked for column in _bare(node, known)]
    if bare:
        names = list(dict.fromkeys(column.name.lower() for column in bare))
        what = f"{listed(names)} {'is' if len(names) == 1 else 'are'} neither grouped by nor inside of an aggregate."
        fix = f"add {', '.join(names)} to GROUP BY, or take one value of each group, as MAX({names[0]})"
        yield Fault("grouping", offset(bare[0]), what, "a group has many values of it.", fix)


def _spelled(text: str) -> str:
    """Without the tables: a column may be named with or without its own."""
    return _OWNER.sub("", text.lower())


def _bare(node: Any, known: set[str]) -> Iterator[Any]:
    """Columns that stand outside of aggregates and of what is grouped by."""
    from sqlglot import exp

    if isinstance(node, exp.Subquery | exp.Select | exp.Star | exp.WithinGroup) or _spelled(node.sql()) in known:
        return
    if isinstance(node, exp.Column):
        yield node
    elif not isinstance(node, exp.AggFunc) or isinstance(node.parent, exp.Window):
        for child in node.iter_expressions():
            yield from _bare(child, known)
