"""aws:secretsmanager/secret:Secret: a secret without a value. Deleting it opens its recovery window; its name stays taken."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Problem, Refused, Type

GONE = ("ResourceNotFoundException",)
IN_WINDOW = "InvalidRequestException"  # it was deleted before
WINDOW_DAYS = range(7, 31)


def check(inputs: Inputs) -> list[Problem]:
    found = inputs.get("recoveryWindowInDays")
    if isinstance(found, int) and found and found not in WINDOW_DAYS:
        wanted = f"expected recovery_window_in_days to be in the range (7 - 30), got {found}"
        return [("recoveryWindowInDays", wanted)]
    return []


def create(world: World, inputs: Inputs) -> str:
    try:
        answer = world.call(
            "secretsmanager",
            "create_secret",
            Name=inputs["name"],
            Description=inputs.get("description"),
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tags.pairs(inputs.get("tags")) or None,
        )
    except Refused as error:
        raise _as_aws_says(world, str(inputs["name"]), error) from error
    return str(answer["ARN"])


def _as_aws_says(world: World, name: str, error: Refused) -> Refused:
    """A name in its recovery window has an answer of its own, which the stand-in does not tell apart."""
    found: Any = world.find("secretsmanager", "describe_secret", *GONE, SecretId=name)
    if error.code != "ResourceExistsException" or not found or not found.get("DeletedDate"):
        return error
    said = "You can't create this secret because a secret with this name is already scheduled for deletion."
    return Refused(f"operation error secretsmanager: CreateSecret, {IN_WINDOW}: {said}", IN_WINDOW)


def update(world: World, arn: str, old: Inputs, new: Inputs) -> None:
    if any(old.get(key) != new.get(key) for key in ("description", "kmsKeyId")):
        world.call(
            "secretsmanager",
            "update_secret",
            SecretId=arn,
            Description=new.get("description") or "",
            KmsKeyId=new.get("kmsKeyId"),
        )
    if gone := tags.removed(old.get("tags"), new.get("tags")):
        world.call("secretsmanager", "untag_resource", SecretId=arn, TagKeys=gone)
    if new.get("tags"):
        world.call("secretsmanager", "tag_resource", SecretId=arn, Tags=tags.pairs(new["tags"]))


def read(world: World, arn: str, _inputs: Inputs) -> Outputs | None:
    found: Any = world.find("secretsmanager", "describe_secret", *GONE, SecretId=arn)
    if found is None or found.get("DeletedDate"):
        return None
    return {
        "arn": found["ARN"],
        "description": found.get("Description", ""),
        "kmsKeyId": found.get("KmsKeyId", ""),
        "name": found["Name"],
        "region": world.region,
        **tags.both(tags.mapping(found.get("Tags"))),
    }


def delete(world: World, arn: str, inputs: Inputs) -> None:
    days = inputs.get("recoveryWindowInDays", WINDOW_DAYS[-1])
    window = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    world.find("secretsmanager", "delete_secret", *GONE, IN_WINDOW, SecretId=arn, **window)


TYPE = Type(
    "aws:secretsmanager/secret:Secret",
    frozenset({"description", "forceOverwriteReplicaSecret", "kmsKeyId", "name", "recoveryWindowInDays", "tags"}),
    create,
    read,
    delete,
    update,
    check,
    defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": WINDOW_DAYS[-1]},
    named="name",
)
