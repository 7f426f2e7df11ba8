"""snowflake:index/schema:Schema. The identifier is the quoted full name. `withManagedAccess` and `isTransient` are texts."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import assignments, quoted, renamed, unquoted
from pipeline.warehouse import literal

OPTIONS = {"comment": "COMMENT", "dataRetentionTimeInDays": "DATA_RETENTION_TIME_IN_DAYS"}
KNOWN = {"database", "isTransient", "name", "withManagedAccess"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["database"], inputs["name"])
    transient = "TRANSIENT " if inputs.get("isTransient") == "true" else ""
    managed = ["WITH MANAGED ACCESS"] if inputs.get("withManagedAccess") == "true" else []
    account.execute(" ".join([f"CREATE {transient}SCHEMA {name}", *managed, *assignments(inputs, OPTIONS, KNOWN)]))
    return name


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    database, name = unquoted(identifier)
    found = account.find(f"SHOW SCHEMAS LIKE {literal(name)} IN DATABASE {quoted(database)}", name=name)
    if found is None:
        return None
    return {
        "name": name,
        "database": database,
        "comment": found.get("comment") or "",
        "fullyQualifiedName": identifier,
        **({"withManagedAccess": "true"} if "MANAGED ACCESS" in (found.get("options") or "") else {}),
        **({"isTransient": "true"} if "TRANSIENT" in (found.get("options") or "") else {}),
    }


def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
    if old.get("withManagedAccess") != new.get("withManagedAccess"):
        verb = "ENABLE" if new.get("withManagedAccess") == "true" else "DISABLE"
        account.execute(f"ALTER SCHEMA {identifier} {verb} MANAGED ACCESS")
    altering("SCHEMA", OPTIONS, KNOWN)(account, identifier, old, new)


TYPE = Type(
    "snowflake:index/schema:Schema",
    frozenset({*OPTIONS, *KNOWN}),
    create,
    read,
    dropping("SCHEMA"),
    update,
    named="name",
    replaces=renamed,
)
