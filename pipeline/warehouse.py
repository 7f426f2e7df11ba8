"""One session with Snowflake, entered by workload identity: no password exists.

Reads and writes whatever its SQL says. Fails with `Unreachable`, `Busy`, `Denied`, `Missing` or `Final`; the error's `why` holds
Snowflake's own number, SQL state and query id, `number` reads the number back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import AcmeError, Busy, Denied, Final, Missing, Unreachable

if TYPE_CHECKING:
    from pipeline.settings import Environment

AUDIENCE = "snowflakecomputing.com"
APPLICATION = "acmeconnect"
CLOUD_HOSTS = (".snowflakecomputing.com", ".snowflakecomputing.cn", ".snowflakecomputing.mil")
LOGIN_TIMEOUT_S = 30
NETWORK_TIMEOUT_S = 120
LOCK_TIMEOUT_S = 60
STATEMENT_TIMEOUT_S = 3600
Params = Sequence[Any] | Mapping[str, Any] | None

_BY_NUMBER: Mapping[int, type[AcmeError]] = {
    625: Busy,  # lock time-out, deadlock, more than 20 waiters
    604: Busy,  # cancelled: the client waited no longer
    630: Busy,  # statement time-out
    2003: Missing,
    2043: Missing,
    3001: Denied,
    3013: Denied,  # a role that one does not hold
    91016: Missing,  # a file of a COPY
    390111: Unreachable,  # the session is gone
    390112: Unreachable,
    390114: Unreachable,
}
_LOGIN_REFUSED = range(390100, 390500)
_DATA = range(100000, 101000)  # values, rows and files that a statement cannot take


class Credentials(Protocol):
    """AWS credentials as botocore holds them."""

    @property
    def access_key(self) -> str | None: ...
    @property
    def secret_key(self) -> str | None: ...
    @property
    def token(self) -> str | None: ...


class Session:
    """One open session. Not for two threads at once. `autocommit` is how it was opened."""

    def __init__(self, connection: Any, *, autocommit: bool = True) -> None:
        self._connection, self._autocommit = connection, autocommit

    def rows(self, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with self._cursor(sql, params) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def records(self, sql: str) -> list[dict[str, Any]]:
        """All rows of a statement by the names of their columns, in lower case: what SHOW and DESCRIBE answer."""
        with self._cursor(sql, None) as cursor:
            names = [column.name.lower() for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str, params: Params = None) -> int:
        """Run a statement; how many rows it touched, 0 where it touches none."""
        with self._cursor(sql, params) as cursor:
            return int(cursor.rowcount or 0)

    @contextmanager
    def _cursor(self, sql: str, params: Params) -> Iterator[Any]:
        from snowflake.connector.errors import Error

        try:
            cursor = self._connection.cursor()
            try:
                yield cursor.execute(sql, params)
            finally:
                cursor.close()
        except Error as error:
            raise translated(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN … COMMIT with AUTOCOMMIT off, so that a statement after a server's abort cannot commit by itself.

        Any error ends it with ROLLBACK; so does `Rollback`, which goes no further.
        """
        self._switch_autocommit("FALSE")
        try:
            self.execute("BEGIN TRANSACTION")
            yield
            self.execute("COMMIT")
        except Rollback:
            self.execute("ROLLBACK")
        except BaseException:
            self._abandon()
            raise
        self._switch_autocommit("TRUE")

    def _abandon(self) -> None:
        with suppress(AcmeError):  # the first error is the one to tell; a lost session is rolled back by the server
            self.execute("ROLLBACK")
            self._switch_autocommit("TRUE")

    def _switch_autocommit(self, value: str) -> None:
        """Nothing where the session was opened without it: two round trips less."""
        if self._autocommit:
            self.execute(f"ALTER SESSION SET AUTOCOMMIT = {value}")

    def close(self) -> None:
        """End the session; the server rolls back what is open and drops its temporary tables."""
        from snowflake.connector.errors import Error

        with suppress(Error):
            self._connection.close(retry=False)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Rollback(Exception):
    """Raised inside `transaction` to leave it without an error and without a trace."""


