"""Bytes to text: UTF-8, bounded, and nothing in it that shows as something other than it is."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pipeline.findings import Finding, Where
from pipeline.spec.wording import deny

# controls (tab and line feed aside), bidi marks and overrides, separators and joiners that nobody sees, surrogates
_REFUSED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def refused_character(text: str) -> str:
    """The name of the first character that no text may hold, or empty."""
    match = _REFUSED.search(text)
    return _name(match.group()) if match else ""


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"


def decode(file: str, content: bytes, limit: int) -> tuple[str | None, list[Finding]]:
    """The text of a file, without a byte order mark and with plain line feeds, or why it is refused."""
    if len(content) > limit:
        what = f"the file has {len(content):,} bytes, more than {limit:,}."
        return None, [
            deny(
                "document.size",
                Where(file),
                what,
                "files are bounded so that every check stays quick.",
                "split it, or say less",
            )
        ]
    try:
        text = content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        what = f"byte 0x{content[error.start]:02x} is not UTF-8."
        return None, [deny("document.encoding", Where(file, line, column), what, fix="save the file as UTF-8")]
    return _checked(file, text)


def _checked(file: str, text: str) -> tuple[str | None, list[Finding]]:
    match = _REFUSED.search(text)
    if match is None:
        return text, []
    line = text.count("\n", 0, match.start()) + 1
    column = match.start() - text.rfind("\n", 0, match.start())
    what = f"the text holds {_name(match.group())}."
    return None, [
        deny(
            "document.character",
            Where(file, line, column),
            what,
            "it shows as something other than it is.",
            "remove it",
        )
    ]
