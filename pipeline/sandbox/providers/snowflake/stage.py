"""snowflake:index/stageExternalS3:StageExternalS3. The identifier is the quoted full name. It never holds credentials."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import assignments, quoted, renamed, unquoted
from pipeline.warehouse import literal

OPTIONS = {"comment": "COMMENT", "url": "URL"}
KNOWN = {"database", "name", "schema", "storageIntegration"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["database"], inputs["schema"], inputs["name"])
    account.execute(" ".join([f"CREATE STAGE {name}", *assignments(inputs, OPTIONS, KNOWN), *_integration(inputs)]))
    return name


def _integration(inputs: Inputs) -> list[str]:
    integration = inputs.get("storageIntegration")
    return [f"STORAGE_INTEGRATION = {quoted(integration)}"] if integration else []


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    database, schema, name = unquoted(identifier)
    found = account.find(f"SHOW STAGES LIKE {literal(name)} IN SCHEMA {quoted(database, schema)}", name=name)
    return found and {
        "name": name,
        "database": database,
        "schema": schema,
        "fullyQualifiedName": identifier,
        "url": found.get("url") or "",
        "comment": found.get("comment") or "",
        "storageIntegration": found.get("storage_integration") or "",
    }


def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
    altering("STAGE", OPTIONS, KNOWN)(account, identifier, old, new)
    if _integration(new) != _integration(old):
        account.execute(f"ALTER STAGE {identifier} SET {_integration(new)[0]}")


def _replaces(old: Inputs, new: Inputs) -> frozenset[str]:
    """An integration that is taken away cannot be altered away."""
    gone = old.get("storageIntegration") and not new.get("storageIntegration")
    return renamed(old, new) | (frozenset({"storageIntegration"}) if gone else frozenset())


TYPE = Type(
    "snowflake:index/stageExternalS3:StageExternalS3",
    frozenset({*OPTIONS, *KNOWN}),
    create,
    read,
    dropping("STAGE"),
    update,
    named="name",
    replaces=_replaces,
)
