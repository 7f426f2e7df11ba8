"""`NAME = value` lists as Snowflake's statements carry them: texts, words, numbers, lists, and options in brackets."""

from __future__ import annotations

import re
from typing import Any

from pipeline.sandbox.snowflake import problem

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|''|\\.)*)'|\"([^\"]*)\"|([()=,])|([^\s()=,'\"]+))", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
Token = tuple[str, str]


def read_options(text: str) -> dict[str, Any]:
    """Names in upper case. A bracket with `=` inside is options again, else a list."""
    tokens = _tokens(text)
    found = _pairs(tokens)
    if tokens:
        raise problem.syntax(f"unexpected '{tokens[0][1]}'.")
    return found


def unescape(text: str) -> str:
    text = text.replace("''", "'")
    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", _unescape, text, flags=re.DOTALL)


def _unescape(match: re.Match[str]) -> str:
    word = match[1]
    return chr(int(word[1:], 16)) if len(word) > 1 else _ESCAPES.get(word, word)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise problem.syntax(f"unexpected '{text[position : position + 20]}'.")
        position = match.end()
        if match[1] is not None:
            found.append(("text", unescape(match[1])))
        elif match[2] is not None:
            found.append(("text", match[2]))
        else:
            found.append(("mark", match[3]) if match[3] else ("word", match[4]))
    return found


def _pairs(tokens: list[Token]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while tokens and tokens[0] != ("mark", ")"):
        kind, name = tokens.pop(0)
        if (kind, name) == ("mark", ","):
            continue
        if kind != "word":
            raise problem.syntax(f"unexpected '{name}'.")
        if tokens and tokens[0] == ("mark", "="):
            tokens.pop(0)
            found[name.upper()] = _value(tokens)
        elif name.upper() not in ("WITH", "COPY", "GRANTS"):
            raise problem.syntax(f"unexpected '{name}'.")
    return found


def _value(tokens: list[Token]) -> Any:
    if not tokens:
        raise problem.syntax("unexpected end.")
    kind, value = tokens.pop(0)
    if (kind, value) != ("mark", "("):
        return value if kind == "text" else _word(value)
    if len(tokens) > 1 and tokens[1] == ("mark", "="):
        inner: Any = _pairs(tokens)
    else:
        inner = []
        while tokens and tokens[0] != ("mark", ")"):
            if tokens[0] == ("mark", ","):
                tokens.pop(0)
            else:
                inner.append(_value(tokens))
    if not tokens:
        raise problem.syntax("unexpected end.")
    tokens.pop(0)
    return inner


def _word(value: str) -> Any:
    lowered = value.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    return int(value) if re.fullmatch(r"-?\d+", value) else value.upper()
