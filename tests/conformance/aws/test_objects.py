"""A tenant's role reaches its own prefix of the lake and nothing of a neighbour's, by no way there is."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from tests.conformance.aws.world import allow, decision, policy

OWN, OTHER = "globex/landing/1.csv", "initech/landing/1.csv"


@pytest.fixture
def s3(world):
    return world.tenant("s3", "globex")


REACHES = {
    "get": lambda s3, bucket, key: s3.get_object(Bucket=bucket, Key=key),
    "head": lambda s3, bucket, key: s3.head_object(Bucket=bucket, Key=key),
    "put": lambda s3, bucket, key: s3.put_object(Bucket=bucket, Key=f"{key}.new", Body=b"x"),
    "list": lambda s3, bucket, key: s3.list_objects_v2(Bucket=bucket, Prefix=key.partition("/")[0] + "/"),
    "multipart": lambda s3, bucket, key: s3.create_multipart_upload(Bucket=bucket, Key=f"{key}.parts"),
    "copy from": lambda s3, bucket, key: s3.copy_object(
        Bucket=bucket, Key="globex/copy", CopySource={"Bucket": bucket, "Key": key}
    ),
}


@pytest.mark.parametrize("reach", REACHES)
def test_the_own_prefix_is_open(world, s3, reach):
    """What a tenant's tasks do, they may do."""
    assert decision(REACHES[reach], s3, world.bucket, OWN) == "allow"


@pytest.mark.parametrize("reach", REACHES)
def test_the_neighbours_prefix_is_shut(world, s3, reach):
    """The same calls on another tenant's keys are denied."""
    assert decision(REACHES[reach], s3, world.bucket, OTHER) == "deny"


def test_nothing_can_be_deleted(world, s3):
    """Landed bytes are kept: deleting is granted to nobody's tasks, neighbour's key or own."""
    assert decision(s3.delete_object, Bucket=world.bucket, Key=OTHER) == "deny"
    assert decision(s3.delete_object, Bucket=world.bucket, Key=OWN) == "deny"


def test_a_batch_delete_is_no_way_around(world):
    """A role that may delete its own objects deletes no neighbour's in a batch either."""
    own = [f"arn:aws:s3:::{world.bucket}/globex/*"]
    s3 = world.aws.client("s3", world.assume(world.role("sweeper", allow(["s3:DeleteObject"], own))))
    both = {"Objects": [{"Key": OWN}, {"Key": OTHER}]}
    assert decision(s3.delete_objects, Bucket=world.bucket, Delete=both) == "deny"  # AWS would answer key by key
    assert world.aws.root("s3").get_object(Bucket=world.bucket, Key=OTHER)["Body"].read() == b"initech"
    assert decision(s3.delete_objects, Bucket=world.bucket, Delete={"Objects": [{"Key": OWN}]}) == "allow"


def test_the_bucket_cannot_be_listed_without_a_prefix(world, s3):
    """No prefix, or half a name, would show the neighbours."""
    assert decision(s3.list_objects_v2, Bucket=world.bucket) == "deny"
    assert decision(s3.list_objects_v2, Bucket=world.bucket, Prefix="glo") == "deny"
    assert decision(s3.list_buckets) == "deny"


def test_a_name_that_begins_alike_is_another_tenant(world, s3):
    """`globex_2/` does not lie below `globex/`."""
    world.aws.root("s3").put_object(Bucket=world.bucket, Key="globex_2/landing/1.csv", Body=b"x")
    assert decision(s3.get_object, Bucket=world.bucket, Key="globex_2/landing/1.csv") == "deny"


def test_dots_in_a_key_lead_nowhere(world, s3):
    """A key is a string, not a path."""
    assert decision(s3.get_object, Bucket=world.bucket, Key="initech/../initech/landing/1.csv") == "deny"
    assert decision(s3.get_object, Bucket=world.bucket, Key="globex/../initech/landing/1.csv") in ("deny", "NoSuchKey")


@pytest.mark.parametrize(("key", "status"), [(OWN, 200), (OTHER, 403)])
def test_a_presigned_url_carries_the_rights_of_its_signer(world, s3, key, status):
    """Signing needs no right; using the URL does."""
    url = s3.generate_presigned_url("get_object", Params={"Bucket": world.bucket, "Key": key})
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  ours, on loopback
            assert answer.status == status
    except urllib.error.HTTPError as error:
        assert error.code == status
        error.close()


def test_the_bucket_itself_is_out_of_reach(world, s3):
    """No policy, no lifecycle, no versioning by a tenant."""
    everybody = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'
    )
    assert decision(s3.put_bucket_policy, Bucket=world.bucket, Policy=everybody) == "deny"
    assert decision(s3.delete_bucket, Bucket=world.bucket) == "deny"


def test_a_bucket_policy_that_denies_beats_every_allow(world):
    """The lake's static policy only denies, and its word is last."""
    s3 = world.tenant("s3", "globex")
    shut = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{world.bucket}/globex/*",
    }
    world.aws.root("s3").put_bucket_policy(Bucket=world.bucket, Policy=policy(shut))
    assert decision(s3.get_object, Bucket=world.bucket, Key=OWN) == "deny"
    world.aws.root("s3").delete_bucket_policy(Bucket=world.bucket)
    assert decision(s3.get_object, Bucket=world.bucket, Key=OWN) == "allow"


def test_a_withdrawn_policy_counts_at_once(world, s3):
    """Also for sessions that are open."""
    world.aws.root("iam").delete_role_policy(RoleName=world.place.role("globex"), PolicyName="p")
    assert decision(s3.get_object, Bucket=world.bucket, Key=OWN) == "deny"
