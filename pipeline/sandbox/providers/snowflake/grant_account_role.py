"""snowflake:index/grantAccountRole:GrantAccountRole. The identifier is `"ROLE"|USER|"NAME"`; a second create is the same."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Refused, Type
from pipeline.sandbox.providers.snowflake.connection import Account
from pipeline.sandbox.providers.snowflake.sql import quoted, unquoted

GRANTEES = {"USER": "userName", "ROLE": "parentRoleName"}


def create(account: Account, inputs: Inputs) -> str:
    to = [(kind, inputs[key]) for kind, key in GRANTEES.items() if inputs.get(key)]
    if len(to) != 1:
        raise Refused('Invalid combination of arguments: only one of "parent_role_name,user_name" can be specified')
    kind, name = to[0]
    role, grantee = quoted(*unquoted(inputs["roleName"])), quoted(*unquoted(name))
    account.execute(f"GRANT ROLE {role} TO {kind} {grantee}")
    return f"{role}|{kind}|{grantee}"


def read(account: Account, identifier: str, _inputs: Inputs) -> dict[str, Any] | None:
    role, kind, grantee = identifier.split("|")
    (name,) = unquoted(grantee)
    if account.find(f"SHOW GRANTS OF ROLE {role}", granted_to=kind, grantee_name=name) is None:
        return None
    return {"roleName": unquoted(role)[0], GRANTEES[kind]: name}


def delete(account: Account, identifier: str, _inputs: Inputs) -> None:
    role, kind, grantee = identifier.split("|")
    if read(account, identifier, {}) is not None:
        account.execute(f"REVOKE ROLE {role} FROM {kind} {grantee}")


TYPE = Type(
    "snowflake:index/grantAccountRole:GrantAccountRole",
    frozenset({"parentRoleName", "roleName", "userName"}),
    create,
    read,
    delete,
)
