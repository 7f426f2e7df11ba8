"""Who may log in: SERVICE users by workload identity, proved at the sandbox's STS, and one administrator by password."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from pipeline.sandbox.snowflake import problem, sessions
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.session import Session

ADMINISTRATOR, ADMINISTRATOR_ROLE = "ADMIN", "ACCOUNTADMIN"
AUDIENCE = "snowflakecomputing.com"
_STS = re.compile(r"sts(\.[a-z0-9-]+)?\.amazonaws\.com")
_ASSUMED = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.+")
_SESSION_WORDS = (
    "LOCK_TIMEOUT",
    "STATEMENT_TIMEOUT_IN_SECONDS",
    "ABORT_DETACHED_QUERY",
    "QUERY_TAG",
    "TIMEZONE",
    "AUTOCOMMIT",
)


def log_in(account: Account, data: dict[str, Any], query: dict[str, str], password: str) -> Session:
    user = str(data.get("LOGIN_NAME") or "").upper()
    if str(data.get("AUTHENTICATOR", "")).upper() == "WORKLOAD_IDENTITY":
        user = _by_identity(account, user, data)
        body = account.catalogue.find("USER", user) or {}
    else:
        _by_password(user, str(data.get("PASSWORD") or ""), password)
        body = {"DEFAULT_ROLE": ADMINISTRATOR_ROLE}
        if account.catalogue.find("USER", ADMINISTRATOR) is None:
            account.catalogue.put("USER", ADMINISTRATOR, body)
        for role in (ADMINISTRATOR_ROLE,):
            account.catalogue.put("MEMBER", f"{role} USER {user}", {"role": role, "to": "USER", "name": user, "by": ""})
    role = _role(account, user, query.get("roleName") or str(body.get("DEFAULT_ROLE") or "PUBLIC"))
    given = {name.upper(): value for name, value in (data.get("SESSION_PARAMETERS") or {}).items()}
    parameters = {**{k: v for k, v in body.items() if k in _SESSION_WORDS}, **given}
    secondary = body.get("DEFAULT_SECONDARY_ROLES", ["ALL"])
    session = account.log_in(user, role, parameters, secondary="ALL" in [str(word).upper() for word in secondary])
    _stand(account, session, query, str(body.get("DEFAULT_WAREHOUSE") or ""))
    return session


def _by_password(user: str, given: str, password: str) -> None:
    if not password or user != ADMINISTRATOR or not hmac.compare_digest(given.encode(), password.encode()):
        raise problem.login(390100, "Incorrect username or password was specified.")


def _role(account: Account, user: str, name: str) -> str:
    role = name.strip('"') if name.startswith('"') else name.upper()
    if role not in account.catalogue.closure(account.catalogue.roles_of_user(user)):
        text = f"Role '{role}' specified in the connect string is not granted to this user."
        raise problem.login(390189, text)
    return role


def _stand(account: Account, session: Session, query: dict[str, str], warehouse: str) -> None:
    """What was asked for and may not be used is left out, as in Snowflake: the statements will fail."""
    steps = [(sessions.use_warehouse, (query.get("warehouse") or warehouse).upper())]
    database = (query.get("databaseName") or "").strip('"').upper()
    schema = (query.get("schemaName") or "").strip('"').upper()
    if database:
        steps.append((sessions.use_database, database))
        if schema:
            steps.append((sessions.use_schema, f"{database}.{schema}"))
    for step, name in steps:
        try:
            if name:
                step(account, session, name)
        except problem.Problem:
            continue


def _by_identity(account: Account, user: str, data: dict[str, Any]) -> str:
    if str(data.get("PROVIDER", "")).upper() != "AWS":
        raise problem.login(390144, "The workload identity provider is not supported.")
    arn = _prove(account, str(data.get("TOKEN") or ""))
    for name, body in account.catalogue.every("USER"):
        identity = body.get("WORKLOAD_IDENTITY") or {}
        service = str(body.get("TYPE", "")).upper() == "SERVICE"
        if service and (not user or name == user) and _is_same(arn, str(identity.get("ARN", ""))):
            if body.get("DISABLED") is True:
                raise problem.login(390101, "User access disabled.")
            return name
    raise problem.login(390144, "The workload identity is bound to no such user.")


def _is_same(shown: str, bound: str) -> bool:
    """An assumed role's session is its role, wherever the role's path is."""
    if match := _ASSUMED.fullmatch(shown):
        return re.fullmatch(rf"arn:aws:iam::{match[1]}:role/(?:.*/)?{re.escape(match[2])}", bound) is not None
    return bool(bound) and shown == bound


@cache
def _sts() -> httpx.Client:
    """One for all: each new one reads the machine's certificates, 30 ms. No connection is kept: STS may be started anew."""
    return httpx.Client(timeout=10, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


def _prove(account: Account, token: str) -> str:
    """Sends the signed request to the sandbox's STS as it stands; the caller's ARN."""
    try:
        document = json.loads(base64.b64decode(token, validate=True))
        url, headers = urlsplit(document["url"]), {k.lower(): v for k, v in document["headers"].items()}
    except (binascii.Error, ValueError, KeyError, AttributeError, TypeError):
        raise problem.login(390144, "The attestation cannot be read.") from None
    _demand(document, url, headers)
    try:
        answer = _sts().post(f"{account.aws_endpoint}/?{url.query}", headers=document["headers"], content=b"")
    except httpx.HTTPError as error:
        raise problem.login(390144, f"STS does not answer: {type(error).__name__}.") from error
    arn = re.search(r"<Arn>([^<]+)</Arn>", answer.text)
    if answer.status_code != httpx.codes.OK or arn is None:
        raise problem.login(390144, f"STS refuses the attestation ({answer.status_code}).")
    return arn[1]


def _demand(document: dict[str, Any], url: Any, headers: dict[str, str]) -> None:
    query = parse_qs(url.query)
    signed = re.search(r"SignedHeaders=([^,\s]+)", headers.get("authorization", ""))
    names = signed[1].lower().split(";") if signed else []
    right = (
        document.get("method") == "POST"
        and url.scheme == "https"
        and _STS.fullmatch(url.hostname or "")
        and headers.get("host") == url.hostname
        and query.get("Action") == ["GetCallerIdentity"]
        and headers.get("x-snowflake-audience") == AUDIENCE
        and {"host", "x-snowflake-audience"} <= set(names)
    )
    if not right:
        raise problem.login(390144, "The attestation is no signed GetCallerIdentity for Snowflake.")
