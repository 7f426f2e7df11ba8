"""Two verdicts to write down: one as the gate gives it, and one whose every word was chosen to do harm."""

from __future__ import annotations

from pathlib import Path

from pipeline.findings import Finding, Waiver, Where
from pipeline.gate.bundle import Bundle
from pipeline.gate.change import Change
from pipeline.gate.git import Repository
from pipeline.gate.plain import plain_finding
from pipeline.gate.verdict import Verdict

BASE, HEAD = "1" * 40, "2" * 40
SQL = "tenants/globex/transforms/invoices.sql"
FILES = {SQL: b"SELECT\n    id,\n    total / 0 AS total\nFROM landed\n"}
RULE = """# METADATA
# scope: package
# title: Host keys are named
# description: Who is not known is not spoken to.
# custom:
#   level: deny
#   owner: security
#   fix: name them
#   soc2: CC6.1
package rules.tenant.host_keys_required
"""
FINDINGS = (
    Finding("change.quick_lane", "info", "gate", "This only returns a pin.", "It waits for nothing."),
    Finding(
        "transform.division",
        "deny",
        "validate",
        "`total / 0` can fail.",
        "one row would stop all.",
        "write `NULLIF(…, 0)`",
        "globex",
        Where(SQL, 3, 5),
    ),
    Finding(
        "transform.test",
        "deny",
        "gate",
        "1 row is missing.\n| id | total |\n| 1  | 2.50  |",
        "a test says what is meant.",
        "mend one of both",
        "globex",
        Where("tenants/globex/tests/invoices/expected.csv"),
    ),
    Finding("reference.connector_unused", "warn", "validate", "`erp_in` is used by nothing.", tenant="globex"),
    Finding(
        "tenant.host_keys_required",
        "deny",
        "gate",
        "no host key.",
        "Who is not known is not spoken to.",
        "name them",
        "initech",
        Where("tenants/initech/environments/staging.yaml", 4),
        Waiver("the customer moves", "security", "2026-03-01"),
    ),
)
# what a stranger could write into a file, its name or a value that a finding quotes
HARM = (
    "\x1b[2J\x1b]0;pwned\x07",
    "\r\n::error file=a.py,line=1::forged",
    "  ::set-output name=x::y",
    "##[error]forged",
    "<img src=x onerror=alert(1)><!--",
    "[click](https://evil.example) ![p](https://evil.example/p.png) https://evil.example www.evil.example",
    "@acme/security #1 owner/repo#2",
    "``` \n```\n# heading\n\n- item\n</details>",
    "]]> & \" ' {0} {{1}} %SRCROOT% ‮ gnp",
    "| a | b |\n|---|---|",
    "\ud800\ufffe\u2028",
)


def verdict(findings: tuple[Finding, ...] = FINDINGS, tenants: tuple[str, ...] = ("globex", "initech")) -> Verdict:
    """A verdict on these findings, made plain as the gate makes them."""
    change = Change(Repository(Path("nowhere")), None, None, "", "", (), {}, FILES)
    return Verdict(
        BASE,
        HEAD,
        tenants,
        tuple(plain_finding(finding) for finding in findings),
        44,
        1.25,
        "b" * 64,
        "main, commit 111111111111, where the head left it",
        "",
        Bundle({"tenant/host_keys_required.rego": RULE}),
        change,
    )


def harmful() -> Verdict:
    """Every place of a finding holds every piece of harm once."""
    found = [
        Finding("tenant.x", "deny", "gate", f"a {harm} b", harm, harm, "globex", Where(f"tenants/globex/{harm}", 1, 1))
        for harm in HARM
    ]
    waived = Finding(
        "tenant.y", "deny", "gate", "c", tenant=HARM[0], waiver=Waiver(HARM[3] + HARM[5], HARM[6], "2026-03-01")
    )
    return verdict((*found, waived))
