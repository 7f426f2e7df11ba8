"""snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole on one object, schema or the account.

The identifier is `"ROLE"|false|false|PRIVILEGES|<kind>|<name>`. A second create grants the same once more, as in Snowflake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Refused, Type
from pipeline.sandbox.providers.snowflake.connection import Account, Gone
from pipeline.sandbox.providers.snowflake.sql import quoted, unquoted

PLACES = ("onAccount", "onAccountObject", "onSchema", "onSchemaObject")


@dataclass(frozen=True)
class On:
    """What a grant is on. `kind` as GRANT and SHOW GRANTS spell it, `name` quoted; both empty for the account."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


def _on(inputs: Inputs) -> On:
    given = [key for key in PLACES if inputs.get(key)]
    if len(given) != 1:
        raise Refused(f"Invalid combination of arguments: one of `{','.join(PLACES)}` must be specified")
    value = inputs[given[0]]
    if given[0] == "onAccount":
        return On("ACCOUNT", "")
    schema = value.get("schemaName") if given[0] == "onSchema" else None
    kind, name = ("SCHEMA", schema) if schema else (value.get("objectType"), value.get("objectName"))
    if not kind or not name:
        raise Refused("the sandbox's provider grants on one named object only")
    return On(kind, quoted(*unquoted(name)))


def create(account: Account, inputs: Inputs) -> str:
    role, on = quoted(*unquoted(inputs["accountRoleName"])), _on(inputs)
    privileges = sorted(inputs.get("privileges") or [])
    if not privileges:
        raise Refused("Missing required argument: one of `privileges,all_privileges` must be specified")
    option = " WITH GRANT OPTION" if inputs.get("withGrantOption") else ""
    account.execute(f"GRANT {', '.join(privileges)} ON {on} TO ROLE {role}{option}")
    return f"{role}|{str(bool(option)).lower()}|false|{','.join(privileges)}|{on.kind}|{on.name}"


def read(account: Account, identifier: str) -> dict[str, Any] | None:
    """The privileges of the identifier that are still there; gone when none is."""
    role, option, _, privileges, kind, name = identifier.split("|")
    try:
        rows = account.records(f"SHOW GRANTS TO ROLE {role}")
    except Gone:
        return None
    here = {row["privilege"] for row in rows if _is_on(row, kind, name)}
    standing = sorted(set(privileges.split(",")) & here)
    if not standing:
        return None
    told: dict[str, Any] = {"accountRoleName": unquoted(role)[0], "privileges": standing}
    return {**told, **({"withGrantOption": True} if option == "true" else {})}


def _is_on(row: dict[str, Any], kind: str, name: str) -> bool:
    if row["granted_on"].replace("_", " ") != kind:
        return False
    return kind == "ACCOUNT" or unquoted(row["name"]) == unquoted(name)


def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
    role, on = identifier.split("|")[0], _on(new)
    before, after = set(old.get("privileges") or []), set(new.get("privileges") or [])
    if more := sorted(after - before):
        account.execute(f"GRANT {', '.join(more)} ON {on} TO ROLE {role}")
    if fewer := sorted(before - after):
        account.execute(f"REVOKE {', '.join(fewer)} ON {on} FROM ROLE {role}")


def delete(account: Account, identifier: str, _inputs: Inputs) -> None:
    standing = read(account, identifier)
    role, _, _, _, kind, name = identifier.split("|")
    if standing:
        account.execute(f"REVOKE {', '.join(standing['privileges'])} ON {On(kind, name)} FROM ROLE {role}")


TYPE = Type(
    "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
    frozenset({*PLACES, "accountRoleName", "alwaysApply", "privileges", "withGrantOption"}),
    create,
    read,
    delete,
    update,
    defaults={"alwaysApply": False, "withGrantOption": False},
)
