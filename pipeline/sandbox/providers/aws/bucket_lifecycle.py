"""aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration: a bucket's rules, all together.

Pulumi's names are S3's with a small first letter, but for `id` and the tags of a filter with several.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Type

GONE = ("NoSuchBucket", "NoSuchLifecycleConfiguration")


def create(world: World, inputs: Inputs) -> str:
    _put(world, str(inputs["bucket"]), inputs)
    return str(inputs["bucket"])


def update(world: World, bucket: str, _old: Inputs, new: Inputs) -> None:
    _put(world, bucket, new)


def _put(world: World, bucket: str, inputs: Inputs) -> None:
    rules = [_to_aws(rule) for rule in inputs.get("rules") or ()]
    world.call("s3", "put_bucket_lifecycle_configuration", Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def _to_aws(value: Any) -> Any:
    if isinstance(value, list):
        return [_to_aws(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        _capital(key): tags.pairs(item) if key == "tags" else _to_aws(item)
        for key, item in value.items()
        if not key.startswith("__")
    }


def _from_aws(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_aws(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {_small(key): tags.mapping(item) if key == "Tags" else _from_aws(item) for key, item in value.items()}


def _capital(key: str) -> str:
    return "ID" if key == "id" else key[0].upper() + key[1:]


def _small(key: str) -> str:
    return "id" if key == "ID" else key[0].lower() + key[1:]


def read(world: World, bucket: str, _inputs: Inputs) -> Outputs | None:
    found = world.find("s3", "get_bucket_lifecycle_configuration", *GONE, Bucket=bucket)
    if found is None:
        return None
    return {"bucket": bucket, "region": world.region, "rules": _from_aws(found["Rules"])}


def delete(world: World, bucket: str, _inputs: Inputs) -> None:
    world.find("s3", "delete_bucket_lifecycle", *GONE, Bucket=bucket)


TYPE = Type(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    frozenset({"bucket", "rules"}),
    create,
    read,
    delete,
    update,
)
