"""The programs' rendered plans: known inputs only, each tenant within its own walls, data never at risk."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline import naming
from pipeline.plan.rendered import Resource, rendered
from pipeline.plan.step import DATA
from pipeline.sandbox.providers import schema
from pipeline.settings import Environment, Snowflake
from stacks.components.platform import PlatformArgs, platform_program
from stacks.components.tenant import TenantArgs, tenant_program
from stacks.components.tenant_role import reach

CLOUD = Environment(
    "staging", "eu-west-1", "111111111111", Snowflake("acme-staging", iam_arn="arn:aws:iam::999999999999:user/s")
)
SANDBOX = replace(CLOUD, sandbox=True)
GLOBEX = TenantArgs(CLOUD, "globex", "eu1", "standard", ("erp_drop", "erp_key"), "print('a')\n")
INITECH = replace(GLOBEX, tenant="initech", tier="priority")
PLATFORM = PlatformArgs(CLOUD, ("eu1", "eu2"), "name = 'staging'\n")
PROGRAMS = {
    "globex": tenant_program(GLOBEX),
    "initech": tenant_program(INITECH),
    "platform": platform_program(PLATFORM),
    "platform of a sandbox": platform_program(replace(PLATFORM, environment=SANDBOX)),
}
NAMES = ("name", "bucket", "key", "database", "schema", "userName", "secretArn", "role")
SHARED = {"arn:aws:s3:::acme-staging-eu-west-1-lake"}  # listed under a condition on the prefix


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_resource_passes_the_check_of_the_real_provider(program):
    """No input is unknown, missing or of a wrong type."""
    told = rendered(program)
    assert told
    for resource in told:
        package = schema.load(resource.type.partition(":")[0])
        assert package.problems(resource.type, resource.name, resource.inputs) == []


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_resource_has_an_explicit_provider_and_a_name(program):
    """Neither a default account nor autonaming decides where something goes or what it is called."""
    for resource in rendered(program):
        assert "::default" not in resource.provider
        assert resource.provider
        inputs = schema.load(resource.type.partition(":")[0]).inputs(resource.type)
        wanted = next((key for key in ("bucket", "name") if key in inputs), None)
        assert wanted is None or resource.inputs.get(wanted), resource


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_what_holds_data_is_protected_and_outlives_its_stack(program):
    """A schema, secret, log group, bucket or database cannot be deleted by an update."""
    kept = [resource for resource in rendered(program) if resource.type in DATA]
    assert kept
    assert all(resource.is_protected and resource.is_retained for resource in kept)


def test_two_tenants_share_no_physical_name():
    """Whatever one tenant's stack makes, no other's does."""
    first, second = ({_identity(resource) for resource in rendered(PROGRAMS[name])} for name in ("globex", "initech"))
    assert first
    assert not first & second


def _identity(resource: Resource) -> tuple[str, ...]:
    named = {key: resource.inputs[key] for key in NAMES if key in resource.inputs}
    grant = {key: resource.inputs[key] for key in ("accountRoleName", "roleName") if key in resource.inputs}
    return (resource.type, json.dumps({**named, **grant}, sort_keys=True))


def test_every_right_of_a_tenant_lies_within_its_own_prefix():
    """Each Allow names literal ARNs below the tenant's own prefix; the bucket itself only under a condition on it."""
    for statement in _statements(rendered(PROGRAMS["globex"]), "aws:iam/rolePolicy:RolePolicy"):
        assert statement["Effect"] == "Allow"
        for arn in statement["Resource"]:
            if arn in SHARED:
                assert statement["Action"] == ["s3:ListBucket"]
                assert statement["Condition"] == {"StringLike": {"s3:prefix": ["globex/*"]}}
            else:
                assert "/globex/" in arn.replace(":*", "/") or arn.endswith("/globex"), arn
                assert "$" not in arn
                assert "?" not in arn
                assert "*" not in arn.removesuffix("*")


def test_only_airflow_becomes_a_tenant_and_only_by_its_external_id():
    """The trust of the role names one principal and this tenant's own external id."""
    (statement,) = _statements(rendered(PROGRAMS["globex"]), "aws:iam/role:Role", "assumeRolePolicy")
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:role/acme-staging--orchestrator"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "acme:staging:globex"}}


def test_policies_of_shared_things_only_deny():
    """A bucket's or a secret's own policy gives nobody anything."""
    owned = {"platform": "aws:s3/bucketPolicy:BucketPolicy", "globex": "aws:secretsmanager/secretPolicy:SecretPolicy"}
    for name, types in owned.items():
        statements = _statements(rendered(PROGRAMS[name]), types)
        assert statements
        assert {statement["Effect"] for statement in statements} == {"Deny"}


def test_a_bucket_has_one_policy_and_one_lifecycle():
    """A second one would overwrite the first."""
    for type_ in (
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ):
        buckets = [resource.inputs["bucket"] for resource in rendered(PROGRAMS["platform"]) if resource.type == type_]
        assert len(buckets) == len(set(buckets)) == 2


def test_what_a_killed_ingest_leaves_goes_after_a_day():
    """By the tag that its uploads bear: a prefix of each tenant would be more rules than a bucket may have."""
    rules = [
        rule
        for resource in rendered(PROGRAMS["platform"])
        if resource.type == "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
        for rule in resource.inputs["rules"]
        if rule.get("filter", {}).get("tag") == {"key": naming.INCOMING_TAG, "value": "true"}
    ]
    assert [
        (r["status"], r["expiration"]["days"], r["noncurrentVersionExpiration"]["noncurrentDays"]) for r in rules
    ] == [("Enabled", 1, 1)] * 2
    tagging = [s for s in reach(CLOUD.place, "globex") if "s3:PutObjectTagging" in s["Action"]]
    assert [s["Resource"] for s in tagging] == [
        [f"arn:aws:s3:::{CLOUD.place.lake_bucket}/{naming.incoming_prefix(GLOBEX.tenant)}*"]
    ]


def _statements(told: list[Resource], type_: str, key: str = "policy") -> list[dict]:
    return [
        statement
        for resource in told
        if resource.type == type_
        for statement in json.loads(resource.inputs[key])["Statement"]
    ]
