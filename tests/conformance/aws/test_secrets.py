"""Secrets Manager keeps each tenant's values for that tenant, and a deleted name blocked."""

from __future__ import annotations

from tests.conformance.aws.world import allow, decision, deny, policy


def test_a_tenant_reads_its_own_secret_and_no_other(world):
    """By name, by ARN and in a batch."""
    secrets, place = world.tenant("secretsmanager", "globex"), world.place
    other = world.aws.root("secretsmanager").describe_secret(SecretId=place.secret("initech", "erp"))["ARN"]
    assert secrets.get_secret_value(SecretId=place.secret("globex", "erp"))["SecretString"] == "of globex"
    assert decision(secrets.get_secret_value, SecretId=place.secret("initech", "erp")) == "deny"
    assert decision(secrets.get_secret_value, SecretId=other) == "deny"
    assert decision(secrets.batch_get_secret_value, SecretIdList=[place.secret("initech", "erp")]) == "deny"


def test_a_tenant_changes_and_lists_no_secret(world):
    """Reading is all that a connector needs."""
    secrets, name = world.tenant("secretsmanager", "globex"), world.place.secret("globex", "erp")
    assert decision(secrets.put_secret_value, SecretId=name, SecretString="x") == "deny"
    assert decision(secrets.delete_secret, SecretId=name) == "deny"
    assert decision(secrets.list_secrets) == "deny"


def test_a_deleted_name_is_blocked_until_it_is_restored(world):
    """In its recovery window a secret's name cannot be made again; restoring brings the value back."""
    root, name = world.aws.root("secretsmanager"), world.place.secret("globex", "erp")
    root.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert decision(root.create_secret, Name=name) != "allow"
    assert decision(root.get_secret_value, SecretId=name) == "InvalidRequestException"
    root.restore_secret(SecretId=name)
    assert root.get_secret_value(SecretId=name)["SecretString"] == "of globex"


def test_an_older_version_stays_known(world):
    """A rotated value can be told from the one before."""
    root, name = world.aws.root("secretsmanager"), world.place.secret("globex", "erp")
    root.put_secret_value(SecretId=name, SecretString="new")
    assert root.get_secret_value(SecretId=name)["SecretString"] == "new"
    assert root.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "of globex"


def test_a_secrets_own_policy_denies_everybody_else(world):
    """`aws:PrincipalArn` is the role of a session: the tenant's reads, one whose own policy says `*` does not."""
    name, place = world.place.secret("globex", "erp"), world.place
    only_the_tenant = deny(
        ["secretsmanager:GetSecretValue"],
        "*",
        Principal="*",
        Condition={"StringNotEquals": {"aws:PrincipalArn": place.role_arn("globex")}},
    )
    world.aws.root("secretsmanager").put_resource_policy(SecretId=name, ResourcePolicy=policy(only_the_tenant))
    wide = world.role("wide", allow(["secretsmanager:*"], ["*"]))
    wide_secrets = world.aws.client("secretsmanager", world.assume(wide))
    assert decision(world.tenant("secretsmanager", "globex").get_secret_value, SecretId=name) == "allow"
    assert decision(wide_secrets.get_secret_value, SecretId=name) == "deny"
    assert decision(wide_secrets.get_secret_value, SecretId=place.secret("initech", "erp")) == "allow"


def test_a_value_is_put_once_under_its_token(world):
    """The same value under the same token makes no second version."""
    root, name, token = world.aws.root("secretsmanager"), world.place.secret("globex", "erp"), "a" * 64
    for _ in range(2):
        assert root.put_secret_value(SecretId=name, SecretString="new", ClientRequestToken=token)["VersionId"] == token
    assert root.describe_secret(SecretId=name)["VersionIdsToStages"][token] == ["AWSCURRENT"]
