"""What a statement's columns are: from where each comes, of which type, and whether it may be empty.

Takes a parsed statement and the columns of what it may read. A type that cannot be told for certain is left open: the
transform then has to say it by a cast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.spec.wording import did_you_mean, listed, nearest, shown
from pipeline.validate import comparison, narrowing, operand
from pipeline.validate.facts import failed, held
from pipeline.validate.fault import Fault
from pipeline.validate.inference import value_of
from pipeline.validate.scope import ANY_TABLE, ANYTHING, Scope, Table, joined_facts, let_through, sources
from pipeline.validate.statement import offset
from pipeline.validate.value import Value

if TYPE_CHECKING:
    from sqlglot import exp


class Reading:
    """One pass over a statement. `tables` are all that may be read; `faults` and `used`, the (table, column) read, grow."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.faults: list[Fault] = []
        self.used: set[tuple[str, str]] = set()
        self.read: set[str] = set()

    def select(
        self, tree: exp.Select, outer: Scope | None = None, known: Mapping[str, Table] | None = None
    ) -> dict[str, Value]:
        """The columns of a SELECT in order; a name that comes twice is kept once."""
        known = dict(known or {})
        for cte in tree.args["with_"].expressions if tree.args.get("with_") else ():
            known[cte.alias.lower()] = self.inner(cte.this, outer, known)
        scope = Scope(outer=outer)
        for source, left in sources(tree):
            self.add(scope, source, known, nullable=left)
        for join in tree.args.get("joins") or ():
            if condition := join.args.get("on"):
                self.value(condition, scope, known)
        return self.outputs(tree, scope, known)

    def inner(self, tree: Any, outer: Scope | None, known: Mapping[str, Table]) -> Table:
        from sqlglot import exp

        tree = tree.unnest()
        if isinstance(tree, exp.Select):
            return self.select(tree, outer, known)
        self.fault("statement", tree, "only a SELECT may stand in brackets.", fix="write one SELECT")
        return ANY_TABLE

    def add(self, scope: Scope, source: Any, known: Mapping[str, Table], *, nullable: bool) -> None:
        from sqlglot import exp

        named = isinstance(source, exp.Table)
        table = self.table(source.name.lower(), source, known) if named else self.inner(source, None, known)
        if nullable and table is not ANY_TABLE:
            table = {name: replace(value, nullable=True) for name, value in table.items()}
        scope.sources[source.alias_or_name.lower()] = table

    def table(self, name: str, node: Any, known: Mapping[str, Table]) -> Table:
        if name in known:
            return known[name]
        if name in self.tables:
            self.read.add(name)
            return self.tables[name]
        every = sorted({*self.tables, *known})
        what = f"there is no table {shown(name)} to read.{did_you_mean(name, every)}"
        self.fault("source", node, what, f"known here: {listed(every)}.", _read_instead(nearest(name, every)))
        return ANY_TABLE

    def outputs(self, tree: exp.Select, scope: Scope, known: Mapping[str, Table]) -> dict[str, Value]:
        """A row stands here when its joins and WHERE let it through, a group when HAVING did, so their facts hold."""
        found: dict[str, Value] = {}
        within = scope.assuming(let_through(tree, ("having", "qualify"), scope.assuming(joined_facts(tree, scope))))
        for node in tree.expressions:
            if _is_star(node):
                self.star(node)
                found |= _every(scope, node)
                continue
            value = self.value(node.unalias(), within, known)
            name = node.alias_or_name.lower()
            found.setdefault(name, value)
            if node.alias:
                scope.aliases.setdefault(name, value)
        for clause in ("where", "group", "having", "qualify", "order"):
            if part := tree.args.get(clause):
                self.visit(part, scope if clause == "where" else within, known)
        return found

    def visit(self, node: Any, scope: Scope, known: Mapping[str, Table]) -> None:
        for child in node.iter_expressions():
            self.value(child, scope, known)

    def value(self, node: Any, scope: Scope, known: Mapping[str, Table]) -> Value:
        """Type and nullability of an expression; every column in it is looked up on the way."""
        from sqlglot import exp

        if isinstance(node, exp.Column):
            return self.column(node, scope)
        if isinstance(node, exp.Subquery):
            columns = list(self.inner(node, scope, known).values())
            return Value(columns[0].type, sources=columns[0].sources) if columns else Value(None)
        if isinstance(node, exp.Select):
            self.select(node, scope, known)
            return Value(None)
        if isinstance(node, exp.Star):
            return Value(None, nullable=False)
        parts = {id(child): value for child, value in self.parts(node, scope, known)}
        if isinstance(node, exp.Div | exp.Mod) and parts[id(node.expression)].zero and not _is_div0(node):
            what, why = "the divisor may be zero.", "one such row stops the whole load."
            self.fault("division", node, what, why, f"divide by `NULLIF({node.expression.sql('snowflake')}, 0)`")
        found = value_of(node, parts)
        self.faults += comparison.faults(node, parts)
        if wrong := list(operand.faults(node, parts)):
            self.faults += wrong
            return ANYTHING
        if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
            self.faults += narrowing.faults(node, parts, found.type)
        return scope.narrowed(node, found)

    def parts(self, node: Any, scope: Scope, known: Mapping[str, Table]) -> Iterator[tuple[Any, Value]]:
        """Each direct part with its value. A branch is only reached where its condition holds and those before did not."""
        from sqlglot import exp

        if isinstance(node, exp.Case):
            yield from self.branches(node, scope, known)
        elif isinstance(node, exp.If) and not (isinstance(node.parent, exp.Case) and node.parent.this):
            yield node.this, self.value(node.this, scope, known)
            for word, facts in (("true", held), ("false", failed)):
                if (part := node.args.get(word)) is not None:
                    yield part, self.value(part, scope.assuming(facts(node.this, scope.spelled)), known)
        else:
            yield from ((child, self.value(child, scope, known)) for child in node.iter_expressions())

    def branches(self, node: Any, scope: Scope, known: Mapping[str, Table]) -> Iterator[tuple[Any, Value]]:
        """`CASE x WHEN 1 THEN …` asks `x = 1`."""
        from sqlglot import exp

        if node.this:
            yield node.this, self.value(node.this, scope, known)
        for branch in node.args["ifs"]:
            asked = exp.EQ(this=node.this.copy(), expression=branch.this.copy()) if node.this else branch.this
            yield branch, self.value(branch, scope.assuming(held(asked, scope.spelled)) if node.this else scope, known)
            scope = scope.assuming(failed(asked, scope.spelled))
        if (default := node.args.get("default")) is not None:
            yield default, self.value(default, scope, known)

    def column(self, node: Any, scope: Scope) -> Value:
        if _is_star(node):
            self.star(node)
            return Value(None)
        name, source = node.name.lower(), node.table.lower()
        found = scope.find(name, source)
        if isinstance(found, Value):
            self.used |= found.sources
            return scope.narrowed(node, found)
        self.unknown(node, name, source, scope, found)
        return ANYTHING

    def star(self, node: Any) -> None:
        what, why = "`*` stands for columns that nobody named.", "a new source field would come with it."
        self.fault("star", node, what, why, "name each column")

    def unknown(self, node: Any, name: str, source: str, scope: Scope, reason: str) -> None:
        if reason == "ambiguous":
            self.fault(
                "column_ambiguous",
                node,
                f"`{name}` stands in more than one table.",
                fix=f"write the table before: t.{name}",
            )
            return
        if reason == "source":
            fix = f"write one of {listed(sorted(scope.sources))}"
            self.fault("source", node, f"nothing that is read here is called {shown(source)}.", fix=fix)
            return
        every = sorted(scope.sources.get(source, {}) if source else scope.names())
        close = nearest(name, every)
        fix = f"write `{close}`, or map a field to `{name}`" if close else f"map a field to `{name}`, or remove it"
        what = f"no column {shown(name)} is landed.{did_you_mean(name, every)}"
        self.fault("column_unknown", node, what, f"known here: {listed(every[:40])}.", fix)

    def fault(self, rule: str, node: Any, what: str, why: str = "", fix: str = "") -> None:
        self.faults.append(Fault(rule, offset(node), what, why, fix))


def _read_instead(close: str | None) -> str:
    return f"read `landed`, where a run's rows are, or `{close}`" if close not in (None, "landed") else "read `landed`"


def _every(scope: Scope, star: Any) -> dict[str, Value]:
    """What `*` or `t.*` stands for, so that it is told once and nothing of what follows from it."""
    named = getattr(star, "table", "").lower()
    tables = [table for source, table in scope.sources.items() if named in ("", source)]
    return {name: value for table in tables for name, value in table.items()}


def _is_div0(node: Any) -> bool:
    """The parser spells DIV0(a, b) as `IFF(b = 0 AND a IS NOT NULL, 0, a / b)`."""
    from sqlglot import exp

    choice = node.parent
    zero = exp.EQ(this=node.expression.copy(), expression=exp.Literal.number(0))
    filled = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    asked = exp.And(this=zero, expression=filled)
    return isinstance(choice, exp.If) and choice.args.get("false") is node and choice.this == asked


def _is_star(node: Any) -> bool:
    """`*` or `t.*`"""
    from sqlglot import exp

    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
