"""What AWS itself does, where the sandbox's stand-in does something else: docs/reference/emulator-gaps.md."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.live.conftest import Live

pytestmark = pytest.mark.live
SMALL = b"x" * 1024


def refusal(call: Any, **words: Any) -> str:
    """The code by which AWS refuses."""
    with pytest.raises(ClientError) as told:
        call(**words)
    return str(told.value.response["Error"]["Code"])


def secret(live: Live) -> str:
    """The full name of one of the tenant's secrets."""
    start = live.environment.place.secret(live.tenant, "")
    found = live.aws("secretsmanager").list_secrets(Filters=[{"Key": "name", "Values": [start]}])["SecretList"]
    assert found, f"{live.tenant} has no secret here"
    return str(found[0]["Name"])


def test_the_principal_of_a_session_is_its_role(live: Live) -> None:
    """A secret's policy denies all but the tenant's role: its session reads, the deployer does not."""
    name = secret(live)
    try:
        live.as_tenant("secretsmanager").get_secret_value(SecretId=name)  # nobody looks at the value
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"  # allowed to read; no value was put yet
    assert refusal(live.aws("secretsmanager").get_secret_value, SecretId=name) == "AccessDeniedException"


def test_a_log_groups_streams_are_named_with_a_star(live: Live, name: str) -> None:
    """The tenant's role may make a stream in its own group, and write to it."""
    logs, group = live.as_tenant("logs"), live.environment.place.log_group(live.tenant)
    logs.create_log_stream(logGroupName=group, logStreamName=name)
    try:
        event = {"timestamp": int(time.time() * 1000), "message": "acme-live"}
        logs.put_log_events(logGroupName=group, logStreamName=name, logEvents=[event])
    finally:
        live.aws("logs").delete_log_stream(logGroupName=group, logStreamName=name)


def test_kms_without_a_key_is_the_accounts_own(live: Live, name: str) -> None:
    """An object that asks for `aws:kms` alone is sealed with a key of the account."""
    s3, bucket = live.aws("s3"), live.environment.place.lake_bucket
    try:
        put = s3.put_object(Bucket=bucket, Key=name, Body=SMALL, ServerSideEncryption="aws:kms")
        assert f":{live.environment.account}:key/" in put["SSEKMSKeyId"]
    finally:
        s3.delete_object(Bucket=bucket, Key=name)


def test_a_small_part_that_is_not_the_last_is_refused(live: Live, name: str) -> None:
    """5 MiB are the least: `pipeline/ingest/lake.py` keeps above."""
    s3, bucket = live.aws("s3"), live.environment.place.lake_bucket
    upload = {
        "Bucket": bucket,
        "Key": name,
        "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=name)["UploadId"],
    }
    try:
        parts = [{"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=SMALL)["ETag"]} for n in (1, 2)]
        assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts}) == "EntityTooSmall"
    finally:
        s3.abort_multipart_upload(**upload)


def test_a_secret_without_a_value_and_one_that_was_deleted(live: Live) -> None:
    """No value is no resource; a name in its recovery window cannot be made again, and comes back by a restore."""
    secrets, name = live.aws("secretsmanager"), live.environment.place.secret(live.tenant, "acme_live")
    secrets.create_secret(Name=name)
    try:
        assert refusal(live.as_tenant("secretsmanager").get_secret_value, SecretId=name) == "ResourceNotFoundException"
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
        assert refusal(secrets.create_secret, Name=name) == "InvalidRequestException"
        secrets.restore_secret(SecretId=name)
    finally:
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
