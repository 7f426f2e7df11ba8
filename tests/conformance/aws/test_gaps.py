"""Where the AWS stand-in is known to differ from AWS: docs/reference/emulator-gaps.md lists each, and what covers it.

A test here that fails says that the stand-in has changed: then the table must change with it.
"""

from __future__ import annotations

import pytest

from tests.conformance.aws.world import allow, decision


def test_a_policy_variable_is_not_expanded(world):
    """Wrong deny: `${aws:PrincipalTag/…}` stays as it is, so the platform renders literal ARNs."""
    arn = f"arn:aws:s3:::{world.bucket}/${{aws:PrincipalTag/tenant}}/*"
    role = world.role("tagged", allow(["s3:GetObject"], [arn]), Tags=[{"Key": "tenant", "Value": "globex"}])
    s3 = world.aws.client("s3", world.assume(role))
    assert decision(s3.get_object, Bucket=world.bucket, Key="globex/landing/1.csv") == "deny"


def test_a_secrets_own_tag_condition_is_not_known(world):
    """Wrong deny: `secretsmanager:ResourceTag`. `aws:ResourceTag` works."""
    for key, decided in (("secretsmanager:ResourceTag/tenant", "deny"), ("aws:ResourceTag/tenant", "allow")):
        world.aws.root("secretsmanager").tag_resource(
            SecretId=world.place.secret("globex", "erp"), Tags=[{"Key": "tenant", "Value": "globex"}]
        )
        condition = {"StringEquals": {key: "globex"}}
        role = world.role(
            f"by-{key.partition(':')[0]}", allow(["secretsmanager:GetSecretValue"], ["*"], Condition=condition)
        )
        secrets = world.aws.client("secretsmanager", world.assume(role))
        assert decision(secrets.get_secret_value, SecretId=world.place.secret("globex", "erp")) == decided


def test_passing_a_role_is_not_checked(world):
    """Wrong allow: `iam:PassRole`."""
    definition = '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}'
    target = world.place.role_arn("globex")
    role = world.role("maker", allow(["states:CreateStateMachine"], ["*"]))
    states = world.aws.client("stepfunctions", world.assume(role))
    assert decision(states.create_state_machine, name="m", definition=definition, roleArn=target) == "allow"


def test_a_key_context_is_not_known(world):
    """Wrong deny: `kms:EncryptionContext:*`."""
    key = world.aws.root("kms").create_key()["KeyMetadata"]
    condition = {"StringEquals": {"kms:EncryptionContext:tenant": "globex"}}
    role = world.role("sealer", allow(["kms:Encrypt"], [key["Arn"]], Condition=condition))
    kms = world.aws.client("kms", world.assume(role))
    context = {"tenant": "globex"}
    assert decision(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context) == "deny"


@pytest.mark.parametrize(("ending", "decided"), [(":*", "deny"), ("", "allow")])
def test_a_log_groups_streams_are_named_without_the_star(world, ending, decided):
    """Wrong deny for `log-group:NAME:*`; AWS wants exactly that."""
    world.aws.root("logs").create_log_group(logGroupName="/acme/staging/globex")
    arn = f"arn:aws:logs:{world.place.region}:{world.place.account}:log-group:/acme/staging/globex{ending}"
    role = world.role("logger", allow(["logs:CreateLogStream"], [arn]))
    logs = world.aws.client("logs", world.assume(role))
    assert decision(logs.create_log_stream, logGroupName="/acme/staging/globex", logStreamName="s") == decided


def test_a_short_part_is_taken(world):
    """AWS refuses a part below 5 MiB that is not the last: EntityTooSmall."""
    s3 = world.aws.root("s3")
    started = s3.create_multipart_upload(Bucket=world.bucket, Key="k")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(Bucket=world.bucket, Key="k", UploadId=started, PartNumber=number, Body=b"short")[
                "ETag"
            ],
        }
        for number in (1, 2)
    ]
    complete = {"Bucket": world.bucket, "Key": "k", "UploadId": started, "MultipartUpload": {"Parts": parts}}
    assert decision(s3.complete_multipart_upload, **complete) == "allow"


def test_a_secret_without_a_value_answers(world):
    """AWS says ResourceNotFoundException; here the answer just lacks the value."""
    root = world.aws.root("secretsmanager")
    root.create_secret(Name="acme/staging/globex/later")
    assert not root.get_secret_value(SecretId="acme/staging/globex/later").get("SecretString")


def test_a_name_in_its_recovery_window_is_refused_with_another_code(world):
    """AWS says InvalidRequestException: already scheduled for deletion."""
    root, name = world.aws.root("secretsmanager"), world.place.secret("globex", "erp")
    root.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert decision(root.create_secret, Name=name) == "ResourceExistsException"


def test_a_twelve_digit_key_is_root_without_a_check(world):
    """Wrong allow: so no part and no identity is ever given one."""
    s3 = world.aws.client("s3", (world.place.account, "no secret at all"))
    assert decision(s3.get_object, Bucket=world.bucket, Key="globex/landing/1.csv") == "allow"
