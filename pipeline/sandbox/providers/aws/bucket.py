"""aws:s3/bucket:Bucket: a bucket, whether it keeps versions, its tags."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import HalfMade, Inputs, Outputs, Refused, Type

GONE = ("404", "NoSuchBucket")
NOWHERE = "us-east-1"  # the one region that is not named when a bucket is made


def create(world: World, inputs: Inputs) -> str:
    name = str(inputs["bucket"])
    where = {"LocationConstraint": world.region} if world.region != NOWHERE else None
    world.call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    try:
        _set(world, name, {}, inputs)
    except Refused as error:
        raise HalfMade(name, str(error)) from error
    return name


def update(world: World, name: str, old: Inputs, new: Inputs) -> None:
    _set(world, name, old, new)


def _set(world: World, name: str, old: Inputs, new: Inputs) -> None:
    if _is_versioned(new) or _is_versioned(old):
        status = "Enabled" if _is_versioned(new) else "Suspended"
        world.call("s3", "put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": status})
    if new.get("tags"):
        world.call("s3", "put_bucket_tagging", Bucket=name, Tagging={"TagSet": tags.pairs(new["tags"])})
    elif old.get("tags"):
        world.call("s3", "delete_bucket_tagging", Bucket=name)


def _is_versioned(inputs: Inputs) -> bool:
    return bool((inputs.get("versioning") or {}).get("enabled"))


def read(world: World, name: str, _inputs: Inputs) -> Outputs | None:
    if world.find("s3", "head_bucket", *GONE, Bucket=name) is None:
        return None
    region = world.call("s3", "get_bucket_location", Bucket=name).get("LocationConstraint") or NOWHERE
    versioning = world.call("s3", "get_bucket_versioning", Bucket=name).get("Status")
    tagging: Any = world.find("s3", "get_bucket_tagging", "NoSuchTagSet", "NoSuchTagSetError", Bucket=name) or {}
    return {
        "arn": f"arn:aws:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "region": region,
        "bucketRegion": region,
        "versioning": {"enabled": versioning == "Enabled"},
        **tags.both(tags.mapping(tagging.get("TagSet"))),
    }


def delete(world: World, name: str, _inputs: Inputs) -> None:
    world.find("s3", "delete_bucket", *GONE, Bucket=name)


TYPE = Type(
    "aws:s3/bucket:Bucket",
    frozenset({"bucket", "forceDestroy", "tags", "versioning"}),
    create,
    read,
    delete,
    update,
    defaults={"forceDestroy": False},
    named="bucket",
)
