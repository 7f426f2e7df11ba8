"""Dated, owned, reasoned exceptions: which findings they cover, and which of them cover nothing.

Reads the text of waivers.yaml; whether each is bounded and owned is judged by the policies themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from pipeline.findings import Finding, Waiver, Where
from pipeline.gate.catalog import Rule
from pipeline.spec.document import Document, parse

FILE = "policies/waivers.yaml"
MAX_DAYS = 90
UNWAIVABLE = frozenset({"change.waiver_bounded"})


@dataclass(frozen=True)
class Entry:
    """One waiver: what it covers (`file` may be a glob) and who says so. `index` is its place in the list."""

    index: int
    code: str
    tenant: str
    file: str
    waiver: Waiver

    def covers(self, finding: Finding) -> bool:
        file = finding.where.file if finding.where else ""
        return (finding.code, finding.tenant) == (self.code, self.tenant) and fnmatchcase(file, self.file)


def apply(
    findings: Iterable[Finding], text: str, rules: Mapping[str, Rule], tenants: Collection[str], today: date
) -> list[Finding]:
    """The findings, the waived ones marked, and one more for each waiver of these tenants that covers nothing."""
    document, wrong = parse(FILE, text)
    entries = _entries(document, rules, today) if document else []
    judged, used = [], set()
    for finding in findings:
        cover = next((entry for entry in entries if entry.covers(finding)), None)
        used |= {cover} if cover else set()
        judged.append(finding.waived(cover.waiver) if cover else finding)
    idle = [entry for entry in entries if entry not in used and entry.tenant in tenants]
    return [*judged, *wrong, *(_idle(entry, document) for entry in idle)]


def _entries(document: Document, rules: Mapping[str, Rule], today: date) -> list[Entry]:
    """The waivers that hold today. One that is not whole, too long, or not by the rule's owner covers nothing."""
    listed = document.value.get("waivers") if isinstance(document.value, dict) else None
    found = [_entry(index, one) for index, one in enumerate(listed)] if isinstance(listed, list) else []
    return [entry for entry in found if entry and entry.code not in UNWAIVABLE and _holds(entry, rules, today)]


def _entry(index: int, one: Any) -> Entry | None:
    keys = ("code", "tenant", "reason", "owner", "until")
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) and one[key] for key in keys):
        return None
    waiver = Waiver(one["reason"], one["owner"], one["until"])
    return Entry(index, one["code"], one["tenant"], str(one.get("file", "*")), waiver)


def _holds(entry: Entry, rules: Mapping[str, Rule], today: date) -> bool:
    try:
        days = (date.fromisoformat(entry.waiver.until) - today).days
    except ValueError:
        return False
    rule = rules.get(entry.code)
    return 0 <= days <= MAX_DAYS and (rule is None or rule.owner == entry.waiver.owner)


def _idle(entry: Entry, document: Document | None) -> Finding:
    where = document.where(f"/waivers/{entry.index}") if document else Where(FILE)
    what = f"this waiver of {entry.code} for {entry.tenant} covers nothing."
    why = "an exception that nobody needs hides the next mistake."
    return Finding("document.waiver_unused", "warn", "gate", what, why, "remove it", entry.tenant, where)
