"""A verdict as SARIF 2.1.0, which code scanning shows on the lines that it is about.

Pure. Each finding is a result, a waived one a suppressed result. A result stands on a line even where its finding is about a whole
file or folder, because code scanning takes no other. The line itself is not repeated: it could hold a secret.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from pipeline.findings import Finding
from pipeline.gate.verdict import Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"deny": "error", "warn": "warning", "info": "note"}
FINGERPRINT = "primaryLocationLineHash"  # the one by which code scanning knows a finding again
_LINK = re.compile(r"\](?=\()")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def sarif(verdict: Verdict) -> str:
    """One log with one run, as JSON."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict)]}, indent=1, ensure_ascii=False)


def _run(verdict: Verdict) -> dict[str, Any]:
    said = verdict.document()
    codes = sorted({finding.code for finding in verdict.findings})
    return {
        "tool": {
            "driver": {
                "name": "acme gate",
                "version": f"policies {verdict.bundle[:12]}",
                "rules": [_rule(verdict, code) for code in codes],
            }
        },
        "automationDetails": {"id": "acme-gate/"},
        "invocations": [{"executionSuccessful": True, "exitCode": int(verdict.denies)}],
        "columnKind": "unicodeCodePoints",
        "results": list(_results(verdict.findings, codes)),
        "properties": {key: said[key] for key in said if key != "findings"}
        | {"compared": verdict.compared, "left_out": verdict.left_out},
    }


def _rule(verdict: Verdict, code: str) -> dict[str, Any]:
    """What a code stands for: the rule's own words where it is a policy, else where its page is."""
    rule = verdict.rules.get(code)
    page = f"docs/reference/findings/{code}.md"
    described = {
        "id": code,
        "shortDescription": {"text": _message(rule.title if rule else code)},
        "help": {"text": _message(f"{rule.description} fix: {rule.fix}. See {page}" if rule else f"See {page}")},
    }
    if rule:
        described["defaultConfiguration"] = {"level": LEVELS[rule.level]}
        described["properties"] = {"owner": rule.owner, "soc2": rule.soc2}
    return described


def _results(findings: Iterable[Finding], codes: list[str]) -> Iterable[dict[str, Any]]:
    alike: Counter[str] = Counter()
    for finding in findings:
        mark = _mark(finding)
        alike[mark] += 1
        result = {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": LEVELS[finding.level],
            "message": {"text": _message(_sentences(finding))},
            "locations": [{"physicalLocation": _place(finding)}],
            "partialFingerprints": {FINGERPRINT: f"{mark}:{alike[mark]}"},
            "properties": finding.document(),
        }
        if finding.waiver:
            reason = f"{finding.waiver.owner} until {finding.waiver.until}: {finding.waiver.reason}"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
        yield result


def _sentences(finding: Finding) -> str:
    said = (finding.what, finding.why, finding.fix and f"fix: {finding.fix}")
    return "\n".join(part for part in said if part)


def _place(finding: Finding) -> dict[str, Any]:
    where = finding.where
    file = where.file if where else f"tenants/{finding.tenant}" if finding.tenant else "."
    region = {"startLine": max(where.line, 1) if where else 1, "startColumn": max(where.column, 1) if where else 1}
    return {"artifactLocation": {"uri": quote(file), "uriBaseId": "%SRCROOT%"}, "region": region}


def _mark(finding: Finding) -> str:
    """Names a finding without its line, so that it is the same one after lines above it moved."""
    file = finding.where.file if finding.where else ""
    parts = json.dumps([finding.code, finding.tenant, file, finding.what])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _message(text: str) -> str:
    """Text in which a viewer finds neither a link nor a place to fill in."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub("] ", text))
