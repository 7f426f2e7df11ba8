"""The decision log: one line a verdict, by which policies, and no text of the head."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import events
from pipeline.errors import Usage
from pipeline.events import Correlation
from pipeline.findings import Finding, Waiver, Where
from pipeline.gate.bundle import read_bundle
from pipeline.gate.decision import append, decision
from pipeline.gate.verdict import Verdict

PROJECT = Path(__file__).parents[3]
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
FOUND = Finding(
    "tenant.https_only", "deny", "gate", "`hunter2`", "why", "fix", "globex", Where("tenants/globex/a.yaml", 3, 1)
)
VERDICT = Verdict("b" * 40, "h" * 40, ("globex",), (FOUND,), 44, 0.5, bundle="d" * 64)


def test_each_verdict_is_one_more_line_with_the_policies_digest(scratch, tmp_path):
    """What is read back is an event; the digest is that of the policies that judged."""
    log = tmp_path / "decisions.jsonl"
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    head = scratch.commit()
    for _ in range(2):
        append(log, scratch.judge(head=head))
    lines = [events.read(line) for line in log.read_text().splitlines()]
    assert [line.name for line in lines] == ["gate.verdict.given"] * 2
    assert len({line.id for line in lines}) == 2
    data = lines[0].data
    assert (data["verdict"], data["head"], data["author"]) == ("deny", head, "dana@acme.example")
    assert data["bundle"] == read_bundle(PROJECT / "policies").digest
    assert ("tenant.owners_known", "tenants/globex/tenant.yaml", 3) in [
        (one["code"], one["file"], one["line"]) for one in data["findings"]
    ]


def test_no_text_of_the_head_and_nothing_that_looks_like_a_secret_is_written():
    """Words stay out; a key in a file's name is hidden; a waiver shows whose it is and until when, not why."""
    pasted = replace(FOUND, where=Where(f"tenants/globex/{KEY}.sql"))
    waived = FOUND.waived(Waiver("because hunter2", "security", "2026-12-31"))
    event = decision(replace(VERDICT, findings=(FOUND, pasted, waived)), Correlation(tenant="globex"))
    assert "hunter2" not in event.text()
    assert KEY not in event.text()
    assert [one["file"] for one in event.data["findings"]] == [FOUND.where.file, "(hidden)", FOUND.where.file]
    assert event.data["findings"][2]["waived"] == {"owner": "security", "until": "2026-12-31"}
    assert (event.ids.tenant, event.ids.commit) == ("globex", "h" * 40)


def test_a_verdict_on_a_whole_fleet_is_still_one_line():
    """Many findings are counted, and the first named, so that the transport takes it."""
    many = tuple(replace(FOUND, where=Where("x" * 400, n)) for n in range(3000))
    event = decision(replace(VERDICT, findings=many, tenants=tuple(f"tenant_{n}" for n in range(1200))))
    assert event.data["counts"] == {"tenants": 1200, "findings": 3000, "checks": 44}
    assert json.loads(event.text())["data"]["counts"]["findings"] == 3000


def test_a_log_that_cannot_be_written_is_said(tmp_path):
    """A wrong path is a wrong word."""
    with pytest.raises(Usage, match="--decisions"):
        append(tmp_path / "nowhere" / "log", VERDICT)
