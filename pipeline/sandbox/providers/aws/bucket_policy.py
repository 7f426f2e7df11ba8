"""aws:s3/bucketPolicy:BucketPolicy: a bucket has one."""

from __future__ import annotations

from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Type

GONE = ("NoSuchBucket", "NoSuchBucketPolicy")


def create(world: World, inputs: Inputs) -> str:
    world.call("s3", "put_bucket_policy", Bucket=inputs["bucket"], Policy=inputs["policy"])
    return str(inputs["bucket"])


def update(world: World, bucket: str, _old: Inputs, new: Inputs) -> None:
    world.call("s3", "put_bucket_policy", Bucket=bucket, Policy=new["policy"])


def read(world: World, bucket: str, _inputs: Inputs) -> Outputs | None:
    found = world.find("s3", "get_bucket_policy", *GONE, Bucket=bucket)
    return {"bucket": bucket, "policy": found["Policy"], "region": world.region} if found else None


def delete(world: World, bucket: str, _inputs: Inputs) -> None:
    world.find("s3", "delete_bucket_policy", *GONE, Bucket=bucket)


TYPE = Type("aws:s3/bucketPolicy:BucketPolicy", frozenset({"bucket", "policy"}), create, read, delete, update)
