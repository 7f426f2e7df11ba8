"""snowflake:index/database:Database. The identifier is the quoted name."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import assignments, quoted, renamed, unquoted
from pipeline.warehouse import literal

OPTIONS = {"comment": "COMMENT", "dataRetentionTimeInDays": "DATA_RETENTION_TIME_IN_DAYS"}
KNOWN = {"name", "isTransient"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["name"])
    transient = "TRANSIENT " if inputs.get("isTransient") else ""
    account.execute(" ".join([f"CREATE {transient}DATABASE {name}", *assignments(inputs, OPTIONS, KNOWN)]))
    return name


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    (name,) = unquoted(identifier)
    found = account.find(f"SHOW DATABASES LIKE {literal(name)}", name=name)
    return found and {"name": name, "comment": found.get("comment") or "", "fullyQualifiedName": quoted(name)}


TYPE = Type(
    "snowflake:index/database:Database",
    frozenset({*OPTIONS, *KNOWN}),
    create,
    read,
    dropping("DATABASE"),
    altering("DATABASE", OPTIONS, KNOWN),
    named="name",
    replaces=renamed,
)
