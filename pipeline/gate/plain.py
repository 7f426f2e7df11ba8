"""Text that shows as what it is: nothing in it moves a terminal's cursor, hides, turns around, or speaks to a workflow's runner.

Findings quote what others wrote. They are made plain once, before any format is written, so that all formats say the same.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.findings import Finding, Waiver, Where

# A runner obeys a line of a log that starts so, and takes the older form from anywhere in it.
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_OLD_COMMAND = re.compile(r"#(?=#\[)")


def plain(text: str) -> str:
    """The text with every character that nobody would see spelled out; line breaks stay."""
    seen = "\n".join(line if line.isprintable() else "".join(map(_seen, line)) for line in text.split("\n"))
    return _OLD_COMMAND.sub(r"\\x23", _COMMAND.sub(r"\1\\x3a", seen))


def plain_line(text: str) -> str:
    """The same in one line."""
    return plain(text).replace("\n", "\\n")


def plain_finding(finding: Finding) -> Finding:
    """The finding with all of its words plain."""
    where, waiver = finding.where, finding.waiver
    return replace(
        finding,
        code=plain_line(finding.code),
        what=plain(finding.what),
        why=plain(finding.why),
        fix=plain(finding.fix),
        tenant=finding.tenant and plain_line(finding.tenant),
        where=where and Where(plain_line(where.file), where.line, where.column),
        waiver=waiver and Waiver(plain_line(waiver.reason), plain_line(waiver.owner), plain_line(waiver.until)),
    )


def _seen(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
