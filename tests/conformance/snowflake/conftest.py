"""The sandbox's Snowflake server beside its AWS, and schemas of a test's own on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials

from tests.conformance.aws.world import allow, policy, trust, user

PASSWORD, TOKEN = "only-for-tests", "only-for-faults"


def free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Server:
    """A running account. `stop(signal)` and `start()` again keep the file."""

    file: Path
    aws: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "pipeline.sandbox.snowflake",
            "--account",
            "acme-test",
            "--port",
            str(self.port),
        ]
        command += ["--database-file", str(self.file), "--aws-endpoint", self.aws]
        root = str(Path(__file__).parents[3])
        secrets = {"ACME_SNOWFLAKE_ADMIN_PASSWORD": PASSWORD, "ACME_SNOWFLAKE_FAULT_TOKEN": TOKEN}
        self.process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root, **secrets})
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail("the Snowflake server does not start", pytrace=False)
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/sandbox/health", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)

    def ask(self, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://127.0.0.1:{self.port}/sandbox/{path}"
        method = "POST" if body else "GET"
        return httpx.request(method, url, headers=headers, json=body or None, timeout=20, trust_env=False).json()

    def connect(self, **given: Any) -> Any:
        from snowflake import connector

        standard = {
            "user": "ADMIN",
            "password": PASSWORD,
            "role": "ACCOUNTADMIN",
            "login_timeout": 15,
            "network_timeout": 60,
        }
        parameters = {"CLIENT_TELEMETRY_ENABLED": False, **given.pop("session_parameters", {})}
        return connector.connect(
            account="acme-test", host="127.0.0.1", port=self.port, protocol="http", session_parameters=parameters,
            **{**standard, **given},
        )  # fmt: skip


@dataclass
class Client:
    """One session, and the number of the error that a statement ends with."""

    connection: Any

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            return [tuple(row) for row in cursor.execute(sql, params or None).fetchall()]

    def count(self, sql: str) -> int:
        with self.connection.cursor() as cursor:
            return int(cursor.execute(sql).rowcount)

    def fails(self, sql: str) -> int | None:
        from snowflake.connector.errors import Error

        try:
            self.run(sql)
        except Error as error:
            return error.errno
        return None


@dataclass
class World:
    """A database of the test's own, and sessions in its schema S."""

    server: Server
    database: str
    clients: list[Any] = field(default_factory=list)

    def client(self, **given: Any) -> Client:
        connection = self.server.connect(database=self.database, schema="S", **given)
        self.clients.append(connection)
        return Client(connection)

    def name(self, word: str) -> str:
        """A name on the account that no other test has."""
        return f"{word}_{self.database}"


@pytest.fixture(scope="session")
def server(ministack_ports, tmp_path_factory) -> Iterator[Server]:
    """One account for all tests."""
    file = tmp_path_factory.mktemp("snowflake") / "account.duckdb"
    one = Server(file, f"http://127.0.0.1:{ministack_ports['aws']}", free())
    one.start()
    yield one
    one.stop()


@pytest.fixture
def world(server) -> Iterator[World]:
    made = World(server, f"D{uuid.uuid4().hex[:12].upper()}")
    root = Client(server.connect())
    root.run(f"CREATE DATABASE {made.database}")
    root.run(f"CREATE SCHEMA {made.database}.S")
    yield made
    for connection in [*made.clients, root.connection]:
        connection.close(retry=False)


@pytest.fixture
def root(world) -> Client:
    """The administrator, in the test's schema."""
    return world.client()


@dataclass
class Lake:
    """A bucket behind the stage LAND of the test's schema, read by the integration's role."""

    aws: Any
    bucket: str
    role: str
    prefix: str = "globex/landing/"

    def put(self, name: str, content: str | bytes) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.aws.root("s3").put_object(Bucket=self.bucket, Key=f"{self.prefix}{name}", Body=body)


@pytest.fixture
def lake(ministack, world, root) -> Lake:
    s3, iam = ministack.root("s3"), ministack.root("iam")
    bucket = f"lake-{ministack.place.account}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": ministack.place.region})
    arn, integration = ministack.place.iam_arn("role", "lake-reader"), world.name("INT")
    root.run(
        f"CREATE STORAGE INTEGRATION {integration} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
        f"STORAGE_AWS_ROLE_ARN = '{arn}' STORAGE_ALLOWED_LOCATIONS = ('s3://{bucket}/globex/')"
    )
    told = {row[0]: row[2] for row in root.run(f"DESCRIBE INTEGRATION {integration}")}
    iam.create_role(
        RoleName="lake-reader",
        AssumeRolePolicyDocument=trust(told["STORAGE_AWS_IAM_USER_ARN"], told["STORAGE_AWS_EXTERNAL_ID"]),
    )
    objects = allow(["s3:GetObject", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/globex/*"])
    iam.put_role_policy(RoleName="lake-reader", PolicyName="p", PolicyDocument=policy(objects))
    root.run(f"CREATE STAGE LAND URL = 's3://{bucket}/globex/landing/' STORAGE_INTEGRATION = {integration}")
    return Lake(ministack, bucket, arn)


@dataclass
class Person:
    """A SERVICE user bound to an AWS role, its own Snowflake role, and that AWS role's credentials."""

    name: str
    credentials: Credentials


@pytest.fixture
def person(ministack, world, root):
    """Call it with a name: a user with USAGE on the test's database and schema."""

    def made(word: str) -> Person:
        name = world.name(word)
        caller = user(ministack, f"caller-{word.lower()}", allow(["sts:AssumeRole"], ["*"]))
        role = ministack.place.iam_arn("role", word.lower())
        principal = ministack.place.iam_arn("user", f"caller-{word.lower()}")
        ministack.root("iam").create_role(RoleName=word.lower(), AssumeRolePolicyDocument=trust(principal))
        root.run(f"CREATE ROLE {name}")
        root.run(
            f"CREATE USER {name} TYPE = SERVICE DEFAULT_ROLE = {name} DEFAULT_SECONDARY_ROLES = () "
            f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = '{role}')"
        )
        root.run(f"GRANT ROLE {name} TO USER {name}")
        root.run(f"GRANT USAGE ON DATABASE {world.database} TO ROLE {name}")
        root.run(f"GRANT USAGE ON SCHEMA {world.database}.S TO ROLE {name}")
        sts = ministack.client("sts", caller)
        keys = sts.assume_role(RoleArn=role, RoleSessionName="run-1")["Credentials"]
        return Person(name, Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))

    return made


@pytest.fixture
def log_in(world):
    """A session of a person by workload identity, as the product logs in."""
    from pipeline import warehouse

    def opened(person: Person, **given: Any) -> Client:
        connection = warehouse._connection_class(given.pop("credentials", person.credentials), "eu-west-1")(
            authenticator="WORKLOAD_IDENTITY", workload_identity_provider="AWS", account="acme-test", host="127.0.0.1",
            port=world.server.port, protocol="http", user=given.pop("user", person.name), database=world.database,
            schema="S", login_timeout=15, network_timeout=60,
            session_parameters={"CLIENT_TELEMETRY_ENABLED": False}, **{"role": person.name, **given},
        )  # fmt: skip
        world.clients.append(connection)
        return Client(connection)

    return opened