def connect(
    environment: Environment,
    credentials: Credentials | None,
    *,
    user: str,
    role: str,
    warehouse: str,
    query_tag: str = "",
    schema: str = "",
    statement_timeout_s: int = STATEMENT_TIMEOUT_S,
    autocommit: bool = True,
    server_binds: bool = False,
) -> Session:
    """A session as `user` in `role`. `credentials` None: what the process itself is (a task that assumed its role).
    `server_binds`: values are handed over beside the statement, by `?`, and do not stand in the history's text.

    `autocommit` False is for a session that does nothing outside its transactions.
    """
    from snowflake.connector.errors import Error

    account = environment.snowflake
    host = account.host or f"{account.account}{CLOUD_HOSTS[0]}"
    if not environment.sandbox and not host.endswith(CLOUD_HOSTS):
        raise Denied(f"{host} is no host of Snowflake.", why="An identity is shown to Snowflake only.")
    try:
        connection = _connection_class(credentials or _own_credentials(), environment.region)(
            authenticator="WORKLOAD_IDENTITY",
            workload_identity_provider="AWS",
            account=account.account,
            host=host,
            port=account.port,
            protocol=account.protocol,
            user=user,
            role=role,
            paramstyle="qmark" if server_binds else "pyformat",
            warehouse=warehouse,
            database=environment.place.database,
            schema=schema or None,
            login_timeout=LOGIN_TIMEOUT_S,
            network_timeout=NETWORK_TIMEOUT_S,
            platform_detection_timeout_seconds=0.0,  # else it asks every cloud's metadata service what we are
            session_parameters=_session_parameters(query_tag, statement_timeout_s, autocommit=autocommit),
        )
    except Error as error:
        raise translated(error, where=f"login of {user} at {host}") from error
    return Session(connection, autocommit=autocommit)


def _session_parameters(query_tag: str, statement_timeout_s: int, *, autocommit: bool) -> dict[str, Any]:
    return {
        "AUTOCOMMIT": autocommit,
        "LOCK_TIMEOUT": LOCK_TIMEOUT_S,
        "STATEMENT_TIMEOUT_IN_SECONDS": statement_timeout_s,
        "QUERY_TAG": query_tag,
        "TIMEZONE": "UTC",
        "ABORT_DETACHED_QUERY": True,
        "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False,
        "CLIENT_TELEMETRY_ENABLED": False,
    }


def _own_credentials() -> Credentials:
    """What the process is: its environment, its task role."""
    import boto3

    found = boto3.Session().get_credentials()
    if found is None:
        raise Denied("this process has no AWS identity.", fix="assume a role first, or pass credentials")
    return found.get_frozen_credentials()


def _connection_class(credentials: Credentials, region: str) -> Any:
    """The connector's connection, attesting with these credentials.

    The connector knows only the credentials of the process, and takes no attestation class of ours but a key pair's. So the
    one that it makes is replaced at the door, and nothing of the process changes: many identities may log in at once.
    """
    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.auth import AuthByWorkloadIdentity, _auth
    from snowflake.connector.wif_util import AttestationProvider, WorkloadIdentityAttestation

    # At every login it would walk the whole stack, 0.1 s in Airflow, to tell Snowflake this machine's path.
    setattr(_auth, "get_application_path", lambda: APPLICATION)  # noqa: B010  not a public name of the connector

    class Attested(AuthByWorkloadIdentity):
        def prepare(self, **_: Any) -> None:
            self.attestation = WorkloadIdentityAttestation(
                AttestationProvider.AWS, attestation(credentials, region), {"region": region}
            )

    class Connection(SnowflakeConnection):
        def authenticate_with_retry(self, _: Any) -> None:
            self.auth_class = Attested(provider=AttestationProvider.AWS)
            super().authenticate_with_retry(self.auth_class)

    return Connection


def attestation(credentials: Credentials, region: str) -> str:
    """Proof of who we are: a signed GetCallerIdentity for Snowflake to send, as base64 of JSON {url, method, headers}."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import ReadOnlyCredentials

    signer = ReadOnlyCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    host = f"sts.{region}.amazonaws.com"
    request = AWSRequest(
        method="POST",
        url=f"https://{host}/?Action=GetCallerIdentity&Version=2011-06-15",
        headers={"Host": host, "X-Snowflake-Audience": AUDIENCE},
    )
    SigV4Auth(signer, "sts", region).add_auth(request)
    document = {"url": request.url, "method": request.method, "headers": dict(request.headers.items())}
    return base64.b64encode(json.dumps(document).encode()).decode()


def translated(error: Any, where: str = "Snowflake") -> AcmeError:
    """An error of the connector as one of ours, its number, SQL state and query id kept."""
    from snowflake.connector.errors import InterfaceError, OperationalError

    kind = _BY_NUMBER.get(error.errno)
    if kind is None and error.errno in _LOGIN_REFUSED:
        kind = Denied
    if kind is None:
        kind = Unreachable if isinstance(error, OperationalError | InterfaceError) else Final
    ids = f"error {error.errno or 0:06d} ({error.sqlstate or 'no SQL state'}), query {error.sfqid or 'none'}."
    text = " ".join((error.raw_msg or str(error)).split())
    fix = "see that Snowflake answers; in the sandbox ./acme sandbox up" if kind is Unreachable else ""
    return kind(text if text.endswith(".") else f"{text}.", where=where, why=f"Snowflake says {ids}", fix=fix)


def literal(text: str) -> str:
    """A text as SQL spells it: quotes doubled, backslashes too."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def is_about_data(error: AcmeError) -> bool:
    """The statement is right, the data in it is not: a value, a row or a file."""
    return number(error) in _DATA


def number(error: AcmeError) -> int | None:
    """Snowflake's number of the error behind ours, or None."""
    found = getattr(error.__cause__, "errno", None)
    return found if isinstance(found, int) else None
