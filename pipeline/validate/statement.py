"""One SELECT that is safe to run: parsed within bounds, made of allowed parts only.

Takes text, touches nothing. What is wrong comes back as faults with their offset in the text; whoever knows the file turns
them into findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pipeline.spec.wording import nearest, shown
from pipeline.validate import vocabulary

if TYPE_CHECKING:
    from sqlglot import exp

MAX_LENGTH: Final = 65_536
MAX_TOKENS: Final = 8_000
MAX_NESTING: Final = 24
MAX_DEPTH: Final = 120
_REACHING: Final = frozenset({"PARAMETER", "AMP", "HINT", "BLOCK_START", "PLACEHOLDER", "HEREDOC_STRING", "RAW_STRING"})
_CLOSING: Final = {"L_PAREN": "R_PAREN", "L_BRACKET": "R_BRACKET", "L_BRACE": "R_BRACE", "CASE": "END"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a statement, at an offset of its text."""

    rule: str
    offset: int
    what: str
    why: str = ""
    fix: str = ""


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

    def text(self, projection: Projection) -> str:
        """The expression as it is written, without its alias."""
        return self.sql[projection.start : projection.end]


def read(sql: str) -> tuple[Statement | None, list[Fault]]:
    """The statement of a text, and what is wrong with it; None where nothing more can be said."""
    tokens, faults = _tokens(sql)
    if faults:
        return None, faults
    faults = [*_word_faults(tokens)]
    tree, more = _parsed(sql)
    if tree is None or faults:
        return None, [*faults, *([] if faults else more)]
    if more := list(_node_faults(tree)):
        return None, more
    spans = list(_spans(tokens))
    if not spans or len(spans) != len(tree.expressions):
        return None, [
            Fault(
                "syntax", 0, "the columns cannot be told apart.", fix="put a comma between columns, none after the last"
            )
        ]
    return Statement(sql, tree, tuple(_projections(tree, spans))), []


def offset(node: Any) -> int:
    """Where the first word of a node that has a place stands."""
    for part in node.walk(bfs=False):
        if (start := part.meta.get("start")) is not None:
            return int(start)
    return 0


def _tokens(sql: str) -> tuple[list[Any], list[Fault]]:
    from sqlglot.dialects.snowflake import Snowflake
    from sqlglot.errors import TokenError

    if len(sql) > MAX_LENGTH:
        return [], [Fault("size", 0, f"the statement is longer than {MAX_LENGTH:,} characters.", fix="say it shorter")]
    try:
        tokens = list(Snowflake().tokenize(sql))
    except TokenError:
        return [], [Fault("syntax", 0, "a quote or a comment is not closed.", fix="close it")]
    while tokens and tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    return tokens, list(_bounds(tokens))


def _bounds(tokens: Sequence[Any]) -> Iterator[Fault]:
    """What must hold before a parser may see the text."""
    if not tokens:
        yield Fault("syntax", 0, "there is no statement.", fix="write one SELECT")
        return
    if tokens[0].token_type.name not in ("SELECT", "WITH"):
        yield Fault(
            "statement",
            tokens[0].start,
            f"{shown(tokens[0].text)} starts no SELECT.",
            "it may read, and nothing else.",
            "write one SELECT",
        )
    for token in tokens:
        if token.token_type.name == "SEMICOLON":
            yield Fault(
                "statement", token.start, "a second statement follows.", "one SELECT is all that is run.", "remove it"
            )
    if len(tokens) > MAX_TOKENS:
        yield Fault("size", 0, f"the statement has more than {MAX_TOKENS:,} words.", fix="say it shorter")
    yield from _empty_places(tokens)
    if (deep := _too_deep(tokens)) is not None:
        yield Fault("size", deep, f"the statement is nested deeper than {MAX_NESTING} levels.", fix="split it by WITH")


def _empty_places(tokens: Sequence[Any]) -> Iterator[Fault]:
    """The parser would not mind; the warehouse does."""
    for comma, after in pairwise(tokens):
        if comma.token_type.name == "COMMA" and after.token_type.name in ("COMMA", "FROM", "R_PAREN"):
            yield Fault(
                "syntax",
                after.start,
                "nothing stands after the comma.",
                fix="write a column there, or remove the comma",
            )


def _too_deep(tokens: Sequence[Any]) -> int | None:
    """The offset where nesting passes its bound, counting brackets, CASE, and runs of prefix words."""
    depth, run = 0, 0
    for token in tokens:
        name = token.token_type.name
        depth += (name in _CLOSING) - (name in _CLOSING.values())
        run = run + 1 if name in ("NOT", "DASH", "PLUS", "TILDE", "TILDA") else 0
        if max(depth, run) > MAX_NESTING:
            return int(token.start)
    return None


def _word_faults(tokens: Sequence[Any]) -> Iterator[Fault]:
    """By words as they are written, for a parser gives many functions another name."""
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        kind = token.token_type.name
        if kind not in ("STRING", "NUMBER"):
            yield from _word_fault(token, kind, calls=after is not None and after.token_type.name == "L_PAREN")


