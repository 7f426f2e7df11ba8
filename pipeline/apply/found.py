"""Finds in the world what a killed engine may have created: the identifier to import it by, or that it is not there.

Only types whose second create fails are listed. Of the others (a policy, a grant, an object in S3) a second create is the
same as the first, so they are always created again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.errors import Missing

if TYPE_CHECKING:
    from pipeline.apply.deployment import World

Inputs = Mapping[str, Any]


def identifier(resource: Mapping[str, Any], world: World) -> str | None:
    """The provider's identifier of a pending create's resource, or None where it was not created (or need not be known)."""
    finder = FINDERS.get(resource["type"])
    return finder(resource.get("inputs", {}), world) if finder else None


def _aws(
    service: str, call: str, argument: str, missing: tuple[str, ...], answer: Callable[[Any], str]
) -> Callable[[Inputs, World], str | None]:
    """Asks AWS by the resource's name."""

    def find(inputs: Inputs, world: World) -> str | None:
        from botocore.exceptions import ClientError

        try:
            return answer(getattr(world.aws(service), call)(**{argument: inputs["name"]}))
        except ClientError as error:
            if error.response["Error"]["Code"] in missing:
                return None
            raise

    return find


def _log_group(inputs: Inputs, world: World) -> str | None:
    groups = world.aws("logs").describe_log_groups(logGroupNamePrefix=inputs["name"])["logGroups"]
    return next((group["logGroupName"] for group in groups if group["logGroupName"] == inputs["name"]), None)


def _snowflake(kind: str, *path: str) -> Callable[[Inputs, World], str | None]:
    """Asks Snowflake to describe the object; identifiers are the quoted parts of its name."""

    def find(inputs: Inputs, world: World) -> str | None:
        name = ".".join(f'"{inputs[part]}"' for part in (*path, "name"))
        with world.warehouse() as session:
            try:
                session.rows(f"DESCRIBE {kind} {name}")
            except Missing:
                return None
        return name

    return find


FINDERS: Mapping[str, Callable[[Inputs, World], str | None]] = {
    "aws:iam/role:Role": _aws(
        "iam", "get_role", "RoleName", ("NoSuchEntity",), lambda said: str(said["Role"]["RoleName"])
    ),
    "aws:secretsmanager/secret:Secret": _aws(
        "secretsmanager", "describe_secret", "SecretId", ("ResourceNotFoundException",), lambda said: str(said["ARN"])
    ),
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "snowflake:index/schema:Schema": _snowflake("SCHEMA", "database"),
    "snowflake:index/serviceUser:ServiceUser": _snowflake("USER"),
    "snowflake:index/stageExternalS3:StageExternalS3": _snowflake("STAGE", "database", "schema"),
}
