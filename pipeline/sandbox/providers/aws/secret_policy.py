"""aws:secretsmanager/secretPolicy:SecretPolicy: who may read a secret."""

from __future__ import annotations

from pipeline.sandbox.providers.aws.world import World
from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Type

GONE = ("ResourceNotFoundException",)
DELETED = (*GONE, "InvalidRequestException")  # also where the secret is in its recovery window


def create(world: World, inputs: Inputs) -> str:
    _put(world, str(inputs["secretArn"]), inputs)
    return str(inputs["secretArn"])


def update(world: World, arn: str, _old: Inputs, new: Inputs) -> None:
    _put(world, arn, new)


def _put(world: World, arn: str, inputs: Inputs) -> None:
    world.call(
        "secretsmanager",
        "put_resource_policy",
        SecretId=arn,
        ResourcePolicy=inputs["policy"],
        BlockPublicPolicy=inputs.get("blockPublicPolicy"),
    )


def read(world: World, arn: str, _inputs: Inputs) -> Outputs | None:
    found = world.find("secretsmanager", "get_resource_policy", *DELETED, SecretId=arn)
    if not found or not found.get("ResourcePolicy"):
        return None
    return {"policy": found["ResourcePolicy"], "region": world.region, "secretArn": arn}


def delete(world: World, arn: str, _inputs: Inputs) -> None:
    world.find("secretsmanager", "delete_resource_policy", *DELETED, SecretId=arn)


TYPE = Type(
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    frozenset({"blockPublicPolicy", "policy", "secretArn"}),
    create,
    read,
    delete,
    update,
)
