"""snowflake:index/storageIntegrationAws:StorageIntegrationAws. The identifier is the quoted name."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account, Gone
from pipeline.sandbox.providers.snowflake.sql import assignments, enabled, quoted, unquoted

OPTIONS = {
    "comment": "COMMENT",
    "enabled": "ENABLED",
    "storageAllowedLocations": "STORAGE_ALLOWED_LOCATIONS",
    "storageAwsExternalId": "STORAGE_AWS_EXTERNAL_ID",
    "storageAwsRoleArn": "STORAGE_AWS_ROLE_ARN",
    "storageBlockedLocations": "STORAGE_BLOCKED_LOCATIONS",
}
KNOWN = {"name", "storageProvider"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["name"])
    head = f"CREATE STORAGE INTEGRATION {name} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = '{inputs['storageProvider']}'"
    account.execute(" ".join([head, *assignments(inputs, OPTIONS, KNOWN)]))
    return name


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    try:
        rows = account.records(f"DESCRIBE STORAGE INTEGRATION {identifier}")
    except Gone:
        return None
    said = {row["property"]: row["property_value"] for row in rows}
    (name,) = unquoted(identifier)
    return {
        "name": name,
        "fullyQualifiedName": identifier,
        "enabled": enabled(said.get("ENABLED")),
        "storageProvider": said.get("STORAGE_PROVIDER") or "S3",
        "storageAllowedLocations": [
            place for place in (said.get("STORAGE_ALLOWED_LOCATIONS") or "").split(",") if place
        ],
        "storageAwsRoleArn": said.get("STORAGE_AWS_ROLE_ARN") or "",
        "describeOutputs": [{"iamUserArn": said.get("STORAGE_AWS_IAM_USER_ARN") or ""}],
    }


TYPE = Type(
    "snowflake:index/storageIntegrationAws:StorageIntegrationAws",
    frozenset({*OPTIONS, *KNOWN}),
    create,
    read,
    dropping("INTEGRATION"),
    altering("STORAGE INTEGRATION", OPTIONS, KNOWN),
    named="name",
)
