"""Every AWS type behaves before the engine as the real provider does before the cloud."""

from __future__ import annotations

import json

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, status_pb2

from pipeline.sandbox.providers.resource_type import is_same
from pipeline.sandbox.providers.wire import UNKNOWN
from tests.conformance.aws.world import allow, user
from tests.conformance.providers.engine import Client

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SECRET = "aws:secretsmanager/secret:Secret"
SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LAKE = "the account's lake"  # bucket names are everybody's, so each account has one of its own


def policy(action: str, resource: str = "*", effect: str = "Allow", **more) -> str:
    statement = {"Effect": effect, "Action": [action], "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
        ],
    }
)
RULE = {
    "id": "a",
    "status": "Enabled",
    "filter": {"prefix": ""},
    "noncurrentVersionExpiration": {"noncurrentDays": 180},
}
TAGS = {"tenant": "globex"}
# token → (what must stand before, inputs, changed inputs)
CASES = {
    BUCKET: ([], {"bucket": LAKE, "versioning": {"enabled": True}, "tags": TAGS}, {"tags": {"tenant": "b"}}),
    LIFECYCLE: ([BUCKET], {"bucket": LAKE, "rules": [RULE]}, {"rules": [{**RULE, "id": "b"}]}),
    OBJECT: (
        [BUCKET],
        {"bucket": LAKE, "key": "a/b.py", "content": "1", "sourceHash": "1", "contentType": "text/x-python"},
        {"content": "2", "sourceHash": "2"},
    ),
    BUCKET_POLICY: (
        [BUCKET],
        {"bucket": LAKE, "policy": policy("s3:DeleteBucket", "arn:aws:s3:::x", "Deny", Principal="*")},
        {"policy": policy("s3:PutBucketAcl", "arn:aws:s3:::x", "Deny", Principal="*")},
    ),
    ROLE: (
        [],
        {"name": "acme-t-globex", "assumeRolePolicy": TRUST, "tags": TAGS},
        {"maxSessionDuration": 7200, "description": "d"},
    ),
    ROLE_POLICY: (
        [ROLE],
        {"role": "acme-t-globex", "name": "reach", "policy": policy("s3:GetObject")},
        {"policy": policy("s3:PutObject")},
    ),
    SECRET: ([], {"name": "acme/t/globex/drop", "tags": TAGS}, {"description": "d", "tags": {"tenant": "b"}}),
    SECRET_POLICY: (
        [SECRET],
        {
            "secretArn": SECRET,
            "policy": policy("secretsmanager:GetSecretValue", effect="Deny", Principal="*"),
            "blockPublicPolicy": True,
        },
        {"policy": policy("secretsmanager:DescribeSecret", effect="Deny", Principal="*")},
    ),
    LOG_GROUP: ([], {"name": "/acme/t/globex", "retentionInDays": 180, "tags": TAGS}, {"retentionInDays": 365}),
}
# what the cloud says to a second create; the others overwrite, there and here
TWICE = {
    BUCKET: "BucketAlreadyOwnedByYou",
    ROLE: "EntityAlreadyExists",
    SECRET: "ResourceExistsException",
    LOG_GROUP: "ResourceAlreadyExistsException",
}


@pytest.fixture
def stand(engine, ministack):
    """Makes what must stand before a type, and gives its inputs."""

    def stand(token) -> dict:
        before, inputs, _ = CASES[token]
        made = {each: engine.create(each, stand(each))[0] for each in before}
        names = {LAKE: f"acme-{ministack.place.account}-lake", **made}
        return {key: names.get(value, value) if isinstance(value, str) else value for key, value in inputs.items()}

    return stand


@pytest.mark.parametrize("token", CASES)
def test_a_resource_lives_its_whole_life(engine, stand, token):
    """Created, read without a difference, updated, read again, deleted, gone; a second delete does no harm."""
    inputs = stand(token)
    identifier, outputs = engine.create(token, inputs)
    checked, _ = engine.check(token, inputs)
    assert identifier
    assert all(is_same(outputs[key], value) for key, value in inputs.items() if key != "versioning")
    _, read, _ = engine.read(token, identifier, checked)
    assert engine.diff(token, read, checked) == ([], [])
    changed = {**checked, **CASES[token][2]}
    assert engine.diff(token, read, changed)[0] == sorted(CASES[token][2])
    engine.update(token, identifier, checked, changed)
    _, read, _ = engine.read(token, identifier, changed)
    assert engine.diff(token, read, changed) == ([], [])
    engine.delete(token, identifier, changed)
    assert engine.read(token, identifier, changed)[0] == ""
    engine.delete(token, identifier, changed)


@pytest.mark.parametrize("token", CASES)
def test_a_resource_is_imported_by_its_identifier(engine, stand, token):
    """Read without inputs gives the inputs that would make what stands."""
    inputs = stand(token)
    identifier, _ = engine.create(token, inputs)
    checked, _ = engine.check(token, inputs)
    found, imported, _ = engine.read(token, identifier)
    untold = {"blockPublicPolicy", "content", "sourceHash"}
    assert found == identifier
    assert set(engine.diff(token, imported, checked)[0]) <= untold
    assert engine.check(token, {**checked, **imported})[1] == []


@pytest.mark.parametrize("token", TWICE)
def test_a_second_create_fails_as_in_the_cloud(engine, stand, token):
    """Nothing that exists is taken over silently."""
    inputs = stand(token)
    engine.create(token, inputs)
    with pytest.raises(grpc.RpcError, match=TWICE[token]):
        engine.create(token, inputs)


