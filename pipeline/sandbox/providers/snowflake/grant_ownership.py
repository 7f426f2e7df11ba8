"""snowflake:index/grantOwnership:GrantOwnership of one object. Deleting it gives the object back to the current role."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Refused, Type
from pipeline.sandbox.providers.snowflake.connection import Account, Gone
from pipeline.sandbox.providers.snowflake.sql import quoted, unquoted

OWNERSHIP = "OWNERSHIP"


def create(account: Account, inputs: Inputs) -> str:
    on = inputs["on"]
    if not (inputs.get("accountRoleName") and on.get("objectType") and on.get("objectName")):
        raise Refused("the sandbox's provider hands one named object to an account role only")
    kind, name = on["objectType"], quoted(*unquoted(on["objectName"]))
    role, outbound = quoted(*unquoted(inputs["accountRoleName"])), inputs.get("outboundPrivileges")
    _hand(account, kind, name, role, outbound)
    return f"ToAccountRole|{role}|{outbound or ''}|OnObject|{kind}|{name}"


def _hand(account: Account, kind: str, name: str, role: str, outbound: str | None) -> None:
    tail = f" {outbound} CURRENT GRANTS" if outbound else ""
    account.execute(f"GRANT OWNERSHIP ON {kind} {name} TO ROLE {role}{tail}")


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    _, role, _, _, kind, name = identifier.split("|")
    (owner,) = unquoted(role)
    found = account.find(f"SHOW GRANTS ON {kind} {name}", privilege=OWNERSHIP, grantee_name=owner)
    return found and {"accountRoleName": owner, "on": {"objectType": kind, "objectName": name}}


def delete(account: Account, identifier: str, _inputs: Inputs) -> None:
    _, _, _, _, kind, name = identifier.split("|")
    (row,) = account.records("SELECT CURRENT_ROLE() AS role")
    try:
        _hand(account, kind, name, quoted(row["role"]), "COPY")
    except Gone:
        return


TYPE = Type(
    "snowflake:index/grantOwnership:GrantOwnership",
    frozenset({"accountRoleName", "on", "outboundPrivileges"}),
    create,
    read,
    delete,
)
