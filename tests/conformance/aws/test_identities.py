"""The platform's own identities can do their work and no more, as the AWS stand-in decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.sandbox import bootstrap
from tests.conformance.aws.world import World, allow, decision, policy, trust


@pytest.fixture
def own(ministack):
    """An account whose bucket names are nobody else's: they are one name space for all accounts."""
    place = ministack.place
    return replace(ministack, place=replace(place, environment=f"t{place.account}"))


@pytest.fixture
def keys(own):
    """The account as bootstrap leaves it: everybody's keys."""
    return bootstrap.prepare(bootstrap.Account(own.place, own.endpoint), {})


@pytest.fixture
def act(own, keys):
    """A client of an identity for a service."""
    return lambda identity, service: own.client(service, keys[own.place.identity(identity)])


def test_preparing_again_changes_no_key(own, keys):
    """What works is kept."""
    assert bootstrap.prepare(bootstrap.Account(own.place, own.endpoint), keys) == keys


def test_keys_that_the_account_forgot_are_made_anew(own, keys):
    """One pair an identity, however often that happened."""
    forgotten = dict.fromkeys(keys, ("AKIAFORGOTTEN0000000", "x"))
    again = bootstrap.prepare(bootstrap.Account(own.place, own.endpoint), forgotten)
    assert again.keys() == keys.keys()
    for name in again:
        assert len(own.root("iam").list_access_keys(UserName=name)["AccessKeyMetadata"]) == 1
        assert decision(own.client("sts", again[name]).get_caller_identity) == "allow"


def test_the_deployer_makes_what_stacks_describe(own, act):
    """Buckets, roles, secrets, log groups, state, DAG files."""
    place, s3 = own.place, act("deployer", "s3")
    for bucket in (place.lake_bucket, place.dags_bucket):
        where = {"LocationConstraint": place.region}
        assert decision(s3.create_bucket, Bucket=bucket, CreateBucketConfiguration=where) == "allow"
        assert decision(s3.put_object, Bucket=bucket, Key="k", Body=b"") == "allow"
    assert decision(s3.put_object, Bucket=place.state_bucket, Key=".pulumi/x.json", Body=b"{}") == "allow"
    iam, name = act("deployer", "iam"), place.role("globex")
    assert (
        decision(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust(place.iam_arn("user", "x"))) == "allow"
    )
    document = policy(allow(["s3:GetObject"], ["*"]))
    assert decision(iam.put_role_policy, RoleName=name, PolicyName="p", PolicyDocument=document) == "allow"
    assert decision(iam.delete_role_policy, RoleName=name, PolicyName="p") == "allow"
    secrets, secret = act("deployer", "secretsmanager"), place.secret("globex", "erp")
    assert decision(secrets.create_secret, Name=secret, Tags=[{"Key": "tenant", "Value": "globex"}]) == "allow"
    assert decision(secrets.describe_secret, SecretId=secret) == "allow"
    assert decision(secrets.delete_secret, SecretId=secret, RecoveryWindowInDays=7) == "allow"
    assert decision(secrets.restore_secret, SecretId=secret) == "allow"
    logs = act("deployer", "logs")
    assert decision(logs.create_log_group, logGroupName=place.log_group("globex")) == "allow"
    assert decision(logs.put_retention_policy, logGroupName=place.log_group("globex"), retentionInDays=180) == "allow"


