"""What a policy says of a place of which validation spoke already: a mistake is told once, by who knows most of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.findings import Finding

# policy → who says the same, of the same line
_SAME: Final = {
    "tenant.secret_literal": "document.secret_literal",
    "tenant.schedule_too_often": "document.schedule",
}


def not_said(ruled: Iterable[Finding], alone: Iterable[Finding]) -> Iterator[Finding]:
    """The policies' findings without those that repeat one of validation's."""
    known = [finding for finding in alone if finding.code in _SAME.values()]
    return (finding for finding in ruled if not any(_repeats(finding, other) for other in known))


def _repeats(finding: Finding, other: Finding) -> bool:
    here, there = finding.where, other.where
    if here is None or there is None or here.file != there.file:
        return False
    return _SAME.get(finding.code) == other.code and here.line in (0, there.line)
