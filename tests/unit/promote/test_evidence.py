"""Evidence: everything that a promotion lacks is told at once, and a proved case has no finding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.findings import Finding
from pipeline.promote.evidence import Case, Probe, Staging
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SETTINGS = "5" * 64


@pytest.fixture(scope="module")
def proved():
    """globex, live in staging for a day, every pipeline published, production probed a minute ago."""
    release = compile_release(read_tenant(ROOT, "globex")[0])
    receipts = {pipeline.name: "5" * 64 for pipeline in release.pipelines}
    staging = Staging(release.digest, "dep-1", NOW - timedelta(days=1), receipts)
    probe = Probe(NOW - timedelta(minutes=1), release.digest, SETTINGS)
    return Case(release, SETTINGS, "standard", staging, probe, NOW, timedelta(hours=12))


def codes(case: Case) -> list[str]:
    return sorted(finding.code for finding in case.findings())


def test_a_proved_case_has_no_finding_and_its_evidence(proved):
    """What the pin will say is what was found."""
    assert codes(proved) == []
    evidence = proved.evidence()
    assert (evidence.deployment, evidence.live_since, evidence.probed) == (
        "dep-1",
        "2026-11-24T09:00:00Z",
        "2026-11-25T08:59:00Z",
    )
    assert set(evidence.receipts) == {"purchase_orders", "purchase_order_lines", "vendors"}


def test_a_release_that_is_not_live_in_staging_proves_nothing(proved):
    """Only that is told: the rest would speak of another release."""
    assert codes(replace(proved, staging=Staging("0" * 64))) == ["evidence.not_live"]
    assert codes(replace(proved, staging=Staging(None))) == ["evidence.not_live"]


def test_everything_else_that_is_missing_is_told_at_once(proved):
    """No receipt, still soaking, an open incident, an old probe: four findings, each with a fix."""
    staging = replace(proved.staging, receipts={}, live_since=NOW - timedelta(hours=1), open_incidents=("INC-7",))
    case = replace(proved, staging=staging, probe=replace(proved.probe, at=NOW - timedelta(hours=2)))
    assert set(codes(case)) == {
        "evidence.no_receipt",
        "evidence.soaking",
        "evidence.open_incident",
        "evidence.probe_stale",
    }
    assert all(finding.fix for finding in case.findings())


def test_what_the_probe_found_stands_in_the_way(proved):
    """Production's own findings are told as they are."""
    found = Finding("probe.credential", "deny", "gate", "the key is refused")
    assert codes(replace(proved, probe=replace(proved.probe, findings=(found,)))) == ["probe.credential"]


def test_only_a_probe_of_this_release_and_these_settings_counts(proved):
    """What was probed under other settings, or another release, says nothing of this one."""
    for other in ({"settings": "6" * 64}, {"release": "6" * 64}):
        assert codes(replace(proved, probe=replace(proved.probe, **other))) == ["evidence.probe_other"]
