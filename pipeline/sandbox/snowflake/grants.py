"""GRANT and REVOKE of privileges and of ownership, on one object, on all, and on future ones of a schema or database."""

from __future__ import annotations

import re

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.naming import IDENTIFIER, NAME, fold, full
from pipeline.sandbox.snowflake.result import Result, status
from pipeline.sandbox.snowflake.session import Session

SINGULAR = {
    "TABLES": "TABLE", "VIEWS": "VIEW", "STAGES": "STAGE", "SCHEMAS": "SCHEMA", "SEQUENCES": "SEQUENCE",
    "FILE FORMATS": "FILE FORMAT",
}  # fmt: skip
PRIVILEGES = {
    "TABLE": {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "EVOLVE SCHEMA"},
    "VIEW": {"SELECT", "REFERENCES"},
    "STAGE": {"USAGE", "READ", "WRITE"},
    "WAREHOUSE": {"USAGE", "OPERATE", "MONITOR", "MODIFY", "APPLYBUDGET"},
    "INTEGRATION": {"USAGE", "USE_ANY_ROLE"},
    "DATABASE": {"USAGE", "MONITOR", "MODIFY", "CREATE SCHEMA", "CREATE DATABASE ROLE", "IMPORTED PRIVILEGES"},
    "SCHEMA": {
        "USAGE", "MONITOR", "MODIFY", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE", "CREATE SEQUENCE",
        "CREATE FILE FORMAT", "CREATE FUNCTION", "CREATE PROCEDURE", "CREATE PIPE", "CREATE STREAM", "CREATE TASK",
        "CREATE TEMPORARY TABLE",
    },
    "USER": {"MONITOR"},
}  # fmt: skip
_KINDS = (
    r"DATABASE|SCHEMA|TABLE|VIEW|STAGE|WAREHOUSE|STORAGE\s+INTEGRATION|INTEGRATION|USER|ROLE|SEQUENCE|FILE\s+FORMAT"
)
_ON = rf"(?:(ACCOUNT)|(ALL|FUTURE)\s+([A-Z ]+?)\s+IN\s+(SCHEMA|DATABASE)\s+({NAME})|({_KINDS})\s+({NAME}))"
_GRANT = re.compile(
    rf"(GRANT|REVOKE)\s+(?:GRANT\s+OPTION\s+FOR\s+)?(.+?)\s+ON\s+{_ON}\s+(?:TO|FROM)\s+(?:ROLE\s+)?({IDENTIFIER})"
    r"(\s+WITH\s+GRANT\s+OPTION|\s+(?:REVOKE|COPY)\s+CURRENT\s+GRANTS|\s+CASCADE|\s+RESTRICT)?",
    re.IGNORECASE | re.DOTALL,
)


def handle(account: Account, session: Session, sql: str) -> Result | None:
    """None where it is no grant of privileges."""
    match = _GRANT.fullmatch(sql)
    if match is None:
        return None
    verb, words, on_account, which, plural, container_kind, container, kind, name, role, tail = match.groups()
    role = fold(role)
    if account.catalogue.find("ROLE", role) is None:
        raise problem.unknown("Role", role)
    privileges = [re.sub(r"^ALL PRIVILEGES$", "ALL", " ".join(word.upper().split())) for word in words.split(",")]
    if on_account:
        targets, base = [("ACCOUNT", "")], "ACCOUNT"
    elif which:
        base = SINGULAR[" ".join(plural.upper().split())]
        targets = _many(account, session, which.upper(), base, container_kind.upper(), container)
    else:
        base = "INTEGRATION" if "INTEGRATION" in kind.upper() else " ".join(kind.upper().split())
        targets = [_one(account, session, base, name)]
        base = targets[0][0]
    _know(privileges, base)
    for target_kind, target in targets:
        _allow(account, session, target_kind, target)
        for privilege in privileges:
            _apply(account, session, verb.upper(), privilege, target_kind, target, role, (tail or "").upper())
    return status()


def _know(privileges: list[str], kind: str) -> None:
    known = PRIVILEGES.get(kind)
    for privilege in privileges:
        if privilege not in ("ALL", "OWNERSHIP") and known is not None and privilege not in known:
            raise problem.syntax(f"unexpected '{privilege}': no privilege on a {kind.lower()}.")


def _one(account: Account, session: Session, kind: str, name: str) -> tuple[str, str]:
    target = full(session, kind, name)
    if kind == "TABLE" and account.exists("VIEW", target):
        kind = "VIEW"
    if not account.exists(kind, target):
        raise problem.unknown(kind.title(), target)
    return kind, target


def _many(
    account: Account, session: Session, which: str, kind: str, container_kind: str, name: str
) -> list[tuple[str, str]]:
    container = full(session, container_kind, name)
    if not account.exists(container_kind, container):
        raise problem.unknown(container_kind.title(), container)
    if which == "FUTURE":
        return [(f"FUTURE {kind}", container)]
    if kind == "STAGE":
        names = [stage for stage, _ in account.catalogue.every("STAGE")]
    elif kind == "SCHEMA":
        names = account.schemas()
    else:
        names = [table for table, found in account.objects().items() if found == kind]
    return [(kind, found) for found in names if found.startswith(f"{container}.")]


def _allow(account: Account, session: Session, kind: str, name: str) -> None:
    """Owners grant; in a managed schema only the schema's owner; whoever manages grants always."""
    access = account.access(session)
    if access.has("MANAGE GRANTS", "ACCOUNT", ""):
        return
    if kind == "ACCOUNT":
        raise problem.denied("account", account.name)
    if kind.startswith("FUTURE "):
        container = "SCHEMA" if "." in name else "DATABASE"
        access.need_owner(container, name)
        return
    schema = name.rpartition(".")[0]
    if name.count(".") == 2 and (account.catalogue.find("SCHEMA", schema) or {}).get("managed"):
        access.need_owner("SCHEMA", schema)
        return
    access.need_owner(kind, name)


def _apply(
    account: Account, session: Session, verb: str, privilege: str, kind: str, name: str, role: str, tail: str
) -> None:
    catalogue = account.catalogue
    if verb == "REVOKE":
        wanted = [privilege] if privilege != "ALL" else [
            i["privilege"] for _, i in catalogue.every("GRANT") if (i["kind"], i["name"], i["role"]) == (kind, name, role)
        ]  # fmt: skip
        for each in wanted:
            catalogue.revoke(each, kind, name, role)
    elif privilege == "OWNERSHIP" and not kind.startswith("FUTURE "):
        _hand_over(account, kind, name, role, tail)
    else:
        every = sorted(PRIVILEGES[kind]) if privilege == "ALL" and kind in PRIVILEGES else [privilege]
        for each in every:
            catalogue.grant(each, kind, name, role, session.role)


def _hand_over(account: Account, kind: str, name: str, role: str, tail: str) -> None:
    """Outstanding grants must be said to stay or to go."""
    catalogue = account.catalogue
    standing = [(k, i) for k, i in catalogue.every("GRANT") if (i["kind"], i["name"]) == (kind, name)]
    if standing and not tail.strip() and catalogue.owner(kind, name) != role:
        raise problem.Problem(
            3036,
            "42501",
            f"Dependent grant of privilege on {kind.lower()} {name} exists: say COPY or REVOKE CURRENT GRANTS.",
        )
    if "REVOKE" in tail:
        for key, _ in standing:
            catalogue.drop("GRANT", key)
    catalogue.own(kind, name, role)
