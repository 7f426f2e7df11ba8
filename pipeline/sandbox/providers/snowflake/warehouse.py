"""snowflake:index/warehouse:Warehouse. The identifier is the quoted name."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import assignments, enabled, quoted, renamed, unquoted
from pipeline.warehouse import literal

OPTIONS = {
    "autoResume": "AUTO_RESUME",
    "autoSuspend": "AUTO_SUSPEND",
    "comment": "COMMENT",
    "maxClusterCount": "MAX_CLUSTER_COUNT",
    "minClusterCount": "MIN_CLUSTER_COUNT",
    "statementTimeoutInSeconds": "STATEMENT_TIMEOUT_IN_SECONDS",
    "warehouseSize": "WAREHOUSE_SIZE",
}
KNOWN = {"initiallySuspended", "name"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["name"])
    options = assignments(inputs, {**OPTIONS, "initiallySuspended": "INITIALLY_SUSPENDED"}, KNOWN)
    account.execute(" ".join([f"CREATE WAREHOUSE {name}", *options]))
    return name


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    (name,) = unquoted(identifier)
    found = account.find(f"SHOW WAREHOUSES LIKE {literal(name)}", name=name)
    if found is None:
        return None
    told = {"comment": found.get("comment") or "", "name": name, "fullyQualifiedName": quoted(name)}
    if size := found.get("size"):
        told["warehouseSize"] = str(size).replace("-", "").upper()
    if found.get("auto_suspend") is not None:
        told["autoSuspend"] = int(found["auto_suspend"])
    if found.get("auto_resume") is not None:
        told["autoResume"] = str(enabled(found["auto_resume"])).lower()
    return told


def _replaces(old: Inputs, new: Inputs) -> frozenset[str]:
    """A size that is taken away cannot be altered away."""
    gone = old.get("warehouseSize") and not new.get("warehouseSize")
    return renamed(old, new) | (frozenset({"warehouseSize"}) if gone else frozenset())


TYPE = Type(
    "snowflake:index/warehouse:Warehouse",
    frozenset({*OPTIONS, *KNOWN}),
    create,
    read,
    dropping("WAREHOUSE"),
    altering("WAREHOUSE", OPTIONS, KNOWN),
    named="name",
    replaces=_replaces,
)
