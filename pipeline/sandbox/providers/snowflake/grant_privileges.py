"""snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole on one object, one schema or the account.

The identifier is the real provider's: `"ROLE"|false|false|PRIVILEGES|` and then `OnAccount`, `OnAccountObject|KIND|NAME`,
`OnSchema|OnSchema|NAME` or `OnSchemaObject|OnObject|KIND|NAME`. A second create grants the same once more, as in Snowflake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Problem, Type
from pipeline.sandbox.providers.snowflake.connection import Account, Gone
from pipeline.sandbox.providers.snowflake.sql import quoted, unquoted

PLACES = ("onAccount", "onAccountObject", "onSchema", "onSchemaObject")
PREFIXES = {
    "onAccountObject": "OnAccountObject",
    "onSchema": "OnSchema|OnSchema",
    "onSchemaObject": "OnSchemaObject|OnObject",
}


@dataclass(frozen=True)
class On:
    """What a grant is on. `place` is the input; `kind` as GRANT and SHOW GRANTS spell it, `name` quoted."""

    place: str
    kind: str = "ACCOUNT"
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()

    @property
    def identifier(self) -> str:
        if self.place == "onAccount":
            return "OnAccount"
        kind = [] if self.place == "onSchema" else [self.kind]
        return "|".join([PREFIXES[self.place], *kind, self.name])

    @property
    def input(self) -> Any:
        """As the program gives it."""
        if self.place == "onAccount":
            return True
        return {"schemaName": self.name} if self.place == "onSchema" else self._object

    @property
    def _object(self) -> dict[str, str]:
        """An object of the account is called by its plain name, one in a schema by its quoted ones."""
        name = unquoted(self.name)[0] if self.place == "onAccountObject" else self.name
        return {"objectType": self.kind, "objectName": name}


def check(inputs: Inputs) -> list[Problem]:
    given = [key for key in PLACES if inputs.get(key)]
    if len(given) != 1:
        return [("", f"Invalid combination of arguments: one of `{','.join(PLACES)}` must be specified")]
    if not inputs.get("privileges"):
        return [("privileges", "Missing required argument: one of `all_privileges,privileges` must be specified")]
    value = inputs[given[0]]
    if given[0] != "onAccount" and not (value.get("schemaName") or value.get("objectName")):
        return [(given[0], "the sandbox's provider grants on one named object only")]
    return []


def _of_inputs(inputs: Inputs) -> On:
    (place,) = (key for key in PLACES if inputs.get(key))
    value = inputs[place]
    if place == "onAccount":
        return On(place)
    if place == "onSchema":
        return On(place, "SCHEMA", quoted(*unquoted(value["schemaName"])))
    return On(place, value["objectType"], quoted(*unquoted(value["objectName"])))


def _of_identifier(words: list[str]) -> On:
    if words == ["OnAccount"]:
        return On("onAccount")
    place = next(key for key, prefix in PREFIXES.items() if prefix.partition("|")[0] == words[0])
    return On(place, "SCHEMA" if place == "onSchema" else words[-2], words[-1])


def create(account: Account, inputs: Inputs) -> str:
    role, on, privileges = (
        quoted(*unquoted(inputs["accountRoleName"])),
        _of_inputs(inputs),
        sorted(inputs["privileges"]),
    )
    option = " WITH GRANT OPTION" if inputs.get("withGrantOption") else ""
    account.execute(f"GRANT {', '.join(privileges)} ON {on} TO ROLE {role}{option}")
    return f"{role}|{str(bool(option)).lower()}|false|{','.join(privileges)}|{on.identifier}"


def read(account: Account, identifier: str, inputs: Inputs) -> Outputs | None:
    """Of the privileges that were given those that still stand; gone when none does."""
    role, option, _, named, *words = identifier.split("|")
    on, wanted = _of_identifier(words), inputs.get("privileges") or named.split(",")
    standing = sorted({*wanted} & _standing(account, role, on))
    if not standing:
        return None
    told = {"accountRoleName": unquoted(role)[0], "privileges": standing, "withGrantOption": option == "true"}
    return {**told, on.place: inputs.get(on.place) or on.input}


def _standing(account: Account, role: str, on: On) -> set[str]:
    try:
        rows = account.records(f"SHOW GRANTS TO ROLE {role}")
    except Gone:
        return set()
    return {row["privilege"] for row in rows if _is_on(row, on)}


def _is_on(row: dict[str, Any], on: On) -> bool:
    if row["granted_on"].replace("_", " ") != on.kind:
        return False
    return on.kind == "ACCOUNT" or unquoted(row["name"]) == unquoted(on.name)


def update(account: Account, identifier: str, old: Inputs, new: Inputs) -> None:
    role, on = identifier.split("|")[0], _of_inputs(new)
    before, after = set(old.get("privileges") or []), set(new["privileges"])
    if more := sorted(after - before):
        account.execute(f"GRANT {', '.join(more)} ON {on} TO ROLE {role}")
    if fewer := sorted(before - after):
        account.execute(f"REVOKE {', '.join(fewer)} ON {on} FROM ROLE {role}")


def delete(account: Account, identifier: str, inputs: Inputs) -> None:
    if standing := read(account, identifier, inputs):
        role, *_, words = identifier.split("|", 4)
        on = _of_identifier(words.split("|"))
        account.execute(f"REVOKE {', '.join(standing['privileges'])} ON {on} FROM ROLE {role}")


TYPE = Type(
    "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
    frozenset({*PLACES, "accountRoleName", "alwaysApply", "privileges", "withGrantOption"}),
    create,
    read,
    delete,
    update,
    check,
    defaults={"alwaysApply": False, "withGrantOption": False},
)
