"""Statements about the account: roles, users, grants, warehouses, integrations, stages. Each is matched as text.

`handle` gives None for every other statement.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.naming import IDENTIFIER, NAME, fold, full
from pipeline.sandbox.snowflake.options import read_options
from pipeline.sandbox.snowflake.result import Result, status
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.stage import own_identity

Handler = Callable[[Account, Session, "re.Match[str]"], Result]
CREATE = r"CREATE\s+(OR\s+REPLACE\s+)?"
IF_NOT = r"(IF\s+NOT\s+EXISTS\s+)?"
IF = r"(IF\s+EXISTS\s+)?"
KINDS = {
    "STORAGE INTEGRATION": "INTEGRATION", "INTEGRATION": "INTEGRATION", "WAREHOUSE": "WAREHOUSE", "ROLE": "ROLE",
    "USER": "USER", "STAGE": "STAGE",
}  # fmt: skip
NEEDED = {
    "ROLE": "CREATE ROLE",
    "USER": "CREATE USER",
    "WAREHOUSE": "CREATE WAREHOUSE",
    "INTEGRATION": "CREATE INTEGRATION",
}
_KIND = r"(STORAGE\s+INTEGRATION|INTEGRATION|WAREHOUSE|ROLE|USER|STAGE)"


def handle(account: Account, session: Session, sql: str) -> Result | None:
    for pattern, handler in _HANDLERS:
        if match := pattern.fullmatch(sql):
            return handler(account, session, match)
    return None


def changes_account(sql: str) -> bool:
    """DDL in the sense of transactions: it commits what is open."""
    return re.match(r"(CREATE|DROP|ALTER|GRANT|REVOKE)\b", sql, re.IGNORECASE) is not None and not re.match(
        r"ALTER\s+SESSION\b", sql, re.IGNORECASE
    )


def _create(account: Account, session: Session, match: re.Match[str]) -> Result:
    replace, kind, lenient, name, rest = match.groups()
    kind = KINDS[" ".join(kind.upper().split())]
    name = full(session, kind, name)
    access = account.access(session)
    if kind == "STAGE":
        access.need_create("STAGE", name.rpartition(".")[0])
    else:
        access.need_on_account(NEEDED[kind])
    if account.exists(kind, name):
        if lenient:
            return status(f"{name} already exists, statement succeeded.")
        if not replace:
            raise problem.exists(name)
        access.need_owner(kind, name)
        account.catalogue.forget(kind, name)
    body = _completed(account, session, kind, read_options(rest))
    account.catalogue.put(kind, name, body)
    account.catalogue.own(kind, name, session.role)
    hand_future_grants(account, kind, name)
    return status(f"{kind.title()} {name.rpartition('.')[2]} successfully created.")


def _completed(account: Account, session: Session, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind == "INTEGRATION":
        body.setdefault("STORAGE_AWS_EXTERNAL_ID", f"{account.name.upper()}_SFCRole={secrets.token_hex(8)}")
        body["STORAGE_AWS_IAM_USER_ARN"] = own_identity(account)["arn"]
    if kind == "STAGE":
        _check_stage(account, session, body)
    if kind == "USER" and str(body.get("TYPE", "PERSON")).upper() == "SERVICE" and "PASSWORD" in body:
        raise problem.Problem(3553, "22023", "SERVICE users cannot have a password.")
    return body


def _check_stage(account: Account, session: Session, body: dict[str, Any]) -> None:
    """An external stage lies inside what its integration allows."""
    url, name = str(body.get("URL", "")), str(body.get("STORAGE_INTEGRATION", "")).upper()
    if not url:
        return
    integration = account.catalogue.find("INTEGRATION", name)
    if integration is None or not account.access(session).has("USAGE", "INTEGRATION", name):
        raise problem.unknown("Integration", name)
    allowed = [str(place).rstrip("*") for place in integration.get("STORAGE_ALLOWED_LOCATIONS", ())]
    blocked = [str(place).rstrip("*") for place in integration.get("STORAGE_BLOCKED_LOCATIONS", ())]
    if not any(url.startswith(place) for place in allowed) or any(url.startswith(place) for place in blocked):
        raise problem.Problem(3167, "22023", f"Location '{url}' is not allowed by integration {name}.")


def _alter(account: Account, session: Session, match: re.Match[str]) -> Result:
    kind, lenient, name, verb, rest = match.groups()
    kind = KINDS[" ".join(kind.upper().split())]
    name = full(session, kind, name)
    body = account.catalogue.find(kind, name)
    if body is None:
        if lenient:
            return status()
        raise problem.unknown(kind.title(), name)
    account.access(session).need_owner(kind, name)
    if verb.upper() == "SET":
        body = {**body, **read_options(rest)}
        if kind == "STAGE":
            _check_stage(account, session, body)
    elif verb.upper() == "UNSET":
        body = {k: v for k, v in body.items() if k not in {word.strip().upper() for word in rest.split(",")}}
    else:
        return status()
    account.catalogue.put(kind, name, body)
    return status()


def _drop(account: Account, session: Session, match: re.Match[str]) -> Result:
    kind, lenient, name = match.groups()
    kind = KINDS[" ".join(kind.upper().split())]
    name = full(session, kind, name)
    if not account.exists(kind, name):
        if lenient:
            return status("Drop statement executed successfully.")
        raise problem.unknown(kind.title(), name)
    account.access(session).need_owner(kind, name)
    account.catalogue.drop(kind, name)
    account.catalogue.forget(kind, name)
    if kind in ("ROLE", "USER"):
        _drop_grantee(account, kind, name)
    return status(f"{name} successfully dropped.")


def _drop_grantee(account: Account, kind: str, name: str) -> None:
    for key, item in list(account.catalogue.every("MEMBER")):
        if (item["to"] == kind and item["name"] == name) or (kind == "ROLE" and item["role"] == name):
            account.catalogue.drop("MEMBER", key)
    for key, item in list(account.catalogue.every("GRANT")):
        if kind == "ROLE" and item["role"] == name:
            account.catalogue.drop("GRANT", key)


def hand_future_grants(account: Account, kind: str, name: str) -> None:
    """A new object gets what was promised for its schema or database."""
    inside = [name.rpartition(".")[0], name.partition(".")[0]]
    for _, item in list(account.catalogue.every("GRANT")):
        if item["kind"] == f"FUTURE {kind}" and item["name"] in inside:
            if item["privilege"] == "OWNERSHIP":
                account.catalogue.own(kind, name, item["role"])
            else:
                account.catalogue.grant(item["privilege"], kind, name, item["role"], item["by"])


def _membership(account: Account, session: Session, match: re.Match[str]) -> Result:
    verb, role, to, name = match.groups()
    role, to, name = fold(role), to.upper(), fold(name)
    catalogue, access = account.catalogue, account.access(session)
    for kind, wanted in (("ROLE", role), (to, name)):
        if catalogue.find(kind, wanted) is None:
            raise problem.unknown(kind.title(), wanted)
    if not (access.owns("ROLE", role) or access.has("MANAGE GRANTS", "ACCOUNT", "")):
        raise problem.denied("role", role)
    key = f"{role} {to} {name}"
    if verb.upper() == "REVOKE":
        catalogue.drop("MEMBER", key)
        return status()
    if to == "ROLE" and name in catalogue.closure({role}):
        raise problem.Problem(3012, "42501", f"Role {role} cannot be granted to {name}: that would be a circle.")
    catalogue.put("MEMBER", key, {"role": role, "to": to, "name": name, "by": session.role})
    return status()


def _comment(account: Account, session: Session, match: re.Match[str]) -> Result:
    lenient, kind, name, text = match.groups()
    kind = {"STORAGE INTEGRATION": "INTEGRATION"}.get(" ".join(kind.upper().split()), kind.upper())
    name = full(session, kind, name)
    if not account.exists(kind, name) and lenient:
        return status()
    account.access(session).need_owner(kind, name)
    account.catalogue.put("COMMENT", f"{kind} {name}", {"text": text.replace("''", "'")})
    return status()


def _rule(pattern: str, handler: Handler) -> tuple[re.Pattern[str], Handler]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), handler


_HANDLERS = (
    _rule(rf"{CREATE}{_KIND}\s+{IF_NOT}({NAME})((?:\s.*)?)", _create),
    _rule(rf"ALTER\s+{_KIND}\s+{IF}({NAME})\s+(SET|UNSET|SUSPEND|RESUME|ABORT|REFRESH)\b(.*)", _alter),
    _rule(rf"DROP\s+{_KIND}\s+{IF}({NAME})", _drop),
    _rule(rf"(GRANT|REVOKE)\s+ROLE\s+({IDENTIFIER})\s+(?:TO|FROM)\s+(ROLE|USER)\s+({IDENTIFIER})", _membership),
    _rule(rf"COMMENT\s+{IF}ON\s+([A-Z ]+?)\s+({NAME})\s+IS\s+'((?:[^']|'')*)'", _comment),
)
