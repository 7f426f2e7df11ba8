"""A finding is one thing wrong: where, what, why, and how to mend it.

Its code is `<subject>.<rule>`, which is also where its rule lives. The JSON shape is read by other tools and is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Level = Literal["deny", "warn", "info"]
LEVELS: tuple[Level, ...] = ("deny", "warn", "info")


@dataclass(frozen=True, order=True)
class Where:
    """A place in a file: path from the repository's root; line and column count from 1, 0 where the whole is meant."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True)
class Waiver:
    """A dated, owned, reasoned exception. `until` is an ISO date, inclusive."""

    reason: str
    owner: str
    until: str


@dataclass(frozen=True)
class Finding:
    """One thing wrong. `what`, `why` and `fix` are plain sentences; no value of a secret stands in any of them."""

    code: str
    level: Level
    stage: str
    what: str
    why: str = ""
    fix: str = ""
    tenant: str | None = None
    where: Where | None = None
    waiver: Waiver | None = None

    @property
    def denies(self) -> bool:
        return self.level == "deny" and self.waiver is None

    def waived(self, waiver: Waiver) -> Finding:
        return replace(self, waiver=waiver)

    def document(self) -> dict[str, Any]:
        """The fixed JSON shape: {code, level, stage, tenant, where, what, why, fix, waiver}."""
        keys = ("code", "level", "stage", "tenant", "where", "what", "why", "fix", "waiver")
        whole = asdict(self)
        return {key: whole[key] for key in keys}

    def sentence(self) -> str:
        """`where  code` on one line, then what, why and fix: what a terminal shows."""
        head = f"{self.where or self.tenant or 'repository'}  {self.code}"
        joint = "\n" if "\n" in self.what else " "  # what ends in a table keeps its shape
        rest = (f"{self.what}{joint}{self.why}".strip(), f"fix: {self.fix}" if self.fix else "")
        return "\n".join([head, *(f"  {line}" for part in rest if part for line in part.splitlines())])


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file, line, column, code; each once."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: (f.where or Where(""), LEVELS.index(f.level), f.code, f.what))


def denied(findings: Iterable[Finding]) -> bool:
    return any(finding.denies for finding in findings)
