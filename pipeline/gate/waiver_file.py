"""policies/waivers.yaml as entries: what each covers, who says so, and on which lines it stands.

Reads text that was handed in. Whether the file is well-formed is judged by the policies (`change.waiver_bounded`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from pipeline.findings import Finding, Waiver, Where
from pipeline.spec.document import Document, parse

FILE = "policies/waivers.yaml"
MAX_DAYS = 90
PLATFORM = "platform"  # stands for the tenant where a finding is nobody's
KEYS = ("code", "tenant", "reason", "owner", "ticket", "until")


@dataclass(frozen=True)
class Entry:
    """One waiver. `file` may be a glob; `where` is its place, `lines` its first and last line."""

    code: str
    tenant: str
    file: str
    waiver: Waiver
    where: Where
    lines: tuple[int, int]

    def covers(self, finding: Finding) -> bool:
        file = finding.where.file if finding.where else ""
        selected = (finding.code, finding.tenant or PLATFORM) == (self.code, self.tenant)
        return selected and (not self.file or fnmatchcase(file, self.file))

    def days_left(self, today: date) -> int | None:
        """Negative once it has ended; None where its end is no date."""
        try:
            return (date.fromisoformat(self.waiver.until) - today).days
        except ValueError:
            return None


def read_entries(text: str) -> tuple[list[Entry], list[Finding]]:
    """The entries that are whole, and what is wrong with the file as YAML."""
    document, wrong = parse(FILE, text)
    listed = document.value.get("waivers") if document and isinstance(document.value, dict) else None
    if document is None or not isinstance(listed, list) or not listed:
        return [], wrong
    starts = [document.where(f"/waivers/{index}").line for index in range(len(listed))]
    ends = [*(start - 1 for start in starts[1:]), len(text.splitlines())]
    found = [
        _entry(one, document, index, (start, max(start, end)))
        for index, (one, start, end) in enumerate(zip(listed, starts, ends, strict=True))
    ]
    return [entry for entry in found if entry], wrong


def _entry(one: Any, document: Document, index: int, lines: tuple[int, int]) -> Entry | None:
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) and one[key] for key in KEYS):
        return None
    waiver = Waiver(one["reason"], one["owner"], one["until"])
    where = document.where(f"/waivers/{index}")
    return Entry(one["code"], one["tenant"], str(one.get("file", "")), waiver, where, lines)
