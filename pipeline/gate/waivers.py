"""Dated, owned, reasoned exceptions: which findings they cover, and what is wrong with those that cover none, or too many.

Reads waivers.yaml as it stands with the judging policies, and git for who wrote each entry: whoever made the change cannot
waive for themselves. Whether an entry is bounded is judged by the policies when it is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pipeline.findings import Finding, Level
from pipeline.gate.bundle import Bundle
from pipeline.gate.catalog import Rule
from pipeline.gate.change import Change
from pipeline.gate.waiver_file import FILE, MAX_DAYS, PLATFORM, Entry, read_entries

UNWAIVABLE = ("document.", "change.waiver_bounded")
WIDE = 5  # findings that one exception may cover


@dataclass
class _Use:
    """What becomes of an entry. `owner` may waive what it names, nobody where it is empty. `own`: by an author of the change."""

    entry: Entry
    owner: str
    days: int | None
    own: bool = False
    covered: list[Finding] = field(default_factory=list)

    def takes(self, finding: Finding) -> bool:
        holds = self.days is not None and 0 <= self.days <= MAX_DAYS and self.owner == self.entry.waiver.owner
        return holds and self.entry.covers(finding)

    @property
    def waives(self) -> bool:
        return not self.own and len(self.covered) <= WIDE


def apply(
    findings: Iterable[Finding], bundle: Bundle, change: Change, tenants: Collection[str], today: date
) -> list[Finding]:
    """The findings, the waived ones marked, and one more for each waiver of these tenants that is idle, ended, wide or own."""
    entries, wrong = read_entries(bundle.waivers)
    uses = [_Use(entry, _owner(entry.code, bundle.rules), entry.days_left(today)) for entry in entries]
    matched = [(finding, next((use for use in uses if use.takes(finding)), None)) for finding in findings]
    for finding, use in matched:
        if use:
            use.covered.append(finding)
    authors = _Authors(change, bundle.waivers)
    for use in uses:
        use.own = bool(use.covered) and authors.wrote(use.entry)
    judged = [finding.waived(use.entry.waiver) if use and use.waives else finding for finding, use in matched]
    asked = {*tenants, PLATFORM}
    return [*judged, *wrong, *(said for use in uses if use.entry.tenant in asked for said in _said(use))]


def _owner(code: str, rules: Mapping[str, Rule]) -> str:
    """Who may waive it: of what is no rule, the platform; of what cannot be read, nobody."""
    if code.startswith(UNWAIVABLE):
        return ""
    return rules[code].owner if code in rules else "platform"


def _said(use: _Use) -> Iterator[Finding]:
    entry = use.entry
    named = f"this waiver of {entry.code} for {entry.tenant}"
    if use.days is not None and use.days < 0:
        why, fix = (
            "an exception ends on its day; what it covered is judged again.",
            "remove it, and mend what it covered",
        )
        yield _finding(entry, "document.waiver_expired", "warn", f"{named} ended {-use.days} days ago.", why, fix)
    elif use.own:
        why = "an exception needs two people: one who asks for it, and one who grants it."
        what = f"{named} was written by an author of this change."
        yield _finding(entry, "document.waiver_own", "deny", what, why, f"have somebody of `{use.owner}` write it")
    elif not use.waives:
        what = f"{named} would cover {len(use.covered)} findings; {WIDE} is the most."
        why = "an exception for everything is no exception: the next mistake would hide in it."
        yield _finding(entry, "document.waiver_wide", "deny", what, why, "name the one `file` that it is about")
    elif not use.covered:
        who = "nobody" if not use.owner else f"only `{use.owner}`"
        grants = "" if use.owner == entry.waiver.owner else f" {who.capitalize()} may waive that code."
        why = "an exception that nobody needs hides the next mistake."
        yield _finding(entry, "document.waiver_unused", "warn", f"{named} covers nothing.{grants}", why, "remove it")


def _finding(entry: Entry, code: str, level: Level, what: str, why: str, fix: str) -> Finding:
    tenant = None if entry.tenant == PLATFORM else entry.tenant
    return Finding(code, level, "gate", what, why, fix, tenant, entry.where)


class _Authors:
    """Who wrote each line of the waivers, asked once and only when some waiver covers something."""

    def __init__(self, change: Change, text: str) -> None:
        self._change, self._lines = change, text.splitlines()
        self._changed_by = {name.lower() for name in (change.author, *(c.author for c in change.commits)) if name}

    def wrote(self, entry: Entry) -> bool:
        """Whether somebody who made the change wrote some of the entry. A line that the base does not hold is theirs."""
        if self._change.base is None or not self._changed_by:
            return False
        first, last = entry.lines
        written = [self._known.get(line.strip(), "") for line in self._lines[first - 1 : last]]
        return any(author in self._changed_by or not author for author in written)

    @cached_property
    def _known(self) -> dict[str, str]:
        """Line → author of the base's file."""
        words = ("blame", "--line-porcelain", self._change.base or "", "--", FILE)
        said = (self._change.repository.run(*words) or b"").decode("utf-8", "replace")
        known, author = {"": "nobody"}, ""
        for line in said.splitlines():
            if line.startswith("author-mail "):
                author = line.partition(" ")[2].strip("<>").lower()
            elif line.startswith("\t"):
                known[line.strip()] = author
        return known
