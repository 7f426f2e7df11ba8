"""The words of a statement: what must hold of them before a parser may see the text, and where its columns stand.

Functions are judged here, by the name that their author wrote: a parser gives many of them another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from pipeline.spec.wording import nearest, shown
from pipeline.validate import vocabulary
from pipeline.validate.fault import Fault

MAX_LENGTH: Final = 65_536
MAX_TOKENS: Final = 8_000
MAX_NESTING: Final = 24
_REACHING: Final = frozenset({"PARAMETER", "AMP", "HINT", "BLOCK_START", "PLACEHOLDER", "HEREDOC_STRING", "RAW_STRING"})
_CLOSING: Final = {"L_PAREN": "R_PAREN", "L_BRACKET": "R_BRACKET", "L_BRACE": "R_BRACE", "CASE": "END"}


def tokens_of(sql: str) -> tuple[list[Any], list[Fault]]:
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


def word_faults(tokens: Sequence[Any]) -> Iterator[Fault]:
    """By words as they are written, for a parser gives many functions another name."""
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        kind = token.token_type.name
        if kind == "BLOCK_START" or (kind == "L_BRACE" and after is not None and after.token_type.name == "L_BRACE"):
            what = "a template starts here, and none is filled in."
            yield Fault(
                "forbidden", token.start, what, "a transform is SQL as it is run.", "write the names themselves"
            )
            return
        if kind not in ("STRING", "NUMBER"):
            yield from _word_fault(token, kind, calls=after is not None and after.token_type.name == "L_PAREN")


def _word_fault(token: Any, kind: str, *, calls: bool) -> Iterator[Fault]:
    word = token.text
    if kind == "IDENTIFIER" or "`" in word:
        what, fix = "what stands in these quotes is a name.", "remove the quotes, or write '…' where text is meant"
        yield Fault("quoted", token.start, what, "every name here is legal without.", fix)
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
        close = vocabulary.ELSEWHERE.get(token.text.lower(), nearest(token.text, vocabulary.FUNCTIONS) or "").upper()
        hint = f" Did you mean `{close}`?" if close else ""
        what = f"{shown(token.text)} is no function that may be used here.{hint}"
        fix = f"write `{close}`" if close else "say it by CASE, COALESCE, a cast or arithmetic"
        yield Fault(
            "function_unknown", token.start, what, "known functions only: they depend on their arguments alone.", fix
        )


def spans_of(tokens: Sequence[Any]) -> Iterator[tuple[int, int]]:
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
