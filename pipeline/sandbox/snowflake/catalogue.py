"""What the account knows beside its rows: roles, users, grants, owners, warehouses, integrations, stages, comments.

Kept in memory and written through to the account's own file, so it outlives SIGKILL.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from duckdb import DuckDBPyConnection

Item = dict[str, Any]
SYSTEM_ROLES = ("ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "PUBLIC")
_SYSTEM_MEMBERS = (("SECURITYADMIN", "ACCOUNTADMIN"), ("SYSADMIN", "ACCOUNTADMIN"), ("USERADMIN", "SECURITYADMIN"))


class Catalogue:
    """Items by (kind, name). `version` rises with every change, so that whatever was derived can be known to be old."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._items: dict[str, dict[str, Item]] = {}
        self.version = 0
        connection.execute("CREATE SCHEMA IF NOT EXISTS _fs_global.acme")
        connection.execute("CREATE TABLE IF NOT EXISTS _fs_global.acme.item (kind VARCHAR, name VARCHAR, body VARCHAR)")
        for kind, name, body in connection.execute("SELECT kind, name, body FROM _fs_global.acme.item").fetchall():
            self._items.setdefault(kind, {})[name] = json.loads(body)
        self._seed()

    def _seed(self) -> None:
        for role in SYSTEM_ROLES:
            if self.find("ROLE", role) is None:
                self.put("ROLE", role, {})
        for role, parent in _SYSTEM_MEMBERS:
            self.put("MEMBER", f"{role} ROLE {parent}", {"role": role, "to": "ROLE", "name": parent, "by": ""})
        for privilege, role in (
            ("CREATE DATABASE", "SYSADMIN"), ("CREATE WAREHOUSE", "SYSADMIN"), ("CREATE ROLE", "USERADMIN"),
            ("CREATE USER", "USERADMIN"), ("MANAGE GRANTS", "SECURITYADMIN"),
        ):  # fmt: skip
            self.grant(privilege, "ACCOUNT", "", role, "")

    def find(self, kind: str, name: str) -> Item | None:
        return self._items.get(kind, {}).get(name)

    def every(self, kind: str) -> Iterator[tuple[str, Item]]:
        with self._lock:
            return iter(sorted(self._items.get(kind, {}).items()))

    def put(self, kind: str, name: str, body: Item) -> None:
        with self._lock:
            if self.find(kind, name) == body:
                return
            cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            cursor.execute("DELETE FROM _fs_global.acme.item WHERE kind = ? AND name = ?", [kind, name])
            cursor.execute("INSERT INTO _fs_global.acme.item VALUES (?, ?, ?)", [kind, name, json.dumps(body)])
            cursor.execute("COMMIT")
            cursor.close()
            self._items.setdefault(kind, {})[name] = body
            self.version += 1

    def drop(self, kind: str, name: str) -> None:
        with self._lock:
            if self._items.get(kind, {}).pop(name, None) is not None:
                cursor = self._connection.cursor()
                cursor.execute("DELETE FROM _fs_global.acme.item WHERE kind = ? AND name = ?", [kind, name])
                cursor.close()
                self.version += 1

    def grant(self, privilege: str, kind: str, name: str, role: str, by: str) -> None:
        body = {"privilege": privilege, "kind": kind, "name": name, "role": role, "by": by}
        self.put("GRANT", f"{privilege}|{kind}|{name}|{role}", body)

    def revoke(self, privilege: str, kind: str, name: str, role: str) -> None:
        self.drop("GRANT", f"{privilege}|{kind}|{name}|{role}")

    def granted(self, privilege: str, kind: str, name: str, role: str) -> bool:
        return self.find("GRANT", f"{privilege}|{kind}|{name}|{role}") is not None

    def owner(self, kind: str, name: str) -> str:
        return str((self.find("OWNER", f"{kind} {name}") or {}).get("role", "ACCOUNTADMIN"))

    def own(self, kind: str, name: str, role: str) -> None:
        self.put("OWNER", f"{kind} {name}", {"role": role})

    def forget(self, kind: str, name: str, *, grants: bool = True) -> None:
        """A dropped object: its owner, its grants, and what stands inside it."""
        with self._lock:
            inside = f"{name}."
            for key, item in list(self.every("GRANT")):
                if grants and (
                    (item["kind"].endswith(kind) and item["name"] == name) or item["name"].startswith(inside)
                ):
                    self.drop("GRANT", key)
            for sort in ("OWNER", "TABLE", "STAGE", "COMMENT"):
                for key, _ in list(self.every(sort)):
                    own = key.partition(" ")[2] if sort in ("OWNER", "COMMENT") else key
                    if key in (name, f"{kind} {name}") or own.startswith(inside):
                        self.drop(sort, key)

    def roles_of_user(self, user: str) -> set[str]:
        direct = {i["role"] for _, i in self.every("MEMBER") if i["to"] == "USER" and i["name"] == user}
        return direct | {"PUBLIC"}

    def closure(self, roles: set[str]) -> set[str]:
        """These roles and all roles granted to them."""
        found: set[str] = set()
        members: dict[str, set[str]] = {}
        for _, item in self.every("MEMBER"):
            if item["to"] == "ROLE":
                members.setdefault(item["name"], set()).add(item["role"])
        waiting = [*roles, "PUBLIC"]
        while waiting:
            role = waiting.pop()
            if role not in found:
                found.add(role)
                waiting += members.get(role, ())
        return found
