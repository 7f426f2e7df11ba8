"""Finds in the world what a killed engine may have created: the identifier to import it by, or that it is not there.

Only types whose second create fails are listed. Of the others (a policy, a grant, an object in S3) a second create is the
same as the first, so they are always created again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline import cloud
from pipeline.errors import Missing

if TYPE_CHECKING:
    from pipeline.apply.deployment import World

Inputs = Mapping[str, Any]
Finder = Callable[[Inputs, "World"], str | None]


def identifier(resource: Mapping[str, Any], world: World) -> str | None:
    """The provider's identifier of a pending create's resource, or None where it was not created (or need not be known)."""
    finder = FINDERS.get(resource["type"])
    return finder(resource.get("inputs", {}), world) if finder else None


def _aws(
    service: str, call: str, argument: str, missing: tuple[str, ...], answer: Callable[[Any], str], given: str = "name"
) -> Finder:
    """Asks AWS by the resource's name."""

    def find(inputs: Inputs, world: World) -> str | None:
        from botocore.exceptions import ClientError

        with cloud.failures(f"{service} {inputs[given]}"):
            try:
                return answer(getattr(world.aws(service), call)(**{argument: inputs[given]}))
            except ClientError as error:
                if error.response["Error"]["Code"] in missing:
                    return None
                raise

    return find


def _bucket(inputs: Inputs, world: World) -> str | None:
    name = str(inputs["bucket"])
    return _aws("s3", "head_bucket", "Bucket", ("404", "NoSuchBucket"), lambda _said: name, "bucket")(inputs, world)


def _log_group(inputs: Inputs, world: World) -> str | None:
    with cloud.failures(f"log group {inputs['name']}"):
        groups = world.aws("logs").describe_log_groups(logGroupNamePrefix=inputs["name"])["logGroups"]
    return next((group["logGroupName"] for group in groups if group["logGroupName"] == inputs["name"]), None)


def _snowflake(kind: str, *path: str) -> Finder:
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


def _account_role(inputs: Inputs, world: World) -> str | None:
    """Roles cannot be described, only shown; LIKE takes `_` for any letter, so the names are compared."""
    with world.warehouse() as session:
        rows = session.rows(f"SHOW ROLES LIKE '{inputs['name']}'")
    return f'"{inputs["name"]}"' if any(row[1] == inputs["name"] for row in rows) else None


FINDERS: Mapping[str, Finder] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:iam/role:Role": _aws(
        "iam", "get_role", "RoleName", ("NoSuchEntity",), lambda said: str(said["Role"]["RoleName"])
    ),
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _aws(
        "secretsmanager", "describe_secret", "SecretId", ("ResourceNotFoundException",), lambda said: str(said["ARN"])
    ),
    "snowflake:index/accountRole:AccountRole": _account_role,
    "snowflake:index/database:Database": _snowflake("DATABASE"),
    "snowflake:index/schema:Schema": _snowflake("SCHEMA", "database"),
    "snowflake:index/serviceUser:ServiceUser": _snowflake("USER"),
    "snowflake:index/stageExternalS3:StageExternalS3": _snowflake("STAGE", "database", "schema"),
    "snowflake:index/storageIntegrationAws:StorageIntegrationAws": _snowflake("STORAGE INTEGRATION"),
    "snowflake:index/warehouse:Warehouse": _snowflake("WAREHOUSE"),
}
