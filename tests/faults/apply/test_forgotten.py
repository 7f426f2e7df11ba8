"""What a killed engine had created and no longer knows: found in the versions of its state, held again, not created twice."""

from __future__ import annotations

import json

import pytest

from pipeline import naming
from pipeline.apply import found, lease
from pipeline.apply.records import leases
from tests.staging import PLACE, Staging

TENANT = "forgotten"
REPEATABLE = {  # a second create of these is the first again
    "aws:iam/rolePolicy:RolePolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "snowflake:index/grantAccountRole:GrantAccountRole",
    "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
}


@pytest.fixture(scope="module")
def live(staging) -> Staging:
    """Staging with the tenant in it."""
    staging.add_tenant(TENANT)
    staging.apply(TENANT)
    return staging


def write_state(staging: Staging, latest: dict) -> None:
    """One more version of the tenant's state, as an engine writes it."""
    s3, key = staging.owner.client("s3"), naming.engine_state_key(naming.stack(TENANT, "staging"))
    checkpoint = json.loads(s3.get_object(Bucket=PLACE.state_bucket, Key=key)["Body"].read())
    checkpoint["checkpoint"]["latest"] = latest
    s3.put_object(Bucket=PLACE.state_bucket, Key=key, Body=json.dumps(checkpoint).encode())


def forget(staging: Staging) -> None:
    """As if the engine had begun every create, had been cut off from its apply, and had given them all up."""
    whole = staging.state(TENANT)
    made = [one for one in whole["resources"] if one.get("custom") and not one["type"].startswith("pulumi:")]
    rest = [one for one in whole["resources"] if one not in made]
    begun = [{"resource": {**one, "id": "", "outputs": {}}, "type": "creating"} for one in made]
    write_state(staging, {**whole, "resources": rest, "pending_operations": begun})
    write_state(staging, {**whole, "resources": rest, "pending_operations": []})


def leave_the_lease_of_a_dead_process(staging: Staging) -> None:
    dead = {**lease.this_process(), "started": "1", "since": "2026-01-01T00:00:00+00:00"}
    with staging.hands.records.begin() as connection:
        connection.execute(leases.update().where(leases.c.tenant == TENANT).values(holder=dead))


def test_what_was_created_and_forgotten_is_not_created_twice(live):
    """Every resource of the tenant exists and none is in the state: the next apply ends with all of them held."""
    before = {one["urn"]: one.get("id") for one in live.state(TENANT)["resources"]}
    forget(live)
    leave_the_lease_of_a_dead_process(live)
    live.change(TENANT)
    assert live.apply(TENANT)[TENANT]["outcome"] == "live"
    after = live.state(TENANT)
    assert {one["urn"] for one in after["resources"]} == {*before}
    found_again = {one["urn"]: one["id"] for one in after["resources"] if one["type"] in found.FINDERS}
    assert found_again == {urn: before[urn] for urn in found_again}
    assert not after.get("pending_operations")


def test_every_type_can_be_found_or_may_be_created_again(live):
    """A new type of the stacks says which: else a killed apply of it could not be finished."""
    for stack in ("platform", TENANT):
        types = {one["type"] for one in live.state(stack)["resources"] if one.get("custom")}
        unknown = types - {*found.FINDERS} - REPEATABLE
        assert not [type_ for type_ in unknown if not type_.startswith("pulumi:")]


def test_an_identifier_found_is_the_one_that_the_state_holds(live):
    """By it the resource is read; a name that nobody has is not found."""
    world = live.hands.world()
    for one in [*live.state("platform")["resources"], *live.state(TENANT)["resources"]]:
        if one["type"] in found.FINDERS:
            assert found.identifier(one, world) == one["id"]
            nobody = {key: f"{value}x" if key in ("name", "bucket") else value for key, value in one["inputs"].items()}
            assert found.identifier({**one, "inputs": nobody}, world) is None
