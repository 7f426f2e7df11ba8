"""Steps: what was approved may happen, and nothing more that destroys or gives access."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.step import UNKNOWN, Step, beyond, steps_digest


def step(operation="create", type_="aws:iam/role:Role", name="role", **inputs):
    return Step(operation, f"urn:pulumi:globex.staging::acme::acme:Tenant${type_}::{name}", (), inputs)


def test_a_step_reads_type_and_name_out_of_its_urn():
    """The type is the last of the URN's chain, the name its end."""
    assert (step().type, step().name) == ("aws:iam/role:Role", "role")


def test_what_was_approved_is_covered():
    """The same steps, in any order, go ahead."""
    steps = [step(policy="a"), step("delete", "aws:s3/bucketObjectv2:BucketObjectv2", "dag")]
    assert beyond([s.approved() for s in reversed(steps)], steps) == []


def test_fewer_steps_than_approved_are_covered():
    """Somebody did a part of it already: less is fine."""
    steps = [step(policy="a"), step(name="other", policy="b")]
    assert beyond([s.approved() for s in steps], steps[:1]) == []


@pytest.mark.parametrize(
    "surprise",
    [
        step("delete", "aws:s3/bucketObjectv2:BucketObjectv2", "dag"),
        step("replace", "snowflake:index/schema:Schema", "store"),
        step("update", "aws:iam/rolePolicy:RolePolicy", "policy", policy="wider"),
        step("create", "snowflake:index/grantAccountRole:GrantAccountRole", "grant"),
    ],
    ids=["delete", "replace", "policy", "grant"],
)
def test_a_new_delete_replace_or_access_step_stops(surprise):
    """Nobody approved it, so it does not happen."""
    approved = [step(policy="a")]
    assert beyond([s.approved() for s in approved], [*approved, surprise]) == [surprise]


def test_a_new_harmless_step_goes_ahead():
    """An object in S3 that is written anew needs no second approval."""
    harmless = step("update", "aws:s3/bucketObjectv2:BucketObjectv2", "dag", content="x")
    assert beyond([], [harmless]) == []


def test_the_same_resource_with_other_inputs_is_not_what_was_approved():
    """An approval is for values too, though it shows only their hash."""
    approved = step(policy="read")
    assert beyond([approved.approved()], [step(policy="write")]) == [step(policy="write")]


def test_a_value_unknown_at_the_approval_may_be_known_later():
    """A half-done apply knows more than its preview did; what was known must still be equal."""
    approved = [step(policy="read", role=UNKNOWN).approved()]
    assert beyond(approved, [step(policy="read", role="acme-staging-globex")]) == []
    assert beyond(approved, [step(policy="write", role="acme-staging-globex")]) != []


@given(
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False)), max_size=4)
)
def test_an_approval_never_shows_a_value(inputs):
    """Only a hash of the inputs leaves the plan."""
    approved = replace(step(), inputs=inputs).approved()
    assert set(approved) == {"operation", "urn", "changed", "inputs", "unknown"}
    assert len(approved["inputs"]) == 64


def test_the_digest_does_not_depend_on_the_order_of_steps():
    """The engine works in parallel: the same plan comes in any order."""
    steps = [step(name=name, policy=name) for name in "abc"]
    assert steps_digest(steps) == steps_digest(reversed(steps))
    assert steps_digest(steps) != steps_digest(steps[:2])
