"""aws:iam/role:Role: a role, who may become it, its limit; its rights are role policies of their own."""

from __future__ import annotations

import json
from typing import Any

from pipeline.sandbox.providers.aws import tags
from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Problem, Type

GONE = ("NoSuchEntity",)
SESSION_S = range(3600, 43201)


def check(inputs: Inputs) -> list[Problem]:
    found = inputs.get("maxSessionDuration")
    if isinstance(found, int) and found not in SESSION_S:
        wanted = f"expected max_session_duration to be in the range ({SESSION_S[0]} - {SESSION_S[-1]}), got {found}"
        return [("maxSessionDuration", wanted)]
    return []


def create(world: World, inputs: Inputs) -> str:
    name = str(inputs["name"])
    world.call(
        "iam",
        "create_role",
        RoleName=name,
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs.get("description"),
        MaxSessionDuration=inputs.get("maxSessionDuration"),
        Path=inputs.get("path"),
        PermissionsBoundary=inputs.get("permissionsBoundary"),
        Tags=tags.pairs(inputs.get("tags")) or None,
    )
    return name


def update(world: World, name: str, old: Inputs, new: Inputs) -> None:
    world.call("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=new["assumeRolePolicy"])
    world.call(
        "iam",
        "update_role",
        RoleName=name,
        Description=new.get("description") or "",
        MaxSessionDuration=new.get("maxSessionDuration"),
    )
    _bound(world, name, old, new)
    if gone := tags.removed(old.get("tags"), new.get("tags")):
        world.call("iam", "untag_role", RoleName=name, TagKeys=gone)
    if new.get("tags"):
        world.call("iam", "tag_role", RoleName=name, Tags=tags.pairs(new["tags"]))


def _bound(world: World, name: str, old: Inputs, new: Inputs) -> None:
    boundary = new.get("permissionsBoundary")
    if boundary == old.get("permissionsBoundary"):
        return
    if boundary:
        world.call("iam", "put_role_permissions_boundary", RoleName=name, PermissionsBoundary=boundary)
    else:
        world.call("iam", "delete_role_permissions_boundary", RoleName=name)


def read(world: World, name: str, _inputs: Inputs) -> Outputs | None:
    found: Any = world.find("iam", "get_role", *GONE, RoleName=name)
    if found is None:
        return None
    role = found["Role"]
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"], sort_keys=True),
        "createDate": role["CreateDate"].isoformat(),
        "description": role.get("Description", ""),
        "maxSessionDuration": role.get("MaxSessionDuration", SESSION_S[0]),
        "name": role["RoleName"],
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "uniqueId": role["RoleId"],
        **tags.both(tags.mapping(role.get("Tags"))),
    }


def delete(world: World, name: str, _inputs: Inputs) -> None:
    world.find("iam", "delete_role", *GONE, RoleName=name)


TYPE = Type(
    "aws:iam/role:Role",
    frozenset(
        {
            "assumeRolePolicy",
            "description",
            "forceDetachPolicies",
            "maxSessionDuration",
            "name",
            "path",
            "permissionsBoundary",
            "tags",
        }
    ),
    create,
    read,
    delete,
    update,
    check,
    defaults={"forceDetachPolicies": False, "maxSessionDuration": SESSION_S[0], "path": "/"},
    named="name",
)
