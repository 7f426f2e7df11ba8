"""A connection to Snowflake out of the provider's configuration, entered by workload identity.

The real provider shows the AWS identity of its own process. Here one process serves every engine, so it shows the identity of
the platform that the configured user is bound to, out of `$AWS_SHARED_CREDENTIALS_FILE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline import cloud, warehouse
from pipeline.errors import AcmeError, Missing, Unreachable
from pipeline.naming import ENVIRONMENTS, Place
from pipeline.sandbox.providers.resource_type import Refused
from pipeline.settings import Environment, Snowflake

Answer = TypeVar("Answer")
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
    """Sessions of one user, each for one statement at a time; opened when no idle one is left."""

    config: Mapping[str, Any]
    _idle: list[warehouse.Session] = field(default_factory=list, repr=False)

    def execute(self, sql: str) -> None:
        """Only a session that the server no longer knows surely ran nothing: then the statement is said again in a new one."""
        self._asked(lambda session: session.execute(sql), again=lambda error: warehouse.number(error) in SESSION_GONE)

    def records(self, sql: str) -> list[dict[str, Any]]:
        """Rows by the names of their columns. Where the session was lost it is asked again: asking twice does no harm."""
        return self._asked(lambda session: session.records(sql), again=lambda _: True)

    def _asked(
        self, question: Callable[[warehouse.Session], Answer], *, again: Callable[[Unreachable], bool]
    ) -> Answer:
        with _refusals():
            try:
                return self._once(question)
            except Unreachable as error:
                self._idle.clear()  # the others are lost as well
                if not again(error):
                    raise
                return self._once(question)

    def _once(self, question: Callable[[warehouse.Session], Answer]) -> Answer:
        """A lost session is not put back."""
        session = self._session()
        try:
            answer = question(session)
        except Unreachable:
            raise
        except AcmeError:
            self._idle.append(session)
            raise
        self._idle.append(session)
        return answer

    def find(self, sql: str, **wanted: str) -> dict[str, Any] | None:
        """The row whose columns are exactly these; None where there is none, or where it would lie does not exist."""
        try:
            rows = self.records(sql)
        except Gone:
            return None
        return next((row for row in rows if all(row.get(key) == value for key, value in wanted.items())), None)

    def _session(self) -> warehouse.Session:
        try:
            return self._idle.pop()
        except IndexError:
            return _login(self.config)


def connect(config: Mapping[str, Any]) -> Account:
    """Nothing is dialled before the first resource asks, as with the real provider."""
    if config.get("authenticator") != "WORKLOAD_IDENTITY":
        raise Refused("authenticator must be WORKLOAD_IDENTITY: no secret of Snowflake exists")
    return Account(config)


def _login(config: Mapping[str, Any]) -> warehouse.Session:
    account = "-".join(part for part in (config.get("organizationName"), config.get("accountName")) if part)
    where = Snowflake(
        account,
        host=config.get("host", ""),
        port=int(config.get("port") or 443),
        protocol=config.get("protocol", "https"),
    )
    user = config["user"]
    environment = Environment("sandbox", REGION, "", where, sandbox=True, profiles={user: _profile(user)})
    credentials = cloud.session(environment, user).get_credentials()
    return warehouse.connect(environment, credentials, user=user, role=config.get("role", ""), warehouse="")


def _profile(user: str) -> str:
    """The platform's identity that this Snowflake user is bound to."""
    places = [Place(name, REGION, "") for name in ENVIRONMENTS]
    bound = {place.snowflake_identity(one): place.identity(one) for place in places for one in IDENTITIES}
    if user not in bound:
        raise Refused(f"{user} is bound to no identity of the platform")
    return bound[user]
