"""aws:cloudwatch/logGroup:LogGroup: a log group and how long it keeps its lines."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import HalfMade, Inputs, Outputs, Problem, Refused, Type

GONE = ("ResourceNotFoundException",)
KEPT_DAYS = (
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def check(inputs: Inputs) -> list[Problem]:
    found = inputs.get("retentionInDays")
    if isinstance(found, int) and found not in KEPT_DAYS:
        return [("retentionInDays", f"expected retention_in_days to be one of {list(KEPT_DAYS)}, got {found}")]
    return []


def create(world: World, inputs: Inputs) -> str:
    name = str(inputs["name"])
    world.call("logs", "create_log_group", logGroupName=name, tags=inputs.get("tags") or None)
    try:
        _keep(world, name, inputs)
    except Refused as error:
        raise HalfMade(name, str(error)) from error
    return name


def _keep(world: World, name: str, inputs: Inputs) -> None:
    if days := inputs.get("retentionInDays"):
        world.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=days)
    else:
        world.call("logs", "delete_retention_policy", logGroupName=name)


def update(world: World, name: str, old: Inputs, new: Inputs) -> None:
    _keep(world, name, new)
    arn = _find(world, name)["arn"].removesuffix(":*")
    if gone := tags.removed(old.get("tags"), new.get("tags")):
        world.call("logs", "untag_resource", resourceArn=arn, tagKeys=gone)
    if new.get("tags"):
        world.call("logs", "tag_resource", resourceArn=arn, tags=new["tags"])


def _find(world: World, name: str) -> Any:
    """Groups can only be listed by how their names begin."""
    found = world.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    return next((group for group in found if group["logGroupName"] == name), None)


def read(world: World, name: str, _inputs: Inputs) -> Outputs | None:
    group = _find(world, name)
    if group is None:
        return None
    arn = group["arn"].removesuffix(":*")
    return {
        "arn": arn,
        "name": name,
        "region": world.region,
        "retentionInDays": group.get("retentionInDays", 0),
        **tags.both(world.call("logs", "list_tags_for_resource", resourceArn=arn).get("tags", {})),
    }


def delete(world: World, name: str, inputs: Inputs) -> None:
    if not inputs.get("skipDestroy"):
        world.find("logs", "delete_log_group", *GONE, logGroupName=name)


TYPE = Type(
    "aws:cloudwatch/logGroup:LogGroup",
    frozenset({"name", "retentionInDays", "skipDestroy", "tags"}),
    create,
    read,
    delete,
    update,
    check,
    defaults={"retentionInDays": 0, "skipDestroy": False},
    named="name",
)
