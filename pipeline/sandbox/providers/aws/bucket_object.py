"""aws:s3/bucketObjectv2:BucketObjectv2: one object. Its content is not read back: `sourceHash` tells that it changed.

The cloud writes over an object that exists, so this does.
"""

from __future__ import annotations

import base64
from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Problem, Type

GONE = ("404", "NoSuchKey", "NoSuchBucket")
CONTENTS = ("content", "contentBase64")


def check(inputs: Inputs) -> list[Problem]:
    if all(inputs.get(key) is not None for key in CONTENTS):
        return [("content", '"content": conflicts with content_base64')]
    return []


def create(world: World, inputs: Inputs) -> str:
    bucket, key = str(inputs["bucket"]), str(inputs["key"])
    _put(world, bucket, key, inputs)
    return f"{bucket}/{key}"


def update(world: World, identifier: str, _old: Inputs, new: Inputs) -> None:
    bucket, _, key = identifier.partition("/")
    _put(world, bucket, key, new)


def _put(world: World, bucket: str, key: str, inputs: Inputs) -> None:
    tagging = "&".join(f"{name}={value}" for name, value in sorted((inputs.get("tags") or {}).items()))
    world.call(
        "s3",
        "put_object",
        Bucket=bucket,
        Key=key,
        Body=_body(inputs),
        ContentType=inputs.get("contentType"),
        Tagging=tagging or None,
    )


def _body(inputs: Inputs) -> bytes:
    if inputs.get("contentBase64") is not None:
        return base64.b64decode(inputs["contentBase64"])
    return str(inputs.get("content") or "").encode()


def read(world: World, identifier: str, _inputs: Inputs) -> Outputs | None:
    bucket, _, key = identifier.partition("/")
    found = world.find("s3", "head_object", *GONE, Bucket=bucket, Key=key)
    if found is None:
        return None
    tagging: Any = world.call("s3", "get_object_tagging", Bucket=bucket, Key=key)
    return {
        "arn": f"arn:aws:s3:::{bucket}/{key}",
        "bucket": bucket,
        "key": key,
        "contentType": found.get("ContentType", ""),
        "etag": found["ETag"].strip('"'),
        "versionId": found.get("VersionId", ""),
        "region": world.region,
        **tags.both(tags.mapping(tagging.get("TagSet"))),
    }


def delete(world: World, identifier: str, _inputs: Inputs) -> None:
    bucket, _, key = identifier.partition("/")
    world.find("s3", "delete_object", *GONE, Bucket=bucket, Key=key)


TYPE = Type(
    "aws:s3/bucketObjectv2:BucketObjectv2",
    frozenset({"bucket", "key", "content", "contentBase64", "contentType", "forceDestroy", "sourceHash", "tags"}),
    create,
    read,
    delete,
    update,
    check,
    defaults={"forceDestroy": False},
)
