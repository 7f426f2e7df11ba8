"""Who may become whom, with how much of the role, and that a signature is checked."""

from __future__ import annotations

import botocore
import pytest
from botocore.config import Config

from tests.conformance.aws.world import allow, decision, policy, tenant_statements, user

OWN, OTHER = "globex/landing/1.csv", "initech/landing/1.csv"


def test_a_role_is_assumed_with_its_external_id_only(world):
    """Without it, or with a neighbour's, nobody becomes the tenant."""
    arn, place = world.place.role_arn("globex"), world.place
    assert decision(world.assume, arn, ExternalId=place.external_id("globex")) == "allow"
    assert decision(world.assume, arn) == "deny"
    assert decision(world.assume, arn, ExternalId=place.external_id("initech")) == "deny"


def test_a_stranger_and_a_neighbour_cannot_assume_it(world):
    """The trust policy names who may; knowing the external id is not enough."""
    arn, words = world.place.role_arn("initech"), world.place.external_id("initech")
    stranger = user(world.aws, "stranger", allow(["sts:AssumeRole"], ["*"]))
    assert decision(world.assume, arn, stranger, ExternalId=words) == "deny"
    neighbour = world.assume(world.place.role_arn("globex"), ExternalId=world.place.external_id("globex"))
    assert decision(world.assume, arn, neighbour, ExternalId=words) == "deny"


def test_a_session_is_of_the_roles_account(world):
    """`GetCallerIdentity` names the assumed role: what a login by workload identity relies on."""
    keys = world.assume(world.place.role_arn("globex"), ExternalId=world.place.external_id("globex"))
    identity = world.aws.client("sts", keys).get_caller_identity()
    assert identity["Account"] == world.place.account
    name = world.place.role("globex")
    assert identity["Arn"] == f"arn:aws:sts::{world.place.account}:assumed-role/{name}/conformance"


def test_a_session_policy_narrows(world):
    """A task gets less than its role: own prefix only, no secret."""
    arn = world.role("wide", allow(["s3:*", "secretsmanager:*"], ["*"]))
    narrow = policy(tenant_statements(world.place, world.bucket, "globex")[0])
    keys = world.assume(arn, Policy=narrow)
    s3 = world.aws.client("s3", keys)
    assert decision(s3.get_object, Bucket=world.bucket, Key=OWN) == "allow"
    assert decision(s3.get_object, Bucket=world.bucket, Key=OTHER) == "deny"
    secrets = world.aws.client("secretsmanager", keys)
    assert decision(secrets.get_secret_value, SecretId=world.place.secret("globex", "erp")) == "deny"


def test_a_session_policy_never_widens(world):
    """What the role lacks, no session has."""
    keys = world.assume(
        world.place.role_arn("globex"),
        ExternalId=world.place.external_id("globex"),
        Policy=policy(allow(["s3:*"], ["*"])),
    )
    assert decision(world.aws.client("s3", keys).get_object, Bucket=world.bucket, Key=OTHER) == "deny"


def test_a_wrong_signature_and_a_forged_token_are_refused(world):
    """Knowing a key's name is worth nothing."""
    access, secret, token = world.assume(world.place.role_arn("globex"), ExternalId=world.place.external_id("globex"))
    forged = world.aws.client("s3", (access, secret, "forged"))
    unsigned = world.aws.client("s3", (access, "x" * 40, token))
    assert decision(unsigned.get_object, Bucket=world.bucket, Key=OWN) == "SignatureDoesNotMatch"
    assert decision(forged.get_object, Bucket=world.bucket, Key=OWN) == "InvalidToken"
    unknown = world.aws.client("s3", ("AKIAUNKNOWN000000000", "x" * 40))
    assert decision(unknown.get_object, Bucket=world.bucket, Key=OWN) == "InvalidAccessKeyId"


def test_nobody_is_let_in_without_a_name(world):
    """An anonymous request is denied."""
    import boto3

    config = Config(signature_version=botocore.UNSIGNED, s3={"addressing_style": "path"})
    anonymous = boto3.client("s3", endpoint_url=world.aws.endpoint, region_name=world.place.region, config=config)
    assert decision(anonymous.get_object, Bucket=world.bucket, Key=OWN) == "deny"


def test_a_tenant_makes_no_identities(world):
    """IAM is out of a tenant's reach."""
    iam = world.tenant("iam", "globex")
    assert decision(iam.create_user, UserName="mine") == "deny"
    assert decision(iam.put_role_policy, RoleName="x", PolicyName="p", PolicyDocument=policy()) == "deny"


def test_accounts_share_nothing(world, ministack_ports):
    """The same names in another account are other things, and its people are strangers here."""
    from tests.conftest import Aws

    other = Aws(world.aws.endpoint, type(world.place)("production", world.place.region, "222222222222"))
    assert ministack_ports["aws"]
    stranger = user(other, f"deployer-{world.place.account}", allow(["*"], ["*"]))
    assert decision(other.client("s3", stranger).get_object, Bucket=world.bucket, Key=OWN) == "deny"
    assert decision(other.client("s3", stranger).put_object, Bucket=world.bucket, Key=OWN, Body=b"") == "deny"
    assert decision(world.assume, world.place.role_arn("globex"), stranger, ExternalId="guess") == "deny"
    root = other.root("s3")
    assert decision(
        root.create_bucket, Bucket=world.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    ) in ("BucketAlreadyExists",)


@pytest.mark.parametrize("queue", ["own", "other"])
def test_a_queue_takes_what_its_sender_may_send(world, queue):
    """The orchestrator may send to the events' queue, to no other."""
    sqs = world.aws.root("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("own", "other")}
    arn = f"arn:aws:sqs:{world.place.region}:{world.place.account}:own"
    sender = user(world.aws, "sender", allow(["sqs:SendMessage"], [arn]))
    decided = decision(world.aws.client("sqs", sender).send_message, QueueUrl=urls[queue], MessageBody="x")
    assert decided == ("allow" if queue == "own" else "deny")
