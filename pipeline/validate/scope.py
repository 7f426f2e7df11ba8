"""What one SELECT sees: the columns of what it reads, and what its conditions have made sure of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.spec.snowflake_type import read as read_type
from pipeline.validate.facts import NOTHING, Facts, held
from pipeline.validate.inference import NULL
from pipeline.validate.value import Value

if TYPE_CHECKING:
    from sqlglot import exp

Table = Mapping[str, Value]
ANYTHING: Final = Value(NULL, nullable=False, zero=False)  # of what was told as wrong already: nothing follows from it


class _AnyTable(dict[str, Value]):
    """A table whose columns nobody knows, for its own file is broken, or there is none: every name may be one."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, _: str) -> Value:
        return ANYTHING


ANY_TABLE: Final[Table] = _AnyTable()


@dataclass
class Scope:
    """The columns that one SELECT sees, by the name of what it reads; `outer` is what stands around it.

    `facts` is what a condition has already made sure of, at this place.
    """

    sources: dict[str, Table] = field(default_factory=dict)
    aliases: dict[str, Value] = field(default_factory=dict)
    facts: Facts = NOTHING
    outer: Scope | None = None

    def find(self, name: str, source: str) -> Value | str:
        """The value, or why there is none: `unknown`, `ambiguous`, `source`."""
        if source:
            if (table := self.sources.get(source)) is not None:
                known = name in table
                return table[name] if known else "unknown"
            return self.outer.find(name, source) if self.outer else "source"
        found = [table[name] for table in self.sources.values() if name in table]
        if len(found) > 1:
            return ANYTHING if any(table is ANY_TABLE for table in self.sources.values()) else "ambiguous"
        if found or name in self.aliases:
            return found[0] if found else self.aliases[name]
        return self.outer.find(name, source) if self.outer else "unknown"

    def assuming(self, facts: Facts) -> Scope:
        """The same columns where these facts hold."""
        return replace(self, facts=self.facts | facts) if facts else self

    def narrowed(self, node: Any, value: Value) -> Value:
        if not self.facts or not (value.nullable or value.zero):
            return value
        text = self.spelled(node)
        nullable, zero = text not in self.facts.filled, text not in self.facts.nonzero
        return replace(value, nullable=value.nullable and nullable, zero=value.zero and zero)

    def spelled(self, node: Any) -> str:
        """An expression as text; a column with the one table that has it, named or not."""
        from sqlglot import exp

        node = node.unnest()
        if not isinstance(node, exp.Column):
            return str(node.sql("snowflake")).lower()
        name, table = node.name.lower(), node.table.lower()
        owners = [table] if table else [source for source, columns in self.sources.items() if name in columns]
        return f"{owners[0] if len(owners) == 1 else ''}.{name}"

    def names(self) -> set[str]:
        return {name for table in self.sources.values() for name in table} | set(self.aliases)


def table_of(name: str, columns: Mapping[str, tuple[str, bool]]) -> Table:
    """{column: (type, required)} as what a statement may read under this name."""
    return {
        column: Value(read_type(kind), nullable=not required, sources=frozenset({(name, column)}))
        for column, (kind, required) in columns.items()
    }


def sources(tree: exp.Select) -> Iterator[tuple[Any, bool]]:
    """(what is read, may its row be missing) of FROM and each JOIN."""
    joins = tree.args.get("joins") or []
    sides = {str(join.side).upper() for join in joins}
    if tree.args.get("from_"):
        yield tree.args["from_"].this, bool(sides & {"RIGHT", "FULL"})
    for join in joins:
        yield join.this, str(join.side).upper() in ("LEFT", "FULL")


def joined_facts(tree: exp.Select, scope: Scope) -> Facts:
    """What WHERE and the conditions of inner joins make sure of."""
    joins = [join for join in tree.args.get("joins") or () if not join.side and join.args.get("on")]
    facts = let_through(tree, ("where",), scope)
    for join in joins:
        facts |= held(join.args["on"], scope.spelled)
    return facts


def let_through(tree: exp.Select, clauses: tuple[str, ...], scope: Scope) -> Facts:
    facts = scope.facts
    for clause in clauses:
        if part := tree.args.get(clause):
            facts |= held(part.this, scope.spelled)
    return facts
