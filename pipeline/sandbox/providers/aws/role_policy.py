"""aws:iam/rolePolicy:RolePolicy: an inline policy of a role. The cloud writes over one that exists, so this does."""

from __future__ import annotations

import json
from typing import Any

from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Type

GONE = ("NoSuchEntity",)


def create(world: World, inputs: Inputs) -> str:
    role, name = str(inputs["role"]), str(inputs["name"])
    world.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{role}:{name}"


def update(world: World, identifier: str, _old: Inputs, new: Inputs) -> None:
    world.call("iam", "put_role_policy", **_key(identifier), PolicyDocument=new["policy"])


def _key(identifier: str) -> dict[str, str]:
    role, _, name = identifier.partition(":")
    return {"RoleName": role, "PolicyName": name}


def read(world: World, identifier: str, _inputs: Inputs) -> Outputs | None:
    found: Any = world.find("iam", "get_role_policy", *GONE, **_key(identifier))
    if found is None:
        return None
    policy = json.dumps(found["PolicyDocument"], sort_keys=True)
    return {"name": found["PolicyName"], "policy": policy, "role": found["RoleName"]}


def delete(world: World, identifier: str, _inputs: Inputs) -> None:
    world.find("iam", "delete_role_policy", *GONE, **_key(identifier))


TYPE = Type(
    "aws:iam/rolePolicy:RolePolicy",
    frozenset({"name", "policy", "role"}),
    create,
    read,
    delete,
    update,
    named="name",
)
