"""What a statement's columns are: from where each comes, of which type, and whether it may be empty.

Takes a parsed statement and the columns of what it may read. A type that cannot be told for certain is left open: the
transform then has to say it by a cast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pipeline.spec.snowflake_type import read as read_type
from pipeline.spec.wording import did_you_mean, listed, nearest, shown
from pipeline.validate.fault import Fault
from pipeline.validate.inference import Value, value_of
from pipeline.validate.statement import offset

if TYPE_CHECKING:
    from sqlglot import exp

Table = Mapping[str, Value]


@dataclass
class Scope:
    """The columns that one SELECT sees, by the name of what it reads; `outer` is what stands around it."""

    sources: dict[str, Table] = field(default_factory=dict)
    aliases: dict[str, Value] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    outer: Scope | None = None

    def find(self, name: str, source: str) -> Value | str:
        """The value, or why there is none: `unknown`, `ambiguous`, `source`."""
        if source:
            if source in self.sources:
                return self.sources[source].get(name, "unknown")
            return self.outer.find(name, source) if self.outer else "source"
        found = [table[name] for table in self.sources.values() if name in table]
        if len(found) > 1:
            return "ambiguous"
        if found or name in self.aliases:
            return self.narrowed(name, found[0] if found else self.aliases[name])
        return self.outer.find(name, source) if self.outer else "unknown"

    def narrowed(self, name: str, value: Value) -> Value:
        return replace(value, nullable=False) if name in self.filled else value

    def names(self) -> set[str]:
        return {name for table in self.sources.values() for name in table} | set(self.aliases)


class Reading:
    """One pass over a statement. `tables` are all that may be read; `faults` and `used` grow; `used` are landed columns."""

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
        for source, left in _sources(tree):
            self.add(scope, source, known, nullable=left)
        scope.filled = frozenset(_never_null(tree))
        return self.outputs(tree, scope, known)

    def inner(self, tree: Any, outer: Scope | None, known: Mapping[str, Table]) -> Table:
        from sqlglot import exp

        tree = tree.unnest()
        if isinstance(tree, exp.Select):
            return self.select(tree, outer, known)
        self.fault("statement", tree, "only a SELECT may stand in brackets.", fix="write one SELECT")
        return {}

    def add(self, scope: Scope, source: Any, known: Mapping[str, Table], *, nullable: bool) -> None:
        from sqlglot import exp

        named = isinstance(source, exp.Table)
        table = self.table(source.name.lower(), source, known) if named else self.inner(source, None, known)
        if nullable:
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
        self.fault("source", node, what, f"known here: {listed(every)}.", f"read `{nearest(name, every) or 'landed'}`")
        return {}

    def outputs(self, tree: exp.Select, scope: Scope, known: Mapping[str, Table]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for node in tree.expressions:
            if isinstance(node, _star()):
                self.star(node)
            value = self.value(node.unalias(), scope, known)
            name = node.alias_or_name.lower()
            found.setdefault(name, value)
            if node.alias:
                scope.aliases.setdefault(name, value)
        for clause in ("where", "group", "having", "qualify", "order"):
            if part := tree.args.get(clause):
                self.visit(part, scope, known)
        for join in tree.args.get("joins") or ():
            if condition := join.args.get("on"):
                self.value(condition, scope, known)
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
            return Value(columns[0].type if columns else None)
        if isinstance(node, exp.Select):
            self.select(node, scope, known)
            return Value(None)
        if isinstance(node, exp.Star):
            return Value(None, nullable=False)
        if isinstance(node, exp.Div | exp.Mod) and not _never_zero(node.expression):
            what, why = "the divisor may be zero.", "one such row stops the whole load."
            self.fault("division", node, what, why, f"divide by `NULLIF({node.expression.sql('snowflake')}, 0)`")
        parts = {id(child): self.value(child, scope, known) for child in node.iter_expressions()}
        return value_of(node, parts)

    def column(self, node: Any, scope: Scope) -> Value:
        name, source = node.name.lower(), node.table.lower()
        if not node.args.get("this") or isinstance(node.this, _star()):
            self.star(node)
            return Value(None)
        found = scope.find(name, source)
        if isinstance(found, Value):
            self.used.add((source, name))
            return found
        self.unknown(node, name, source, scope, found)
        return Value(None)

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


def table_of(columns: Mapping[str, tuple[str, bool]]) -> Table:
    """{name: (type, required)} as what a statement may read."""
    return {name: Value(read_type(kind), nullable=not required) for name, (kind, required) in columns.items()}


def _never_zero(node: Any) -> bool:
    """A number that is none, or NULLIF(…, 0)."""
    from sqlglot import exp

    node = node.unnest()
    if isinstance(node, exp.Literal) and not node.is_string:
        return any(digit in "123456789" for digit in node.name)
    zero = node.expression if isinstance(node, exp.Nullif) else None
    return isinstance(zero, exp.Literal) and zero.name == "0"


def _star() -> type:
    from sqlglot import exp

    return exp.Star


def _sources(tree: exp.Select) -> Iterator[tuple[Any, bool]]:
    """(what is read, may its row be missing) of FROM and each JOIN."""
    joins = tree.args.get("joins") or []
    sides = {str(join.side).upper() for join in joins}
    if tree.args.get("from_"):
        yield tree.args["from_"].this, bool(sides & {"RIGHT", "FULL"})
    for join in joins:
        yield join.this, str(join.side).upper() in ("LEFT", "FULL")


def _never_null(tree: exp.Select) -> Iterator[str]:
    """Columns of which WHERE says that they are filled."""
    from sqlglot import exp

    where = tree.args.get("where")
    for part in where.this.flatten() if where and isinstance(where.this, exp.And) else ([where.this] if where else ()):
        inner = part.unnest()
        if isinstance(inner, exp.Not) and isinstance(inner.this.unnest(), exp.Is):
            test = inner.this.unnest()
            if isinstance(test.this, exp.Column) and isinstance(test.expression, exp.Null):
                yield test.this.name.lower()
