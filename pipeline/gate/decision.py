"""A verdict as one line of the decision log: who asked what to be judged, by which policies, and what was found where.

The line is an event (`gate.verdict.given`), so that a log and the records hold the same thing. It repeats no text of the head:
codes, places and owners alone, and of these none that looks like a secret. Writes by appending only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import Usage
from pipeline.events import Correlation, Event
from pipeline.findings import Finding
from pipeline.gate.verdict import Verdict
from pipeline.release import digest
from pipeline.spec.secret_literal import in_text

MOST = 300  # findings and tenants that a line names; how many there were is always said
HIDDEN = "(hidden)"
NOWHERE = Correlation()


def decision(verdict: Verdict, ids: Correlation = NOWHERE) -> Event:
    """The event of a verdict that is given now."""
    now = datetime.now(UTC)
    data = {
        "verdict": "deny" if verdict.denies else "allow",
        "bundle": verdict.bundle,
        "base": verdict.base,
        "head": verdict.head,
        "author": _shown(verdict.change.author if verdict.change else ""),
        "tenants": [_shown(tenant) for tenant in verdict.tenants[:MOST]],
        "findings": [_finding(finding) for finding in verdict.findings[:MOST]],
        "counts": {"tenants": len(verdict.tenants), "findings": len(verdict.findings), "checks": verdict.checks},
        "seconds": f"{verdict.seconds:.3f}",
    }
    return Event(
        digest({**data, "at": now.isoformat()}), "gate.verdict.given", now, ids.but(commit=verdict.head or ""), data
    )


def append(file: Path, verdict: Verdict) -> None:
    """One more line at the end of the file. `Usage` where it cannot be written."""
    try:
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{decision(verdict).text()}\n")
    except OSError as error:
        raise Usage(f"{file} cannot be written: {error.strerror}.", fix="name another file by --decisions") from None


def _finding(finding: Finding) -> dict[str, Any]:
    where, waiver = finding.where, finding.waiver
    return {
        "code": _shown(finding.code),
        "level": finding.level,
        "tenant": _shown(finding.tenant or ""),
        "file": _shown(where.file if where else ""),
        "line": where.line if where else 0,
        "waived": {"owner": _shown(waiver.owner), "until": _shown(waiver.until)} if waiver else None,
    }


def _shown(text: str) -> str:
    return HIDDEN if next(in_text("", text), None) else text[:300]
