"""The way back is looked at before the merge: what a revert could not undo is named; all else is said to be undoable."""

from __future__ import annotations

import pytest

from pipeline.findings import denied
from pipeline.gate.change import read_change
from pipeline.gate.effect import effects
from pipeline.gate.rehearsal_plan import backward, sentence
from pipeline.plan.step import Step

PIPELINE = "tenants/globex/pipelines/invoices.yaml"
SETTINGS = "tenants/globex/environments/staging.yaml"


def rehearsed(verdict) -> list[str]:
    return [finding.code for finding in verdict.findings if finding.code.startswith("rehearsal.")]


def way_back(scratch) -> str:
    return effects(read_change(scratch.folder)).way_back[-1]


def test_what_a_revert_undoes_is_told_so(scratch):
    """Another schedule, another secret, another user: no word of a finding, and the summary says how it was rehearsed."""
    scratch.edit(PIPELINE, "H * * * *", "H 3 * * *")
    scratch.edit(SETTINGS, "secret: erp_in", "secret: erp_new")
    assert rehearsed(scratch.judge()) == []
    assert "no state was asked: all of it can be undone" in way_back(scratch)


def test_what_a_revert_would_double_is_refused_until_somebody_waives_it(scratch):
    """`append` counts object by object what was replaced meanwhile; the finding stands on the pipeline, and can be waived."""
    scratch.edit(PIPELINE, "write: merge", "write: append")
    scratch.commit()
    scratch.git("branch", "-f", "main")
    scratch.edit(PIPELINE, "write: append", "write: replace")
    verdict = scratch.judge()
    (found,) = [finding for finding in verdict.findings if finding.code == "rehearsal.rows_doubled"]
    assert (found.level, found.where.file, found.tenant) == ("deny", PIPELINE, "globex")
    assert "cannot go back to `append`" in found.what
    assert "1 thing cannot be undone" in way_back(scratch)


def test_names_that_go_cannot_come_back(scratch):
    """A pipeline's is told; a whole tenant's is refused, and once for all that was in it."""
    scratch.git("rm", "-q", PIPELINE)
    found = [finding for finding in scratch.judge().findings if finding.code == "rehearsal.name_spent"]
    assert [(finding.level, finding.where.file) for finding in found] == [("warn", PIPELINE)]
    scratch.git("rm", "-qr", "tenants/globex")
    found = [finding for finding in scratch.judge().findings if finding.code == "rehearsal.name_spent"]
    assert [(finding.level, finding.where.file) for finding in found] == [("deny", "tenants/globex/tenant.yaml")]


def step(operation, type_, name):
    return Step(operation, f"urn:pulumi:globex.staging::acme::acme:index:Tenant${type_}::{name}")


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (step("delete", "aws:secretsmanager/secret:Secret", "secret-erp"), "rehearsal.name_held"),
        (step("replace", "aws:secretsmanager/secret:Secret", "secret-erp"), "rehearsal.name_held"),
        (step("delete", "snowflake:index/schema:Schema", "store"), "rehearsal.data_lost"),
        (step("replace", "aws:iam/role:Role", "role"), "rehearsal.identity_replaced"),
        (step("delete", "snowflake:index/serviceUser:ServiceUser", "user"), "rehearsal.identity_replaced"),
        (step("replace", "aws:s3/bucketObjectv2:BucketObjectv2", "dag-file"), ""),
        (step("create", "aws:secretsmanager/secret:Secret", "secret-erp"), ""),
        (step("update", "aws:iam/role:Role", "role"), ""),
    ],
)
def test_a_plan_is_walked_back(taken, code):
    """A name in its recovery window, lost data, another identity; what comes back as it was is no finding."""
    found = list(backward("globex", "staging", [taken]))
    assert [finding.code for finding in found] == ([code] if code else [])
    assert denied(found) == bool(code)


def test_the_way_back_of_a_plan_is_counted():
    """What was created goes, what was changed changes back."""
    steps = [step("create", "a:b:C", "x"), step("create", "a:b:C", "y"), step("update", "a:b:C", "z")]
    assert sentence("globex", "staging", steps) == "globex.staging: rehearsed on the plan, back by 2 delete, 1 update"
