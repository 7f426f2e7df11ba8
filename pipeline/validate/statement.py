"""One SELECT that is safe to run: parsed within bounds, made of allowed parts only.

Takes text, touches nothing. What is wrong comes back as faults with their offset in the text; whoever knows the file turns
them into findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.spec.wording import shown
from pipeline.validate import vocabulary
from pipeline.validate.fault import Fault
from pipeline.validate.tokens import spans_of, tokens_of, word_faults

if TYPE_CHECKING:
    from sqlglot import exp

MAX_DEPTH: Final = 120


@dataclass(frozen=True)
class Projection:
    """One column of the result: its name (empty where it has none), expression, and where its text starts and ends."""

    name: str
    node: exp.Expression
    start: int
    end: int


@dataclass(frozen=True)
class Statement:
    """A parsed SELECT with its projections in order."""

    sql: str
    tree: exp.Select
    projections: tuple[Projection, ...]

    @property
    def stars(self) -> bool:
        """A `*` among its columns: which they are cannot be told."""
        return any(projection.name == "*" for projection in self.projections)

    @property
    def tables(self) -> set[str]:
        """What it reads by name, parts of its own WITH included."""
        from sqlglot import exp

        return {node.name.lower() for node in self.tree.find_all(exp.Table)}

    def table(self, name: str) -> int:
        """Where a table is first read."""
        from sqlglot import exp

        return min((offset(node) for node in self.tree.find_all(exp.Table) if node.name.lower() == name), default=0)

    def text(self, projection: Projection) -> str:
        """The expression as it is written, without its alias."""
        return self.sql[projection.start : projection.end]


def read(sql: str) -> tuple[Statement | None, list[Fault]]:
    """The statement of a text, and what is wrong with it; None where nothing more can be said."""
    tokens, faults = tokens_of(sql)
    if faults:
        return None, faults
    faults = [*word_faults(tokens)]
    tree, more = _parsed(sql)
    if tree is None or faults:
        return None, [*faults, *([] if faults else more)]
    if more := list(_node_faults(tree)):
        return None, more
    spans = list(spans_of(tokens))
    if not spans or len(spans) != len(tree.expressions):
        return None, [
            Fault(
                "syntax", 0, "the columns cannot be told apart.", fix="put a comma between columns, none after the last"
            )
        ]
    return Statement(sql, tree, tuple(_projections(tree, spans))), []


def offset(node: Any) -> int:
    """Where the first word of a node that has a place stands."""
    starts = [start for part in node.walk() if (start := part.meta.get("start")) is not None]
    return int(min(starts, default=0))


def _offset_of_clause(select: Any, clause: str) -> int:
    """Where a clause starts: it is one node, several of them, or a word alone, which has no place of its own."""
    value = select.args[clause]
    parts = [part for part in (value if isinstance(value, list) else [value]) if hasattr(part, "walk")]
    return min((start for part in parts if (start := offset(part))), default=offset(select))


def _parsed(sql: str) -> tuple[exp.Select | None, list[Fault]]:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    try:
        trees = sqlglot.parse(sql, dialect="snowflake")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        start = _offset_of(sql, first.get("line", 1), first.get("col", 1))
        near = f" near {shown(first.get('highlight'))}" if first.get("highlight") else ""
        if str(first.get("start_context", "")).rstrip().endswith("::"):
            fix = "write a type of Snowflake's, with its sizes: NUMBER(19, 4), VARCHAR(50), DATE"
            return None, [Fault("syntax", start, f"{shown(first.get('highlight'))} is no type.", fix=fix)]
        return None, [
            Fault("syntax", start, f"the SQL cannot be read{near}.", fix="check commas, brackets and words before it")
        ]
    except (RecursionError, SqlglotError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        # the parser's own bugs on hostile text: it could not be read, which is all that matters here
        return None, [Fault("syntax", 0, "the SQL cannot be read.", fix="say it more plainly")]
    found = [tree for tree in trees if tree is not None]
    if len(found) == 1 and isinstance(found[0], sqlglot.exp.Select):
        return found[0], []
    what, fix = "this is not one SELECT.", "write one SELECT"
    if len(found) == 1 and isinstance(found[0], sqlglot.exp.SetOperation):
        what = f"`{type(found[0]).__name__.upper()}` puts two SELECTs together."
        fix = "write one SELECT; what comes in files of another form fills a table of its own"
    return None, [Fault("statement", 0, what, "one SELECT is all that is run.", fix)]


def _offset_of(sql: str, line: int, column: int) -> int:
    lines = sql.splitlines(keepends=True)
    return min(sum(len(one) for one in lines[: line - 1]) + column - 1, len(sql))


def _node_faults(tree: exp.Select) -> Iterator[Fault]:
    if _depth(tree) > MAX_DEPTH:
        yield Fault("size", 0, f"an expression is deeper than {MAX_DEPTH} steps.", fix="split it by WITH")
        return
    allowed, refused = vocabulary.node_types(), vocabulary.refused_nodes()
    for node in tree.walk():
        if (not isinstance(node, allowed) or isinstance(node, refused)) and not _is_clause(node):
            what = f"`{type(node).__name__.upper()}` is no part of a transform."
            yield Fault(
                "forbidden",
                offset(node),
                what,
                "a transform reads rows and computes columns, nothing else.",
                "remove it",
            )
        yield from _clause_faults(node)


def _is_clause(node: Any) -> bool:
    """A clause that its SELECT may not have: told there."""
    from sqlglot import exp

    return isinstance(node.parent, exp.Select) and node.arg_key not in vocabulary.SELECT_CLAUSES


def _clause_faults(node: Any) -> Iterator[Fault]:
    from sqlglot import exp

    used = {key for key, value in node.args.items() if value}
    if isinstance(node, exp.Select) and (more := used - vocabulary.SELECT_CLAUSES):
        for clause in sorted(more):
            what, why = (
                f"`{clause.upper().strip('_')}` has no place here.",
                "which rows it takes must not depend on chance.",
            )
            yield Fault("forbidden", _offset_of_clause(node, clause), what, why, "remove it")
    elif isinstance(node, exp.Join):
        yield from _join_faults(node, used)
    elif isinstance(node, exp.Table) and (used - {"this", "alias"} or not isinstance(node.this, exp.Identifier)):
        what = "only `landed` and the tenant's own tables can be read, by their plain names."
        yield Fault("source", offset(node), what, "a tenant reads its own data.", "write the name alone")
    elif isinstance(node, exp.With) and node.args.get("recursive"):
        yield Fault("forbidden", offset(node), "a recursive WITH may never end.", fix="write it without RECURSIVE")


def _join_faults(node: Any, used: set[str]) -> Iterator[Fault]:
    if more := used - vocabulary.JOIN_PARTS:
        yield Fault(
            "forbidden", offset(node), f"a join by {', '.join(sorted(more))} has no place here.", fix="write JOIN … ON"
        )


def _depth(tree: Any) -> int:
    deepest, level = 0, [tree]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [child for node in level for child in node.iter_expressions()]
    return deepest


def _projections(tree: exp.Select, spans: Sequence[tuple[int, int]]) -> Iterator[Projection]:
    """Each expression of the outer SELECT with the span of its text."""
    from sqlglot import exp

    for node, (start, end) in zip(tree.expressions, spans, strict=True):
        named = isinstance(node, exp.Alias | exp.Column | exp.Star)  # COUNT(*) would be called `*`
        yield Projection(node.alias_or_name.lower() if named else "", node.unalias(), start, end)
