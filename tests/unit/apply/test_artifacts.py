"""Artifacts: written once, read back, never overwritten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import naming, release
from pipeline.apply import artifacts
from pipeline.errors import Conflict, Denied, Missing
from pipeline.plan.desired import Desired
from pipeline.plan.runtime import Runtime
from pipeline.settings import Environment, Snowflake
from tests.unit.apply.conftest import record

RUNTIME = Runtime("1" * 64, b"a runtime")


@pytest.fixture
def place(ministack):
    """A region of the test's own: the names of buckets are the world's, not an account's."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in ministack.place.account)
    return replace(ministack.place, region=f"eu-{letters}-1")


@pytest.fixture
def s3(ministack, place):
    """The account's owner; both buckets stand."""
    client = ministack.root("s3")
    for name in (place.lake_bucket, place.dags_bucket):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": ministack.place.region})
    return client


@pytest.fixture
def wanted(place):
    environment = Environment(place.environment, place.region, place.account, Snowflake("acme-staging"))
    return Desired(environment, release.Release("globex", ()), {"cell": "eu1"}, RUNTIME, "2" * 64)


def read(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def test_release_runtime_and_deployment_are_what_a_run_will_read(s3, place, wanted):
    """Each under its name, byte for byte."""
    artifacts.write(s3, wanted, record("dep-1"))
    assert artifacts.stored_release(s3, place.lake_bucket, "globex", wanted.release.digest) == wanted.release.bytes()
    assert read(s3, place.dags_bucket, place.dags_prefix("eu1") + naming.runtime_file(RUNTIME.digest)) == b"a runtime"
    told = read(s3, place.lake_bucket, naming.deployment_key("globex", "dep-1"))
    assert told == release.canonical(artifacts.document(wanted, record("dep-1")))


def test_written_again_they_are_only_read(s3, place, wanted):
    """A retry finds its own objects: one version each, and no complaint."""
    s3.put_bucket_versioning(Bucket=place.lake_bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        artifacts.write(s3, wanted, record("dep-1"))
    assert len(s3.list_object_versions(Bucket=place.lake_bucket)["Versions"]) == 2


def test_other_bytes_under_a_name_are_a_conflict(s3, place, wanted):
    """What a digest names is never replaced, and never trusted unread."""
    key = naming.release_key("globex", wanted.release.digest)
    s3.put_object(Bucket=place.lake_bucket, Key=key, Body=b"something else")
    with pytest.raises(Conflict, match="holds other bytes"):
        artifacts.write(s3, wanted, record("dep-1"))
    assert read(s3, place.lake_bucket, key) == b"something else"


def test_a_tenant_before_its_platform_is_told_what_comes_first(ministack, wanted):
    """No bucket stands yet: the sentence names the command that makes them."""
    far = replace(wanted, environment=replace(wanted.environment, region="eu-nowhere-9"))
    with pytest.raises(Missing, match="acme apply --platform"):
        artifacts.write(ministack.root("s3"), far, record("dep-1"))


def test_a_release_that_is_not_stored_is_missing(s3, place):
    """Also where there is no bucket yet."""
    with pytest.raises(Missing):
        artifacts.stored_release(s3, place.lake_bucket, "globex", "3" * 64)
    with pytest.raises(Missing):
        artifacts.stored_release(s3, "no-such-bucket-of-ours", "globex", "3" * 64)


@pytest.mark.usefixtures("s3")
def test_who_may_not_write_is_told_so(ministack, wanted):
    """AWS's refusal is ours: a sentence, and no traceback."""
    iam = ministack.root("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = ministack.client("s3", (key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(Denied):
        artifacts.write(nobody, wanted, record("dep-1"))


@pytest.mark.usefixtures("s3")
def test_settings_stand_in_the_deployment_and_no_secret_does(wanted):
    """A run learns where to connect from its deployment; secrets are names in it."""
    assert artifacts.document(wanted, record("dep-1"))["settings"] == {"cell": "eu1"}
