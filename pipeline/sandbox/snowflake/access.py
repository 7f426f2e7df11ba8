"""Who may do what: privileges, ownership, and what a role can see at all."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.catalogue import Catalogue

READABLE = ("TABLE", "VIEW")


class Access:
    """The rights of one statement: those of its roles."""

    def __init__(self, catalogue: Catalogue, roles: set[str]) -> None:
        self.catalogue, self.roles = catalogue, roles
        self.is_administrator = "ACCOUNTADMIN" in roles

    def owns(self, kind: str, name: str) -> bool:
        return self.is_administrator or self.catalogue.owner(kind, name) in self.roles

    def has(self, privilege: str, kind: str, name: str) -> bool:
        if kind != "ACCOUNT" and self.owns(kind, name):
            return True
        return self.is_administrator or any(
            self.catalogue.granted(wanted, kind, name, role) for role in self.roles for wanted in (privilege, "ALL")
        )

    def sees(self, kind: str, name: str) -> bool:
        """Any right on it makes an object visible."""
        if self.owns(kind, name):
            return True
        return any(
            item["kind"] == kind and item["name"] == name and item["role"] in self.roles
            for _, item in self.catalogue.every("GRANT")
        )

    def reaches(self, database: str, schema: str = "") -> bool:
        """USAGE on the containers."""
        if not self.has("USAGE", "DATABASE", database):
            return False
        return not schema or self.has("USAGE", "SCHEMA", f"{database}.{schema}")

    def need(self, privileges: Iterable[str], kind: str, name: str) -> None:
        """All of these on an object in a schema; what the role cannot see does not exist for it."""
        database, schema, _ = name.split(".", 2)
        if not self.reaches(database, schema) or not self.sees(kind, name):
            raise problem.unknown("Object" if kind in READABLE else kind.title(), name)
        for privilege in privileges:
            if not self.has(privilege, kind, name):
                raise problem.denied(kind.lower(), name.rpartition(".")[2])

    def need_owner(self, kind: str, name: str) -> None:
        parts = name.split(".")
        hidden = len(parts) > 1 and not self.reaches(*parts[: min(2, len(parts) - 1)])
        if hidden or not (self.sees(kind, name) or self.owns(kind, name)):
            raise problem.unknown(kind.title(), name)
        if not self.owns(kind, name):
            raise problem.denied(kind.lower(), parts[-1])

    def need_create(self, kind: str, schema: str) -> None:
        """CREATE <kind> in a schema."""
        if not self.reaches(*schema.split(".")):
            raise problem.unknown("Schema", schema)
        if not self.has(f"CREATE {kind}", "SCHEMA", schema):
            raise problem.denied("schema", schema.rpartition(".")[2])

    def need_on_account(self, privilege: str) -> None:
        if not self.has(privilege, "ACCOUNT", ""):
            raise problem.denied("account", "")
