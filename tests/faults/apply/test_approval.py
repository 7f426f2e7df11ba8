"""What was approved is what is applied: a plan written down goes ahead, and one that grew is refused by name."""

from __future__ import annotations

import json

TENANT = "approved"


def test_an_approved_plan_goes_ahead_and_one_that_grew_is_refused(staging, tmp_path):
    """Between approval and apply the tier changed: the grant that is replaced was not approved, and nothing is done."""
    staging.add_tenant(TENANT)
    plan = tmp_path / "plan.json"
    staging.run("plan", TENANT, "--out", str(plan))
    assert len(json.loads(plan.read_text())[TENANT]["steps"]) > 10
    assert staging.apply(TENANT, "--plan", str(plan))[TENANT]["outcome"] == "live"

    staging.run("plan", TENANT, "--out", str(plan))
    before = staging.state(TENANT)
    staging.change(TENANT)
    with staging.start("apply", TENANT, "--plan", str(plan)) as process:
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 3
    sentence = json.loads(out)[TENANT]["error"]
    assert "the plan is not the one that was approved" in sentence
    assert (
        "replace snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole usage-warehouse" in sentence
    )
    assert staging.state(TENANT)["resources"] == before["resources"]

    staging.run("plan", TENANT, "--out", str(plan))
    assert staging.apply(TENANT, "--plan", str(plan))[TENANT]["outcome"] == "live"
