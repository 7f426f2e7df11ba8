"""What is wrong with a statement, before it is known of which file the statement is."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.findings import Level


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a statement, at an offset of its text."""

    rule: str
    offset: int
    what: str
    why: str = ""
    fix: str = ""
    level: Level = "deny"
