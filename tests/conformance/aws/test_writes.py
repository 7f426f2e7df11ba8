"""What the landing of bytes relies on: one winner, checked content, kept versions."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.conformance.aws.world import decision

PART = b"x" * (5 * 1024 * 1024)


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_of_many_first_writes_one_wins(world):
    """`If-None-Match: *` on PutObject."""
    s3 = world.aws.root("s3")
    for round_number in range(5):
        key = f"manifest-{round_number}"
        bodies = [f"{writer}".encode() for writer in range(8)]
        write = partial(decision, s3.put_object, Bucket=world.bucket, Key=key, IfNoneMatch="*")
        with ThreadPoolExecutor(8) as pool:
            decisions = list(pool.map(lambda body, write=write: write(Body=body), bodies))
        assert sorted(decisions)[:7] == ["PreconditionFailed"] * 7
        winner = bodies[decisions.index("allow")]
        assert s3.get_object(Bucket=world.bucket, Key=key)["Body"].read() == winner


def upload(s3, bucket, key, parts=(b"end",)):
    """An upload whose parts are all there; returns what completes it."""
    started = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    given = [
        s3.upload_part(Bucket=bucket, Key=key, UploadId=started, PartNumber=number, Body=part)["ETag"]
        for number, part in enumerate(parts, 1)
    ]
    listed = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(given, 1)]
    return {"Bucket": bucket, "Key": key, "UploadId": started, "MultipartUpload": {"Parts": listed}}


def test_of_many_completed_uploads_one_wins(world):
    """`If-None-Match: *` on CompleteMultipartUpload."""
    s3 = world.aws.root("s3")
    uploads = [upload(s3, world.bucket, "landed", (f"{writer}".encode(),)) for writer in range(6)]
    with ThreadPoolExecutor(6) as pool:
        decisions = list(pool.map(lambda u: decision(s3.complete_multipart_upload, IfNoneMatch="*", **u), uploads))
    assert decisions.count("allow") == 1
    assert set(decisions) == {"allow", "PreconditionFailed"}


def test_parts_come_together_in_their_order(world):
    """Two parts, one object, an ETag that counts them."""
    s3 = world.aws.root("s3")
    done = s3.complete_multipart_upload(**upload(s3, world.bucket, "two", (PART, b"end")))
    assert done["ETag"].strip('"').endswith("-2")
    assert s3.get_object(Bucket=world.bucket, Key="two")["Body"].read() == PART + b"end"


def test_an_aborted_upload_takes_no_more_parts(world):
    """What was given up stays given up."""
    s3 = world.aws.root("s3")
    begun = upload(s3, world.bucket, "gone")
    s3.abort_multipart_upload(Bucket=world.bucket, Key="gone", UploadId=begun["UploadId"])
    late = decision(
        s3.upload_part, Bucket=world.bucket, Key="gone", UploadId=begun["UploadId"], PartNumber=2, Body=b"late"
    )
    assert late == "NoSuchUpload"
    assert decision(s3.complete_multipart_upload, **begun) == "NoSuchUpload"


@pytest.mark.parametrize(("checksum", "decided"), [(sha256(b"bytes"), "allow"), (sha256(b"other"), "BadDigest")])
def test_bytes_that_changed_on_the_way_are_refused(world, checksum, decided):
    """PutObject with a SHA-256."""
    s3 = world.aws.root("s3")
    assert decision(s3.put_object, Bucket=world.bucket, Key="c", Body=b"bytes", ChecksumSHA256=checksum) == decided


def test_a_part_that_changed_on_the_way_is_refused(world):
    """UploadPart with a SHA-256."""
    s3 = world.aws.root("s3")
    started = s3.create_multipart_upload(Bucket=world.bucket, Key="p", ChecksumAlgorithm="SHA256")["UploadId"]
    part = {"Bucket": world.bucket, "Key": "p", "UploadId": started, "PartNumber": 1, "Body": b"bytes"}
    assert decision(s3.upload_part, **part, ChecksumSHA256=sha256(b"bytes")) == "allow"
    assert decision(s3.upload_part, **part, ChecksumSHA256=sha256(b"other")) == "BadDigest"


def test_a_versioned_bucket_forgets_nothing(world):
    """Pulumi's state, releases and pins can be brought back after an overwrite and a delete."""
    s3 = world.aws.root("s3")
    s3.put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=world.bucket, Key="state", Body=b"1")["VersionId"]
    s3.put_object(Bucket=world.bucket, Key="state", Body=b"2")
    s3.delete_object(Bucket=world.bucket, Key="state")
    assert decision(s3.get_object, Bucket=world.bucket, Key="state") == "NoSuchKey"
    assert s3.get_object(Bucket=world.bucket, Key="state", VersionId=first)["Body"].read() == b"1"