def test_the_deployer_reads_no_secret_and_makes_no_user(own, act):
    """Nor anything outside the platform's names, nor its own rights."""
    own.root("secretsmanager").create_secret(Name=own.place.secret("globex", "erp"), SecretString="value")
    secrets, iam, s3 = act("deployer", "secretsmanager"), act("deployer", "iam"), act("deployer", "s3")
    secret = own.place.secret("globex", "erp")
    assert decision(secrets.get_secret_value, SecretId=secret) == "deny"
    assert decision(secrets.put_secret_value, SecretId=secret, SecretString="mine") == "deny"
    assert decision(secrets.create_secret, Name="somebody/elses") == "deny"
    assert decision(iam.create_user, UserName="mine") == "deny"
    assert decision(iam.create_role, RoleName="admin", AssumeRolePolicyDocument=trust("*")) == "deny"
    wide = {"UserName": own.place.identity("deployer"), "PolicyName": "more", "PolicyDocument": policy()}
    assert decision(iam.put_user_policy, **wide) == "deny"
    where = {"LocationConstraint": own.place.region}
    assert decision(s3.create_bucket, Bucket=f"other-{own.place.account}", CreateBucketConfiguration=where) == "deny"


def test_the_orchestrator_becomes_a_tenant_and_nothing_else(own, act, keys):
    """With the external id; it touches no data and no secret itself."""
    place = own.place
    world = World(own, place.state_bucket, keys[place.identity("orchestrator")])
    user = place.iam_arn("user", place.identity("orchestrator"))
    role = world.role(place.role("globex"), external_id=place.external_id("globex"), principal=user)
    assert decision(world.assume, role, ExternalId=place.external_id("globex")) == "allow"
    assert decision(world.assume, role) == "deny"
    other = world.role(f"other-{place.account}", principal=user)
    assert decision(world.assume, other) == "deny"
    assert decision(act("orchestrator", "s3").get_object, Bucket=place.state_bucket, Key="x") == "deny"
    assert (
        decision(act("orchestrator", "secretsmanager").get_secret_value, SecretId=place.secret("globex", "erp"))
        == "deny"
    )


def test_events_go_one_way(own, act):
    """Whoever works sends, the collector takes, nobody else reads."""
    url = act("orchestrator", "sqs").get_queue_url(QueueName=own.place.events_queue)["QueueUrl"]
    for identity in ("deployer", "orchestrator", "support"):
        assert decision(act(identity, "sqs").send_message, QueueUrl=url, MessageBody=identity) == "allow"
        assert decision(act(identity, "sqs").receive_message, QueueUrl=url) == "deny"
    collector = act("collector", "sqs")
    assert decision(collector.send_message, QueueUrl=url, MessageBody="x") == "deny"
    messages = collector.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert {message["Body"] for message in messages} == {"deployer", "orchestrator", "support"}
    for message in messages:
        assert decision(collector.delete_message, QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]) == "allow"


def test_what_nobody_can_take_is_set_aside(own, act):
    """After five tries a message waits in the dead letters' queue."""
    sqs, root = act("collector", "sqs"), own.root("sqs")
    url = sqs.get_queue_url(QueueName=own.place.events_queue)["QueueUrl"]
    root.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(bootstrap.DEAD_LETTERS_AFTER):
        assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"][0]["Body"] == "poison"
    assert "Messages" not in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    dead = root.get_queue_url(QueueName=own.place.events_dead_letters)["QueueUrl"]
    assert root.receive_message(QueueUrl=dead)["Messages"][0]["Body"] == "poison"


def test_support_reads_papers_and_no_data(own, act):
    """Manifests and receipts, of any tenant; never a landed file."""
    place, s3 = own.place, own.root("s3")
    s3.create_bucket(Bucket=place.lake_bucket, CreateBucketConfiguration={"LocationConstraint": place.region})
    for key in ("globex/manifests/orders/r1.json", "globex/landing/orders/abc.csv.gz"):
        s3.put_object(Bucket=place.lake_bucket, Key=key, Body=b"x")
    support = act("support", "s3")
    assert decision(support.get_object, Bucket=place.lake_bucket, Key="globex/manifests/orders/r1.json") == "allow"
    assert decision(support.get_object, Bucket=place.lake_bucket, Key="globex/landing/orders/abc.csv.gz") == "deny"
    assert decision(support.put_object, Bucket=place.lake_bucket, Key="globex/manifests/x", Body=b"") == "deny"
