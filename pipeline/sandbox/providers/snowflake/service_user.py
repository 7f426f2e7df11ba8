"""snowflake:index/serviceUser:ServiceUser: entered by workload identity, no secret. The identifier is the quoted name."""

from __future__ import annotations

import re
from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Refused, Type
from pipeline.sandbox.providers.snowflake.change import altering, dropping
from pipeline.sandbox.providers.snowflake.connection import Account, Gone
from pipeline.sandbox.providers.snowflake.sql import assignments, quoted, renamed, unquoted
from pipeline.warehouse import literal

ARN = re.compile(r"arn:[\w:/+=,.@-]+")
NUMBERS = {"lockTimeout", "statementTimeoutInSeconds"}
OPTIONS = {
    "abortDetachedQuery": "ABORT_DETACHED_QUERY",
    "comment": "COMMENT",
    "defaultNamespace": "DEFAULT_NAMESPACE",
    "defaultRole": "DEFAULT_ROLE",
    "defaultWarehouse": "DEFAULT_WAREHOUSE",
    "disabled": "DISABLED",
    "lockTimeout": "LOCK_TIMEOUT",
    "statementTimeoutInSeconds": "STATEMENT_TIMEOUT_IN_SECONDS",
}
APART = {"defaultSecondaryRolesOption", "defaultWorkloadIdentity", "name"}


def create(account: Account, inputs: Inputs) -> str:
    """A second create is refused: 002002."""
    name = quoted(inputs["name"])
    options = [*assignments(inputs, OPTIONS, APART), *_apart(inputs)]
    account.execute(" ".join([f"CREATE USER {name} TYPE = SERVICE", *options]))
    return name


def _apart(inputs: Inputs) -> list[str]:
    """Options with a grammar of their own."""
    secondary = {"ALL": "('ALL')", "NONE": "()", None: ""}[inputs.get("defaultSecondaryRolesOption")]
    options = [f"DEFAULT_SECONDARY_ROLES = {secondary}"] if secondary else []
    if identity := inputs.get("defaultWorkloadIdentity"):
        if set(identity) != {"aws"}:
            raise Refused("the sandbox's provider knows workload identities of AWS alone")
        options.append(f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = {literal(identity['aws']['arn'])})")
    return options


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    (name,) = unquoted(identifier)
    try:
        said = {row["property"]: row["value"] for row in account.records(f"DESCRIBE USER {identifier}")}
    except Gone:
        return None
    told = {key: _read(key, said[option]) for key, option in OPTIONS.items() if said.get(option)}
    if arn := ARN.search(said.get("WORKLOAD_IDENTITY") or ""):
        told["defaultWorkloadIdentity"] = {"aws": {"arn": arn.group()}}
    return {"name": name, "fullyQualifiedName": quoted(name), "userType": "SERVICE", **told}


def _read(key: str, value: str) -> Any:
    if key in NUMBERS:
        return int(value)
    return value == "true" if key == "abortDetachedQuery" else value


def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
    altering("USER", OPTIONS, APART)(account, identifier, old, new)
    if (options := _apart(new)) and options != _apart(old):
        account.execute(f"ALTER USER {identifier} SET {' '.join(options)}")


TYPE = Type(
    "snowflake:index/serviceUser:ServiceUser",
    frozenset({*OPTIONS, *APART}),
    create,
    read,
    dropping("USER"),
    update,
    named="name",
    replaces=renamed,
)
