"""snowflake:index/accountRole:AccountRole. The identifier is the quoted name."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import assignments, quoted, renamed, unquoted
from pipeline.warehouse import literal

OPTIONS = {"comment": "COMMENT"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["name"])
    account.execute(" ".join([f"CREATE ROLE {name}", *assignments(inputs, OPTIONS, {"name"})]))
    return name


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    (name,) = unquoted(identifier)
    found = account.find(f"SHOW ROLES LIKE {literal(name)}", name=name)
    return found and {"name": name, "comment": found.get("comment") or "", "fullyQualifiedName": quoted(name)}


TYPE = Type(
    "snowflake:index/accountRole:AccountRole",
    frozenset({*OPTIONS, "name"}),
    create,
    read,
    dropping("ROLE"),
    altering("ROLE", OPTIONS, {"name"}),
    named="name",
    replaces=renamed,
)
