"""Exceptions: who may grant them, what they cover, for how long, and what is said of those that do not hold."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.findings import Finding, Where
from pipeline.gate import waivers
from pipeline.gate.bundle import Bundle
from pipeline.gate.change import Change
from pipeline.gate.commits import Commit
from pipeline.gate.git import Repository

PROJECT = Path(__file__).parents[3]
STAGING = "tenants/globex/environments/staging.yaml"
KEYS = "    host_keys: [SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]\n"
SECURITY = "sam@acme.example"


def waiver(**more: str) -> dict[str, str]:
    """One that holds for thirty days, but for `more`."""
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    whole = {"code": "tenant.host_keys_required", "tenant": "globex", "file": STAGING, "reason": "the customer moves"}
    return {**whole, "owner": "security", "ticket": "T-1", "until": until, **more}


def granted(scratch, *entries: dict[str, str], author: str = SECURITY) -> None:
    """The project's rules on main of the scratch repository, these waivers by another author, and a branch for a change."""
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    lines = "".join(f"  - {json.dumps(entry)}\n" for entry in entries)
    scratch.write("policies/waivers.yaml", f"waivers:\n{lines}")
    scratch.git("add", "-A")
    scratch.git("-c", f"user.email={author}", "commit", "-qm", "policy: a waiver")
    scratch.git("checkout", "-qb", "waived")


def judged(scratch) -> dict[str, list[Finding]]:
    """The findings by code, where globex' staging names no host key any more."""
    scratch.edit(STAGING, KEYS, "")
    verdict = scratch.judge(base="main", head=scratch.commit(), rules=None)
    found: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def test_a_waiver_of_the_rules_owner_lets_a_finding_pass(scratch):
    """Written by somebody else, for this file: shown with reason, owner and end, and no longer denying."""
    granted(scratch, waiver())
    found = judged(scratch)
    (waived,) = found["tenant.host_keys_required"]
    assert (waived.waiver.owner, waived.waiver.reason) == ("security", "the customer moves")
    assert not waived.denies
    assert not [code for code in found if code.startswith("document.waiver")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": "dana"}, "document.waiver_unused"),
        ({"until": "2020-01-01"}, "document.waiver_expired"),
        ({"until": "2999-01-01"}, "document.waiver_unused"),
        ({"until": "soon"}, "document.waiver_unused"),
        ({"file": "tenants/globex/environments/production.yaml"}, "document.waiver_unused"),
        ({"tenant": "initech"}, None),
    ],
)
def test_a_waiver_that_does_not_hold_covers_nothing_and_says_why(scratch, wrong, said):
    """Another's, an ended, an endless one and one for another place change nothing; another tenant's is no matter here."""
    granted(scratch, waiver(**wrong))
    found = judged(scratch)
    assert found["tenant.host_keys_required"][0].denies
    assert [code for code in found if code.startswith("document.waiver")] == ([said] if said else [])
    if said:
        assert found[said][0].where == Where("policies/waivers.yaml", 2, 5)
        assert found[said][0].level == "warn"


def test_who_makes_the_change_cannot_waive_for_themselves(scratch):
    """The author of a commit of the change wrote the waiver too: it covers nothing, and that is said."""
    granted(scratch, waiver(), author="Dana@ACME.example")
    found = judged(scratch)
    assert found["tenant.host_keys_required"][0].denies
    assert found["document.waiver_own"][0].denies


def test_a_waiver_that_no_commit_holds_is_ones_own(scratch):
    """On the laptop what is only written down waives nothing, as it would not in CI."""
    granted(scratch)
    scratch.write("policies/waivers.yaml", f"waivers:\n  - {json.dumps(waiver())}\n")
    scratch.edit(STAGING, KEYS, "")
    codes = [finding.code for finding in scratch.judge("globex", rules=scratch.folder).findings if finding.denies]
    assert "document.waiver_own" in codes
    assert "tenant.host_keys_required" in codes


def applied(text: str, *findings: Finding, tenants=("globex",)) -> list[Finding]:
    """Without a repository: nobody is known to have written anything."""
    bundle = Bundle({"main.rego": "package main"}, waivers=text)
    change = Change(Repository(Path("/nowhere")), None, None, "", "", (), {}, {}, (Commit("", "", "", ()),))
    return waivers.apply(findings, bundle, change, tenants, datetime.now(UTC).date())


def found(n: int, code: str = "contract.key_missing", tenant: str | None = "globex") -> Finding:
    return Finding(
        code, "deny", "gate", f"fault {n}", tenant=tenant, where=Where(f"tenants/globex/contracts/c{n}.yaml")
    )


def test_a_waiver_for_everything_waives_nothing():
    """More than five findings are more than an exception; a glob for one kind of file may cover a few."""
    text = f"waivers:\n  - {json.dumps(waiver(code='contract.key_missing', owner='platform', file='tenants/globex/contracts/*'))}\n"
    few = applied(text, *(found(n) for n in range(5)))
    assert [f.waiver is not None for f in few] == [True] * 5
    many = applied(text, *(found(n) for n in range(6)))
    assert [f.code for f in many if f.denies] == ["contract.key_missing"] * 6 + ["document.waiver_wide"]


def test_what_cannot_be_read_is_never_waived():
    """A document that is no YAML stays refused, and so does a rule about waivers."""
    for code in ("document.syntax", "change.waiver_bounded"):
        text = f"waivers:\n  - {json.dumps(waiver(code=code, owner='platform', file='*'))}\n"
        found_now = applied(text, found(1, code))
        assert found_now[0].denies
        assert "Nobody may waive that code." in found_now[1].what


def test_what_is_nobodys_is_waived_for_the_platform():
    """A finding about the platform's own files has no tenant to name."""
    text = f"waivers:\n  - {json.dumps(waiver(code='contract.key_missing', owner='platform', tenant='platform', file=''))}\n"
    assert not applied(text, found(1, tenant=None))[0].denies


@pytest.mark.parametrize("text", ["", "waivers: []\n", "waivers: all\n", "- 1\n", "waivers:\n  - 1\n  - {code: a}\n"])
def test_a_file_of_another_shape_waives_nothing(text):
    """What is no list of whole entries is judged by the policies; here it is nothing."""
    assert [f.code for f in applied(text, found(1))] == ["contract.key_missing"]
