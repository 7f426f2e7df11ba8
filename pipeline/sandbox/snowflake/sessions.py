"""Statements about the session itself: its transaction, where it stands, who it is, its parameters."""

from __future__ import annotations

import re

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.naming import IDENTIFIER, NAME, fold, full
from pipeline.sandbox.snowflake.options import read_options
from pipeline.sandbox.snowflake.result import Result, status
from pipeline.sandbox.snowflake.session import Session

_BEGIN = re.compile(r"(BEGIN(\s+(WORK|TRANSACTION))?|START\s+TRANSACTION)(\s+NAME\s+\S+)?", re.IGNORECASE)
_END = re.compile(r"(COMMIT|ROLLBACK)(\s+WORK)?", re.IGNORECASE)
_USE = re.compile(rf"USE\s+(?:(ROLE|WAREHOUSE|DATABASE|SCHEMA)\s+)?({NAME})", re.IGNORECASE)
_SECONDARY = re.compile(r"USE\s+SECONDARY\s+ROLES\s+(ALL|NONE)", re.IGNORECASE)
_ALTER = re.compile(r"ALTER\s+SESSION\s+(SET|UNSET)\s+(.*)", re.IGNORECASE | re.DOTALL)


def transaction(account: Account, session: Session, sql: str) -> Result | None:
    if _BEGIN.fullmatch(sql):
        session.begin()
        return status()
    if match := _END.fullmatch(sql):
        commit = match[1].upper() == "COMMIT"
        failed = session.transaction == "failed"
        if commit and failed:
            raise problem.Problem(90232, "25000", "A statement of this transaction failed: ROLLBACK first.")
        session.end(account.locks, commit=commit)
        return status()
    return None


def handle(account: Account, session: Session, sql: str) -> Result | None:
    """None for every other statement."""
    if match := _SECONDARY.fullmatch(sql):
        session.secondary = match[1].upper() == "ALL"
        return status()
    if match := _USE.fullmatch(sql):
        _use(account, session, (match[1] or "DATABASE").upper(), match[2])
        return status()
    if match := _ALTER.fullmatch(sql):
        _alter(account, session, match[1].upper(), match[2])
        return status()
    return None


def _use(account: Account, session: Session, kind: str, name: str) -> None:
    if kind == "ROLE":
        use_role(account, session, fold(re.match(IDENTIFIER, name)[0]))  # type: ignore[index]
    elif kind == "WAREHOUSE":
        use_warehouse(account, session, full(session, kind, name))
    elif kind == "DATABASE" and "." not in name:
        use_database(account, session, full(session, kind, name))
    else:
        use_schema(account, session, full(session, "SCHEMA", name))


def use_role(account: Account, session: Session, role: str) -> None:
    if account.catalogue.find("ROLE", role) is None:
        raise problem.unknown("Role", role)
    if role not in account.catalogue.closure(account.catalogue.roles_of_user(session.user)):
        raise problem.Problem(3013, "42501", f"Requested role '{role}' is not assigned to the executing user.")
    session.role = role


def use_warehouse(account: Account, session: Session, name: str) -> None:
    if account.catalogue.find("WAREHOUSE", name) is None or not account.access(session).has("USAGE", "WAREHOUSE", name):
        raise problem.Problem(2043, "02000", "Object does not exist, or operation cannot be performed.")
    session.warehouse = name


def use_database(account: Account, session: Session, name: str) -> None:
    if name not in account.databases() or not account.access(session).reaches(name):
        raise problem.Problem(2043, "02000", "Object does not exist, or operation cannot be performed.")
    public = f"{name}.PUBLIC" in account.schemas() and account.access(session).reaches(name, "PUBLIC")
    session.stand_in(name, "PUBLIC" if public else "")


def use_schema(account: Account, session: Session, name: str) -> None:
    database, schema = name.split(".", 1)
    if schema == "INFORMATION_SCHEMA":
        session.stand_in(database, schema)
        return
    if name not in account.schemas() or not account.access(session).reaches(database, schema):
        raise problem.Problem(2043, "02000", "Object does not exist, or operation cannot be performed.")
    session.stand_in(database, schema)


def _alter(account: Account, session: Session, verb: str, text: str) -> None:
    if verb == "UNSET":
        for word in text.split(","):
            session.parameters.pop(word.strip().upper(), None)
        return
    options = read_options(text)
    if options.get("AUTOCOMMIT") is not None and session.transaction:
        session.end(account.locks, commit=session.transaction != "failed")
    session.parameters.update(options)