def _word_fault(token: Any, kind: str, *, calls: bool) -> Iterator[Fault]:
    word = token.text
    if kind == "IDENTIFIER":
        yield Fault(
            "quoted", token.start, "a name stands in quotes.", "every name here is legal without.", "remove the quotes"
        )
    elif kind in _REACHING or "$" in word or "@" in word:
        what = f"{shown(word)} reaches outside of the statement."
        yield Fault(
            "forbidden", token.start, what, "stages, variables, hints and system functions are no data.", "remove it"
        )
    elif word.lower() in vocabulary.UNSTEADY:
        what = f"`{word}` gives another answer each time."
        yield Fault("unsteady", token.start, what, "a replay must give the same rows.", "take it from a landed column")
    elif calls and _is_word(word):
        yield from _function_fault(token)


def _is_word(text: str) -> bool:
    return text.replace("_", "a").isalnum() and not text[0].isdigit()


def _function_fault(token: Any) -> Iterator[Fault]:
    if not vocabulary.may_open_parenthesis(token.text):
        close = nearest(token.text, vocabulary.FUNCTIONS)
        hint = f" Did you mean `{close.upper()}`?" if close else ""
        what = f"{shown(token.text)} is no function that may be used here.{hint}"
        fix = f"write `{close.upper()}`" if close else "say it with the functions of docs/reference/sql.md"
        yield Fault(
            "function_unknown", token.start, what, "known functions only: they depend on their arguments alone.", fix
        )


def _parsed(sql: str) -> tuple[exp.Select | None, list[Fault]]:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    try:
        trees = sqlglot.parse(sql, dialect="snowflake")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        start = _offset_of(sql, first.get("line", 1), first.get("col", 1))
        near = f" near {shown(first.get('highlight'))}" if first.get("highlight") else ""
        return None, [
            Fault("syntax", start, f"the SQL cannot be read{near}.", fix="check commas, brackets and words before it")
        ]
    except (RecursionError, SqlglotError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        # the parser's own bugs on hostile text: it could not be read, which is all that matters here
        return None, [Fault("syntax", 0, "the SQL cannot be read.", fix="say it more plainly")]
    found = [tree for tree in trees if tree is not None]
    if len(found) == 1 and isinstance(found[0], sqlglot.exp.Select):
        return found[0], []
    return None, [
        Fault("statement", 0, "this is not one SELECT.", "one SELECT is all that is run.", "write one SELECT")
    ]


def _offset_of(sql: str, line: int, column: int) -> int:
    lines = sql.splitlines(keepends=True)
    return min(sum(len(one) for one in lines[: line - 1]) + column - 1, len(sql))


def _node_faults(tree: exp.Select) -> Iterator[Fault]:
    if _depth(tree) > MAX_DEPTH:
        yield Fault("size", 0, f"an expression is deeper than {MAX_DEPTH} steps.", fix="split it by WITH")
        return
    allowed, refused = vocabulary.node_types(), vocabulary.refused_nodes()
    for node in tree.walk():
        if not isinstance(node, allowed) or isinstance(node, refused):
            what = f"`{type(node).__name__.upper()}` is no part of a transform."
            yield Fault(
                "forbidden",
                offset(node),
                what,
                "a transform reads rows and computes columns, nothing else.",
                "remove it",
            )
        yield from _clause_faults(node)


def _clause_faults(node: Any) -> Iterator[Fault]:
    from sqlglot import exp

    used = {key for key, value in node.args.items() if value}
    if isinstance(node, exp.Select) and (more := used - vocabulary.SELECT_CLAUSES):
        what = f"the clause {', '.join(sorted(more))} has no place here."
        yield Fault("forbidden", offset(node), what, "which rows it takes must not depend on chance.", "remove it")
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
    elif not used & {"on", "using"}:
        what = "the join pairs every row with every row."
        yield Fault(
            "cross_join", offset(node), what, "it has no condition.", "add ON with the columns that belong together"
        )


def _depth(tree: Any) -> int:
    deepest, level = 0, [tree]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [child for node in level for child in node.iter_expressions()]
    return deepest


def _projections(tree: exp.Select, spans: Sequence[tuple[int, int]]) -> Iterator[Projection]:
    """Each expression of the outer SELECT with the span of its text."""
    for node, (start, end) in zip(tree.expressions, spans, strict=True):
        yield Projection(node.alias_or_name.lower(), node.unalias(), start, end)


def _spans(tokens: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """(start, end) between the commas of the last SELECT that stands in no bracket, aliases left out."""
    depth, first, alias = 0, None, None
    for index, token in enumerate(tokens):
        name = token.token_type.name
        depth += (name in _CLOSING) - (name in _CLOSING.values())
        if depth == 0 and name == "SELECT":
            first, alias = index + 1, None
        elif first is not None and depth == 0 and (name == "COMMA" or _ends(tokens, index)):
            yield _span(tokens, first, index if alias is None else alias)
            first, alias = (index + 1, None) if name == "COMMA" else (None, None)
        elif depth == 0 and name == "ALIAS":
            alias = index
    if first is not None and first < len(tokens):
        yield _span(tokens, first, len(tokens) if alias is None else alias)


def _ends(tokens: Sequence[Any], index: int) -> bool:
    """FROM, but not that of IS DISTINCT FROM."""
    name, before = tokens[index].token_type.name, tokens[index - 1].token_type.name
    return bool(name == "FROM" and before != "DISTINCT")


def _span(tokens: Sequence[Any], first: int, after: int) -> tuple[int, int]:
    if tokens[first].token_type.name == "DISTINCT" and first + 1 < after:
        first += 1
    return tokens[first].start, tokens[max(first, after - 1)].end + 1