def test_a_deleted_secret_blocks_its_name_in_its_recovery_window(engine, stand):
    """A revert that re-creates it meets the refusal of the cloud."""
    inputs = stand(SECRET)
    identifier, _ = engine.create(SECRET, inputs)
    engine.delete(SECRET, identifier, inputs)
    with pytest.raises(grpc.RpcError, match="scheduled for deletion"):
        engine.create(SECRET, inputs)


@pytest.mark.parametrize("token", CASES)
def test_a_preview_makes_nothing_and_knows_what_it_does_not_know(engine, token):
    """Computed outputs are unknown, inputs are known, the cloud is not asked."""
    inputs = {key: UNKNOWN if value == SECRET else value for key, value in CASES[token][1].items()}
    identifier, outputs = engine.create(token, inputs, preview=True)
    assert identifier == ""
    assert outputs["region" if token not in (ROLE, ROLE_POLICY) else "namePrefix"] == UNKNOWN
    assert {key: outputs[key] for key in inputs} == inputs


def test_what_somebody_changed_shows_as_drift(engine, stand, ministack):
    """A policy widened by hand differs from the program at the next refresh."""
    inputs = stand(ROLE_POLICY)
    identifier, _ = engine.create(ROLE_POLICY, inputs)
    ministack.root("iam").put_role_policy(RoleName="acme-t-globex", PolicyName="reach", PolicyDocument=policy("s3:*"))
    _, read, _ = engine.read(ROLE_POLICY, identifier, inputs)
    assert engine.diff(ROLE_POLICY, read, inputs)[0] == ["policy"]


def test_what_somebody_added_shows_as_drift(engine, stand, ministack):
    """Also an input that the program never gave: a boundary, a longer session, tags."""
    inputs = {key: value for key, value in stand(ROLE).items() if key != "tags"}
    identifier, _ = engine.create(ROLE, inputs)
    checked, _ = engine.check(ROLE, inputs)
    iam = ministack.root("iam")
    iam.update_role(RoleName=identifier, Description="", MaxSessionDuration=43200)
    iam.tag_role(RoleName=identifier, Tags=[{"Key": "by", "Value": "hand"}])
    _, read, _ = engine.read(ROLE, identifier, checked)
    assert engine.diff(ROLE, read, checked)[0] == ["maxSessionDuration", "tags"]


def test_what_was_written_otherwise_but_means_the_same_is_no_drift(engine, stand, ministack):
    """Order and spaces of a policy do not count."""
    inputs = stand(ROLE_POLICY)
    identifier, _ = engine.create(ROLE_POLICY, inputs)
    same = json.dumps(json.loads(inputs["policy"]), indent=3, sort_keys=True)
    ministack.root("iam").put_role_policy(RoleName="acme-t-globex", PolicyName="reach", PolicyDocument=same)
    _, read, _ = engine.read(ROLE_POLICY, identifier, inputs)
    assert read["policy"] == inputs["policy"]


@pytest.mark.parametrize("rights", [["DescribeLogGroups"], ["PutRetentionPolicy"]], ids=["unset", "unread"])
def test_a_resource_whose_second_half_failed_is_reported_with_its_identifier(
    aws_port, config, credentials, engine, ministack, rights
):
    """The engine is told that it exists, so it is finished instead of made again: setting it up failed, or reading it."""
    actions = [f"logs:{right}" for right in ("CreateLogGroup", *rights)]
    access, secret = user(ministack, "halfway", allow(actions, ["*"]))
    with credentials.open("a") as file:
        file.write(f"[halfway]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n")
    weak = Client(aws_port, {**config, "profile": "halfway"})
    inputs = {"name": "/acme/t/odd", "retentionInDays": 180}
    with pytest.raises(grpc.RpcError) as raised:
        weak.create(LOG_GROUP, inputs)
    weak.channel.close()
    details = dict(raised.value.trailing_metadata())["grpc-status-details-bin"]
    said = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(details).details[0].Unpack(said)
    assert said.id == "/acme/t/odd"
    assert "AccessDenied" in said.reasons[0]
    engine.update(LOG_GROUP, said.id, inputs, inputs)
    assert engine.read(LOG_GROUP, said.id, inputs)[1]["retentionInDays"] == 180


def test_new_keys_in_the_credentials_file_are_used_by_the_next_engine(aws_port, config, credentials, ministack):
    """An account that forgot its keys gets new ones under the same profile; the provider does not have to start again."""

    def keys(name, *rights) -> str:
        access, secret = user(ministack, name, allow(list(rights), ["*"]))
        return f"[turning]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n"

    turning = {**config, "profile": "turning"}
    credentials.write_text(keys("old", "s3:ListBucket"))
    first = Client(aws_port, turning)
    credentials.write_text(keys("new", "logs:*"))
    second = Client(aws_port, turning)
    assert second.create(LOG_GROUP, {"name": "/acme/t/turned"})[0] == "/acme/t/turned"
    for client in (first, second):
        client.channel.close()


@pytest.mark.parametrize(
    ("token", "key"),
    [(BUCKET, "bucket"), (OBJECT, "key"), (ROLE, "name"), (ROLE_POLICY, "role"), (SECRET, "name"), (LOG_GROUP, "name")],
)
def test_another_name_is_another_resource(engine, token, key):
    """The inputs that replace in the real provider replace here."""
    inputs = {**CASES[token][1], key: "a"}
    assert engine.diff(token, inputs, {**inputs, key: "b"}) == ([key], [key])
