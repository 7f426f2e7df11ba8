"""The few shapes of Markdown that the pages share."""

from __future__ import annotations

from collections.abc import Sequence

NOTE = "Written by `docs/generate`; a test fails where this page is old."


def page(title: str, *parts: str) -> str:
    """A page of these parts, a blank line between them."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part), f"*{NOTE}*"]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def block(text: str, language: str = "") -> str:
    """A fenced block, its fence longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
