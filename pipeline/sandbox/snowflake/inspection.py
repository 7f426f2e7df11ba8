"""SHOW, DESCRIBE and EXPLAIN: only what the session's roles may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipeline.sandbox.snowflake import preparation, problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.columns import columns_of
from pipeline.sandbox.snowflake.naming import NAME, full
from pipeline.sandbox.snowflake.result import Result, listing
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.views import visible_objects, visible_schemas

Names = Sequence[str]
Rows = Sequence[Sequence[Any]]
_GRANTS = re.compile(
    rf"SHOW\s+(FUTURE\s+)?GRANTS(?:\s+(TO|OF|ON|IN)\s+(ROLE|USER|ACCOUNT|DATABASE|SCHEMA|TABLE|VIEW|STAGE|WAREHOUSE|INTEGRATION)(?:\s+({NAME}))?)?",
    re.IGNORECASE,
)
_SHOW = re.compile(
    r"SHOW\s+(?:TERSE\s+)?(ROLES|USERS|SCHEMAS|DATABASES|STAGES|WAREHOUSES|INTEGRATIONS|STORAGE\s+INTEGRATIONS|TABLES|VIEWS|OBJECTS|PARAMETERS)"
    rf"(?:\s+LIKE\s+'([^']*)')?(?:\s+IN\s+(?:(ACCOUNT|DATABASE|SCHEMA)\b\s*)?({NAME})?)?.*",
    re.IGNORECASE | re.DOTALL,
)
_DESCRIBE = re.compile(
    rf"DESC(?:RIBE)?\s+(?:(TABLE|VIEW|SCHEMA|DATABASE|USER|ROLE|WAREHOUSE|STAGE|STORAGE\s+INTEGRATION|INTEGRATION)\s+)?({NAME})(\s+TYPE\s*=\s*\S+)?",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(r"EXPLAIN(?:\s+USING\s+\w+)?\s+(.*)", re.IGNORECASE | re.DOTALL)


def handle(account: Account, session: Session, sql: str) -> Result | None:
    if match := _GRANTS.fullmatch(sql):
        return _show_grants(account, session, match)
    if match := _SHOW.fullmatch(sql):
        return _show(account, session, match)
    if match := _DESCRIBE.fullmatch(sql):
        return _describe(account, session, match)
    if match := _EXPLAIN.fullmatch(sql):
        return _explain(account, session, match[1])
    return None


def _explain(account: Account, session: Session, sql: str) -> Result:
    """The dry run: rights, names and types are judged, nothing runs."""
    from pipeline.sandbox.snowflake.execution import check
    from pipeline.sandbox.snowflake.preparation import WRITES

    prepared = preparation.qualify(account, session, preparation.parse(sql))
    check(account, session, prepared)
    if type(prepared.expression) not in WRITES:
        session.engine.execute(f"EXPLAIN {preparation.translate(session, prepared.expression)}").fetchall()
    rows = [(1, 0, None, "Result", name) for name in sorted({*prepared.reads, prepared.target} - {""})]
    return listing(["step", "id", "parent", "operation", "objects"], rows)


def _show_grants(account: Account, session: Session, match: re.Match[str]) -> Result:
    future, word, kind, name = match.groups()
    word, kind = (word or "TO").upper(), (kind or "USER").upper()
    name = full(session, kind, name) if name else session.user
    catalogue = account.catalogue
    if kind != "ACCOUNT" and not account.exists(kind, name):
        raise problem.unknown(kind.title(), name)
    if word == "OF":
        rows = [("", i["role"], i["to"], i["name"], i["by"]) for _, i in catalogue.every("MEMBER") if i["role"] == name]
        return listing(["created_on", "role", "granted_to", "grantee_name", "granted_by"], rows)
    if word == "TO" and kind == "USER":
        members = [i for _, i in catalogue.every("MEMBER") if (i["to"], i["name"]) == ("USER", name)]
        return listing(
            ["created_on", "role", "granted_to", "grantee_name", "granted_by"],
            [("", i["role"], "USER", name, i["by"]) for i in members],
        )
    rows = list(_grant_rows(account, word, kind, name, future=bool(future)))
    on = "grant_on" if future else "granted_on"
    to = "grant_to" if future else "granted_to"
    return listing(["created_on", "privilege", on, "name", to, "grantee_name", "grant_option", "granted_by"], rows)


def _grant_rows(account: Account, word: str, kind: str, name: str, *, future: bool) -> Iterable[tuple[Any, ...]]:
    for _, i in account.catalogue.every("GRANT"):
        is_future = i["kind"].startswith("FUTURE ")
        matches = (
            i["role"] == name
            if word == "TO"
            else ((i["kind"] == kind or is_future) and i["name"] == ("" if kind == "ACCOUNT" else name))
        )
        if matches and is_future == future:
            sort = i["kind"].removeprefix("FUTURE ")
            shown = f"{i['name']}.<{sort}>" if is_future else (i["name"] or account.name.upper())
            yield ("", i["privilege"], sort, shown, "ROLE", i["role"], "false", i["by"])
    if word == "TO" and not future:
        for _, i in account.catalogue.every("MEMBER"):
            if (i["to"], i["name"]) == ("ROLE", name):
                yield ("", "USAGE", "ROLE", i["role"], "ROLE", name, "false", i["by"])
    for key, i in account.catalogue.every("OWNER"):
        sort, _, owned = key.partition(" ")
        if not future and ((word == "TO" and i["role"] == name) or (word != "TO" and (sort, owned) == (kind, name))):
            yield ("", "OWNERSHIP", sort, owned, "ROLE", i["role"], "true", i["role"])


def _show(account: Account, session: Session, match: re.Match[str]) -> Result:
    what, like, container_kind, container = match.groups()
    what = " ".join(what.upper().split())
    if container and not container_kind:
        container_kind = "SCHEMA" if what in ("TABLES", "VIEWS", "STAGES", "OBJECTS") else "DATABASE"
    inside = full(session, container_kind.upper(), container) if container else ""
    if not inside and what in ("TABLES", "VIEWS", "STAGES", "OBJECTS") and (container_kind or "").upper() != "ACCOUNT":
        inside = ".".join(part for part in (session.database, session.schema) if part)
    names, rows = _SHOWN[what](account, session, inside)
    if like is not None:
        pattern = re.compile(_like(like), re.IGNORECASE)
        at = list(names).index("name") if "name" in names else 0
        rows = [row for row in rows if pattern.fullmatch(str(row[at]))]
    return listing(names, rows)


def _like(pattern: str) -> str:
    pattern = pattern.replace("\\\\", "\\")
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(".*" if p == "%" else "." if p == "_" else re.escape(p[-1]) for p in parts)


def _comment(account: Account, kind: str, name: str) -> str:
    return str(
        (account.catalogue.find("COMMENT", f"{kind} {name}") or account.catalogue.find(kind, name) or {}).get(
            "text", ""
        )
    )


def _roles(account: Account, session: Session, _: str) -> tuple[Names, Rows]:
    mine = account.catalogue.closure(account.catalogue.roles_of_user(session.user))
    rows = []
    for name, body in account.catalogue.every("ROLE"):
        flags = ("Y" if name == session.role else "N", "N", "Y" if name in mine else "N")
        rows.append(("", name, *flags, account.catalogue.owner("ROLE", name), body.get("COMMENT", "")))
    return ("created_on", "name", "is_default", "is_current", "is_inherited", "owner", "comment"), rows


def _users(account: Account, session: Session, _: str) -> tuple[Names, Rows]:
    access = account.access(session)
    keys = ("TYPE", "DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_SECONDARY_ROLES", "DISABLED", "COMMENT")
    rows = [
        (name, name, *(_word(body.get(key, "")) for key in keys), account.catalogue.owner("USER", name))
        for name, body in account.catalogue.every("USER")
        if access.owns("USER", name) or access.has("MANAGE GRANTS", "ACCOUNT", "") or name == session.user
    ]
    return (
        "name",
        "login_name",
        "type",
        "default_role",
        "default_warehouse",
        "default_secondary_roles",
        "disabled",
        "comment",
        "owner",
    ), rows


def _word(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ",".join(f'"{item}"' for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _schemas(account: Account, session: Session, inside: str) -> tuple[Names, Rows]:
    rows = []
    for name in visible_schemas(account, session, inside.partition(".")[0]):
        database, schema = name.split(".", 1)
        options = "MANAGED ACCESS" if (account.catalogue.find("SCHEMA", name) or {}).get("managed") else ""
        rows.append(
            ("", schema, database, account.catalogue.owner("SCHEMA", name), _comment(account, "SCHEMA", name), options)
        )
    return ("created_on", "name", "database_name", "owner", "comment", "options"), rows


def _databases(account: Account, session: Session, _: str) -> tuple[Names, Rows]:
    access = account.access(session)
    names = [name for name in account.databases() if access.sees("DATABASE", name)]
    rows = [("", n, account.catalogue.owner("DATABASE", n), _comment(account, "DATABASE", n)) for n in names]
    return ("created_on", "name", "owner", "comment"), rows


def _stages(account: Account, session: Session, inside: str) -> tuple[Names, Rows]:
    access, rows = account.access(session), []
    for name, body in account.catalogue.every("STAGE"):
        database, schema, stage = name.split(".", 2)
        if (
            (not inside or name.startswith(f"{inside}."))
            and access.reaches(database, schema)
            and access.sees("STAGE", name)
        ):
            owner = account.catalogue.owner("STAGE", name)
            rows.append(
                (
                    "",
                    stage,
                    database,
                    schema,
                    body.get("URL", ""),
                    body.get("STORAGE_INTEGRATION", ""),
                    owner,
                    body.get("COMMENT", ""),
                )
            )
    return (
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "url",
        "storage_integration",
        "owner",
        "comment",
    ), rows


def _warehouses(account: Account, session: Session, _: str) -> tuple[Names, Rows]:
    access = account.access(session)
    keys = (
        "WAREHOUSE_SIZE",
        "WAREHOUSE_TYPE",
        "AUTO_SUSPEND",
        "AUTO_RESUME",
        "STATEMENT_TIMEOUT_IN_SECONDS",
        "COMMENT",
    )
    rows = [
        (name, "STARTED", *(_word(body.get(key, "")) for key in keys), account.catalogue.owner("WAREHOUSE", name))
        for name, body in account.catalogue.every("WAREHOUSE")
        if access.sees("WAREHOUSE", name)
    ]
    return (
        "name",
        "state",
        "size",
        "type",
        "auto_suspend",
        "auto_resume",
        "statement_timeout_in_seconds",
        "comment",
        "owner",
    ), rows


def _integrations(account: Account, session: Session, _: str) -> tuple[Names, Rows]:
    access = account.access(session)
    rows = [
        (name, "EXTERNAL_STAGE", "STORAGE", _word(body.get("ENABLED", "")), body.get("COMMENT", ""))
        for name, body in account.catalogue.every("INTEGRATION")
        if access.sees("INTEGRATION", name)
    ]
    return ("name", "type", "category", "enabled", "comment"), rows


def _objects(kinds: tuple[str, ...]) -> Callable[[Account, Session, str], tuple[Names, Rows]]:
    def rows(account: Account, session: Session, inside: str) -> tuple[Names, Rows]:
        found = []
        for name, kind in visible_objects(account, session).items():
            if kind in kinds and (not inside or name.startswith(f"{inside}.")):
                database, schema, table = name.split(".", 2)
                secure = str(bool((account.catalogue.find("VIEW", name) or {}).get("secure"))).lower()
                owner = account.catalogue.owner(kind, name)
                found.append(("", table, database, schema, kind, _comment(account, kind, name), owner, secure))
        return ("created_on", "name", "database_name", "schema_name", "kind", "comment", "owner", "is_secure"), found

    return rows


def _parameters(_: Account, session: Session, __: str) -> tuple[Names, Rows]:
    return ("key", "value", "level"), [(k, _word(v), "SESSION") for k, v in sorted(session.parameters.items())]


_SHOWN: dict[str, Callable[[Account, Session, str], tuple[Names, Rows]]] = {
    "ROLES": _roles, "USERS": _users, "SCHEMAS": _schemas, "DATABASES": _databases, "STAGES": _stages,
    "WAREHOUSES": _warehouses, "INTEGRATIONS": _integrations, "STORAGE INTEGRATIONS": _integrations,
    "TABLES": _objects(("TABLE",)), "VIEWS": _objects(("VIEW",)), "OBJECTS": _objects(("TABLE", "VIEW")),
    "PARAMETERS": _parameters,
}  # fmt: skip


def _describe(account: Account, session: Session, match: re.Match[str]) -> Result:
    kind, name, _ = match.groups()
    kind = "INTEGRATION" if kind and "INTEGRATION" in kind.upper() else (kind or "TABLE").upper()
    name = full(session, kind, name)
    if kind in ("TABLE", "VIEW"):
        return _describe_table(account, session, name)
    access = account.access(session)
    if not account.exists(kind, name) or not (
        access.sees(kind, name) or access.has("MANAGE GRANTS", "ACCOUNT", "") or name == session.user
    ):
        raise problem.unknown(kind.title(), name)
    if kind in ("SCHEMA", "DATABASE"):
        names = (
            visible_schemas(account, session, name) if kind == "DATABASE" else list(visible_objects(account, session))
        )
        return listing(
            ["created_on", "name", "kind"],
            [("", n.rpartition(".")[2], "SCHEMA") for n in names if n.startswith(f"{name}.")],
        )
    body = {"NAME": name, **{k: v for k, v in (account.catalogue.find(kind, name) or {}).items() if k != "PASSWORD"}}
    if kind == "INTEGRATION":
        rows = [(k, "String", ",".join(v) if isinstance(v, list) else _word(v), "") for k, v in body.items()]
        return listing(["property", "property_type", "property_value", "property_default"], rows)
    return listing(["property", "value", "default", "description"], [(k, _word(v), "", "") for k, v in body.items()])


def _describe_table(account: Account, session: Session, name: str) -> Result:
    if name not in session.temporary:
        kind = account.objects(session).get(name)
        if kind is None:
            raise problem.unknown("Object", name)
        account.access(session).need([], kind, name)
    rows = [
        (c.name, c.type, "COLUMN", "Y" if c.nullable else "N", c.default, "N", "N", None, None, None, None)
        for c in columns_of(account, session, name)
    ]
    names = [
        "name",
        "type",
        "kind",
        "null?",
        "default",
        "primary key",
        "unique key",
        "check",
        "expression",
        "comment",
        "policy name",
    ]
    return listing(names, rows)
