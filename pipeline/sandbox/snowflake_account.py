"""What must stand in a Snowflake account before the first deployment, as its administrator would make it once.

The platform's own users: each a SERVICE user bound by workload identity to an identity of AWS, with a role of its own. The
administrator's password lies in the sandbox's folder and is known to this module and to the server alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import Unreachable
from pipeline.naming import Place
from pipeline.sandbox.folder import Folder, write
from pipeline.sandbox.ports import HOST

ADMINISTRATOR = "ADMIN"
FAULT_TOKEN_VARIABLE = "ACME_SNOWFLAKE_FAULT_TOKEN"  # noqa: S105  likewise
PASSWORD_VARIABLE = "ACME_SNOWFLAKE_ADMIN_PASSWORD"  # noqa: S105  the name, not the password
# {identity of AWS: privileges on the account}; a role without any gets its grants by the platform's stack
PRIVILEGES = {
    "deployer": (
        "CREATE DATABASE",
        "CREATE INTEGRATION",
        "CREATE ROLE",
        "CREATE USER",
        "CREATE WAREHOUSE",
        "MANAGE GRANTS",
    ),
    "support": (),
    "collector": (),
}


def password(folder: Folder, environment: str) -> str:
    """The administrator's, made once."""
    return _made_once(database_file(folder, environment, "password"))


def fault_token(folder: Folder, environment: str) -> str:
    """What the server wants to hear before it breaks something."""
    return _made_once(database_file(folder, environment, "fault-token"))


def _made_once(path: Path) -> str:
    if not path.exists():
        write(path, secrets.token_urlsafe(24).encode())
    return path.read_text()


def statements(place: Place) -> Iterable[str]:
    """Everything, in order; each may run again."""
    for identity, privileges in PRIVILEGES.items():
        name = place.snowflake_identity(identity)
        arn = place.iam_arn("user", place.identity(identity))
        yield f"CREATE ROLE IF NOT EXISTS {name}"
        yield (
            f"CREATE USER IF NOT EXISTS {name} TYPE = SERVICE DEFAULT_ROLE = {name} DEFAULT_SECONDARY_ROLES = () "
            f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = '{arn}')"
        )
        yield f"GRANT ROLE {name} TO USER {name}"
        for privilege in privileges:
            yield f"GRANT {privilege} ON ACCOUNT TO ROLE {name}"


def prepare(folder: Folder, place: Place, account: str, host: str, port: int) -> None:
    """The users and roles stand. Done once for a database file: the connector alone takes seconds to import."""
    every = list(statements(place))
    digest, done = (
        hashlib.sha256("\n".join(every).encode()).hexdigest(),
        database_file(folder, place.environment, "prepared"),
    )
    if done.exists() and done.read_text() == digest:
        return
    _execute(folder, place, account, host, port, every)
    write(done, digest.encode())


def database_file(folder: Folder, environment: str, suffix: str = "duckdb") -> Path:
    """The account's data; beside it, under other suffixes, what belongs to it."""
    return folder.snowflake / f"{environment}.{suffix}"


def _execute(folder: Folder, place: Place, account: str, host: str, port: int, every: Iterable[str]) -> None:
    """As the administrator. `Unreachable` where the server does not answer, or refuses."""
    from snowflake import connector

    try:
        with connector.connect(
            account=account,
            host=host,
            port=port,
            protocol="http",
            user=ADMINISTRATOR,
            password=password(folder, place.environment),
            role="ACCOUNTADMIN",
            login_timeout=20,
            network_timeout=20,
        ) as connection:
            for statement in every:
                connection.cursor().execute(statement)
    except connector.Error as error:
        raise Unreachable("Snowflake could not be prepared.", where=f"{host}:{port}", why=str(error)) from error


def strike(folder: Folder, environment: str, port: int, verb: str, tag: str) -> int:
    """`abort` the transaction or `kill` the session of whoever's QUERY_TAG holds `tag`; how many it met."""
    import httpx

    try:
        answer = httpx.post(
            f"http://{HOST}:{port}/sandbox/fault",
            json={verb: tag},
            headers={"Authorization": f"Bearer {fault_token(folder, environment)}"},
            timeout=20,
            trust_env=False,
        ).raise_for_status()
    except httpx.HTTPError as error:
        raise Unreachable("Snowflake took no fault.", where=f"{HOST}:{port}", why=str(error)) from error
    return int(answer.json()["sessions"])
