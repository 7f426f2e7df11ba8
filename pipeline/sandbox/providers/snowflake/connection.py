"""A connection to Snowflake out of the provider's configuration, entered by workload identity.

The real provider shows the AWS identity of its own process. Here one process serves every engine, so it shows the identity of
the platform that the configured user is bound to, out of `$AWS_SHARED_CREDENTIALS_FILE`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipeline import warehouse
from pipeline.errors import AcmeError, Missing, Unreachable
from pipeline.naming import ENVIRONMENTS, Place
from pipeline.sandbox.providers.resource_type import Refused
from pipeline.settings import Environment, Snowflake

SESSION_GONE = (390111, 390112, 390114)
IDENTITIES = ("deployer", "support", "collector")
REGION = "us-east-1"  # where the proof of identity is signed for; STS takes any


class Gone(Refused):
    """What a statement names does not exist, or is not for us to see."""


@contextmanager
def _refusals() -> Iterator[None]:
    """Snowflake's errors in its own words."""
    try:
        yield
    except Missing as error:
        raise Gone(str(error)) from error
    except AcmeError as error:
        raise Refused(str(error), str(warehouse.number(error) or "")) from error


@dataclass(frozen=True)
class Account:
    """One session, opened with the first statement and again where it was lost; one statement at a time."""

    config: Mapping[str, Any]
    _open: list[warehouse.Session] = field(default_factory=list, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def execute(self, sql: str) -> None:
        """A session that the server no longer knows ran nothing: the statement is said again in a new one."""
        with self._lock, _refusals():
            try:
                self._session().execute(sql)
            except Unreachable as error:
                self._open.clear()
                if warehouse.number(error) not in SESSION_GONE:
                    raise
                self._session().execute(sql)

    def records(self, sql: str) -> list[dict[str, Any]]:
        """Rows by the names of their columns. A lost session is opened again: asking twice does no harm."""
        with self._lock, _refusals():
            try:
                return self._session().records(sql)
            except Unreachable:
                self._open.clear()
                return self._session().records(sql)

    def find(self, sql: str, **wanted: str) -> dict[str, Any] | None:
        """The row whose columns are exactly these; None where there is none, or where it would lie does not exist."""
        try:
            rows = self.records(sql)
        except Gone:
            return None
        return next((row for row in rows if all(row.get(key) == value for key, value in wanted.items())), None)

    def _session(self) -> warehouse.Session:
        if not self._open:
            self._open.append(_login(self.config))
        return self._open[0]


def connect(config: Mapping[str, Any]) -> Account:
    """Nothing is dialled before the first resource asks, as with the real provider."""
    if config.get("authenticator") != "WORKLOAD_IDENTITY":
        raise Refused("authenticator must be WORKLOAD_IDENTITY: no secret of Snowflake exists")
    return Account(config)


def _login(config: Mapping[str, Any]) -> warehouse.Session:
    import botocore.session

    account = "-".join(part for part in (config.get("organizationName"), config.get("accountName")) if part)
    where = Snowflake(
        account,
        host=config.get("host", ""),
        port=int(config.get("port") or 443),
        protocol=config.get("protocol", "https"),
    )
    environment = Environment("sandbox", REGION, "", where, sandbox=True)
    credentials = botocore.session.Session(profile=_profile(config["user"])).get_credentials()
    return warehouse.connect(environment, credentials, user=config["user"], role=config.get("role", ""), warehouse="")


def _profile(user: str) -> str:
    """The platform's identity that this Snowflake user is bound to."""
    places = [Place(name, REGION, "") for name in ENVIRONMENTS]
    bound = {place.snowflake_identity(one): place.identity(one) for place in places for one in IDENTITIES}
    if user not in bound:
        raise Refused(f"{user} is bound to no identity of the platform")
    return bound[user]
