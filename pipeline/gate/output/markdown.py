"""A verdict as the one summary of a pull request, in the order in which a reviewer asks, short, in GitHub's Markdown.

Pure. What others wrote stands in it as words or as code, never as a link, a picture, a mention, HTML or a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from pipeline.findings import Finding, Waiver
from pipeline.gate.effect import Effects
from pipeline.gate.plain import plain_line
from pipeline.gate.verdict import Verdict

MAX_FINDINGS = 50
MAX_LINES, MAX_WIDTH = 30, 500  # a summary is read, and a runner takes a megabyte of it at most
_WORD = re.compile(r"[\"'(“‘]*[^\W_]+(?:[-’'][^\W_]+)*[.,:;!?)\"'”’…]*|[–—→=+·]|[.,:;!?)]+|\d+[.,]\d+[.,:;)]*")
_TICKS = re.compile(r"`+")
_ENDING = re.compile(r"^(.*?)([.,:;!?]*)$")


def markdown(verdict: Verdict, effects: Effects | None = None, today: date | None = None) -> str:
    """The summary. `effects` None: nobody looked; `today` is from when a waiver's days are counted."""
    now = today or datetime.now(UTC).date()
    parts = [
        _head(verdict),
        *_findings(verdict),
        *(_sections(effects) if effects else []),
        *_waived(verdict, now),
        _evidence(verdict),
    ]
    return "\n\n".join(parts) + "\n"


def _head(verdict: Verdict) -> str:
    tenants = ", ".join(code(name) for name in verdict.tenants[:5]) or "no tenant"
    left_out = f" Not asked: {words(verdict.left_out)}." if verdict.left_out else ""
    more = f" and {len(verdict.tenants) - 5} more" if len(verdict.tenants) > 5 else ""
    return f"## {verdict.word}: {tenants}{more}\n\n{verdict.tally}. Compared with {words(verdict.compared)}.{left_out}"


def _findings(verdict: Verdict) -> Iterator[str]:
    listed = [finding for finding in verdict.findings if finding.waiver is None]
    if listed:
        rest = len(listed) - MAX_FINDINGS
        more = [f"- and {rest} more, in the verdict's other outputs"] if rest > 0 else []
        yield "\n".join([*(_finding(finding) for finding in listed[:MAX_FINDINGS]), *more])


def _finding(finding: Finding) -> str:
    """One item of the list; a table within what was found keeps its shape."""
    what, *table = (line[:MAX_WIDTH] for line in finding.what.split("\n")[:MAX_LINES])
    said = " ".join(words(part[:MAX_WIDTH]) for part in (what, finding.why) if part)
    first = f"- **{finding.level}** {code(finding.code)} {code(place(finding)[:MAX_WIDTH])}<br>{said}"
    fix = f"*fix:* {words(finding.fix[:MAX_WIDTH])}" if finding.fix else ""
    if table:
        block = [f"  {line}" for line in fenced("\n".join(table))]
        return "\n".join([first, "", *block, "", *([f"  {fix}"] if fix else [])])
    return f"{first}<br>{fix}" if fix else first


def _sections(effects: Effects) -> Iterator[str]:
    if effects.unread:
        names = ", ".join(code(plain_line(name)) for name in effects.unread)
        yield f"What {names} changes cannot be told: its files cannot be understood."
    yield from _section("Destroyed, or unreadable from now on", effects.lost)
    yield from _section("Access", effects.access)
    yield from _section("Contracts", effects.contracts)
    yield from _section("Loads", effects.loads)
    yield from _section("Resources", effects.resources)
    yield from _section("`git revert` of this change", effects.way_back)


def _section(title: str, sentences: Sequence[str]) -> Iterator[str]:
    rest = len(sentences) - MAX_LINES
    listed = [f"- {words(plain_line(sentence)[:MAX_WIDTH])}" for sentence in sentences[:MAX_LINES]] + (
        [f"- and {rest} more"] if rest > 0 else []
    )
    yield f"**{title}**\n\n" + ("\n".join(listed) if listed else "- nothing")


def _waived(verdict: Verdict, today: date) -> Iterator[str]:
    waived = [_waiver(finding, finding.waiver, today) for finding in verdict.findings if finding.waiver]
    if waived:
        yield "**Waivers used**\n\n" + "\n".join(waived)


def _waiver(finding: Finding, waiver: Waiver, today: date) -> str:
    days = (date.fromisoformat(waiver.until) - today).days
    reason = f"{words(waiver.reason)} ({words(waiver.owner)})"
    return f"- {code(finding.code)} {code(place(finding))}: {days} days left, until {waiver.until}: {reason}"


def _evidence(verdict: Verdict) -> str:
    told = {
        "base": verdict.base or "none",
        "head": verdict.head or "the work tree",
        "policies": verdict.bundle,
        "checks": str(verdict.checks),
        "seconds": f"{verdict.seconds:.1f}",
    }
    lines = "\n".join(f"- {name}: {code(value)}" for name, value in told.items())
    return f"<details><summary>Evidence</summary>\n\n{lines}\n\n</details>"


def place(finding: Finding) -> str:
    return str(finding.where or finding.tenant or "repository")


def words(text: str) -> str:
    """A sentence: plain words as they are, what stands in backticks and everything else as code."""
    pieces = text.replace("\n", " ").split("`")
    if len(pieces) % 2 == 0:
        return code(text)
    said = ""
    for index, piece in enumerate(pieces):
        part = code(piece) if index % 2 else _loose(piece)
        said += (
            f" {part}" if said.endswith("`") and part.startswith("`") else part
        )  # two spans side by side would be one
    return said


def _loose(text: str) -> str:
    return re.sub(r"\S+", lambda match: match[0] if _WORD.fullmatch(match[0]) else _as_code(match[0]), text)


def _as_code(word: str) -> str:
    """The word as code, without the mark that ends its sentence."""
    match = _ENDING.match(word)
    return f"{code(match[1])}{match[2]}" if match and match[1] else code(word)


def code(text: str) -> str:
    """A code span that nothing in the text can end."""
    line = text.replace("\n", "\\n")
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def fenced(text: str) -> list[str]:
    """A block of code that no line of the text can end."""
    fence = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return [f"{fence}text", *text.split("\n"), fence]
