"""A warehouse for tests: a tenant's store on a running Snowflake server, and the runs, objects and attempts to fill it with."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from botocore.credentials import Credentials

from pipeline import warehouse
from pipeline.attempt import Attempt, Audit, Counts, ObjectAudit, ObjectLoad, new_id
from pipeline.live import Tables
from pipeline.load import reasons
from pipeline.load.loading import Job
from pipeline.naming import Place, landing_key, landing_prefix, published_schema
from pipeline.publish import fence, ledger, schema
from pipeline.publish.epoch import raise_epochs
from pipeline.release import Column, Connector, Contract, Field, FieldMapping, Pipeline
from pipeline.run import Binding, LandedFile, LandedObject, Manifest
from pipeline.sandbox.bootstrap import Account
from pipeline.sandbox.ports import HOST
from pipeline.settings import Environment, Snowflake
from pipeline.verify import auditing

OWNER, WAREHOUSE = "OWNER", "ACME_STAGING__EU1"
PLACE = Place("staging", "eu-west-1", "000000000777")
PASSWORD_VARIABLE, FAULT_TOKEN_VARIABLE = "ACME_SNOWFLAKE_ADMIN_PASSWORD", "ACME_SNOWFLAKE_FAULT_TOKEN"


def orders(**changes) -> Pipeline:
    """A pipeline `orders`: id, val; append, one to one."""
    columns = (Column("id", "NUMBER(38,0)", "integer", required=True, key=1), Column("val", "NUMBER(38,0)", "integer"))
    mapping = FieldMapping(
        {"kind": "csv", "encoding": "utf-8", "delimiter": ",", "header": True, "nulls": [""]},
        "quarantine",
        (Field("Id", "id", "NUMBER(38,0)", True), Field("Val", "val", "NUMBER(38,0)")),
    )
    standard = Pipeline(
        name="orders",
        connector=Connector("drop", "sftp", {}),
        fetch={"files": "*.csv"},
        schedule="0 * * * *",
        write="append",
        version=(),
        rows="one_to_one",
        same_name="hold",
        same_bytes="hold",
        mapping=mapping,
        transform="SELECT id, val FROM landed",
        contract=Contract("1.0.0", columns),
    )
    return replace(standard, **changes)


def landed(source_key: str, text: str = "", **changes) -> LandedObject:
    """An object whose content is told by `text`."""
    sha = hashlib.sha256((text or source_key).encode()).hexdigest()
    file = LandedFile(f"t/landing/orders/{sha}.csv", sha, 10, 2, ("Id", "Val"))
    return replace(LandedObject(source_key, sha, (file,)), **changes)


@dataclass
class Sink:
    """Keeps the events."""

    events: list = field(default_factory=list)

    def send(self, event) -> None:
        self.events.append(event)

    def names(self) -> list[str]:
        return [event.name for event in self.events]


@dataclass(frozen=True)
class World:
    """A running account: where it is, and the keys of its owner and of the tenants' loader. `document` is made for a child."""

    port: int
    aws: str
    owner: tuple[str, str]
    loader: tuple[str, str]
    fault_token: str

    @property
    def environment(self) -> Environment:
        server = Snowflake("acme-staging", host=HOST, port=self.port, protocol="http")
        return Environment(PLACE.environment, PLACE.region, PLACE.account, server, sandbox=True, aws_endpoint=self.aws)

    def put(self, key: str, content: bytes) -> None:
        """An object in the lake."""
        Account(PLACE, self.aws).client("s3").put_object(Bucket=PLACE.lake_bucket, Key=key, Body=content)

    def trouble(self, **what: str) -> None:
        """A fault, as the server takes them."""
        headers = {"Authorization": f"Bearer {self.fault_token}"}
        httpx.post(
            f"http://{HOST}:{self.port}/sandbox/fault", json=what, headers=headers, timeout=20
        ).raise_for_status()

    def document(self) -> dict:
        return asdict(self)


@dataclass
class Store:
    """One tenant's pipeline on the server, built and live at epoch 1."""

    world: World
    tenant: str
    pipeline: Pipeline
    epoch: int = 0
    tag: str = ""
    _sessions: threading.local = field(default_factory=threading.local)

    @property
    def environment(self) -> Environment:
        return self.world.environment

    @property
    def place(self) -> Place:
        return PLACE

    @property
    def tables(self) -> Tables:
        return Tables(self.place, self.tenant, self.pipeline.name)

    def connect(self, tag: str = "", *, autocommit: bool = False) -> warehouse.Session:
        """A session of the tenant's own user, as publish opens it."""
        user = self.place.snowflake_user(self.tenant)
        return self._log_in(self.world.loader, user, user, tag or self.tag, autocommit=autocommit)

    def _log_in(
        self, keys: tuple[str, str], user: str, role: str, tag: str, *, autocommit: bool = True
    ) -> warehouse.Session:
        return warehouse.connect(
            self.environment, Credentials(*keys), user=user, role=role, warehouse=WAREHOUSE, query_tag=tag,
            schema=published_schema(self.tenant), autocommit=autocommit,
        )  # fmt: skip

    @property
    def session(self) -> warehouse.Session:
        """The thread's own session of the owner of everything: the deployer, the sweeper, the one who counts."""
        if not hasattr(self._sessions, "owner"):
            self._sessions.owner = self._log_in(self.world.owner, OWNER, "ACCOUNTADMIN", "")
        return self._sessions.owner

    @property
    def loader(self) -> warehouse.Session:
        """The thread's own session of the tenant's user."""
        if not hasattr(self._sessions, "loader"):
            self._sessions.loader = self.connect(autocommit=True)
        return self._sessions.loader

    def rows(self, sql: str, params=None) -> list[tuple]:
        return self.session.rows(sql, params)

    def build(self) -> None:
        """What the stacks make for a tenant, then the tables and views."""
        store, published = schema.schemas(self.place, self.tenant)
        role, stage = self.place.snowflake_user(self.tenant), self.place.stage(self.tenant)
        arn, lake = PLACE.iam_arn("user", "loader"), f"s3://{PLACE.lake_bucket}/{landing_prefix(self.tenant)}"
        for statement in (
            f"CREATE SCHEMA IF NOT EXISTS {store}",
            f"CREATE SCHEMA IF NOT EXISTS {published}",
            f"CREATE STAGE IF NOT EXISTS {stage} URL = '{lake}' STORAGE_INTEGRATION = {PLACE.storage_integration}",
            f"CREATE ROLE IF NOT EXISTS {role}",
            f"CREATE USER IF NOT EXISTS {role} TYPE = SERVICE DEFAULT_ROLE = {role} DEFAULT_SECONDARY_ROLES = () "
            f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = '{arn}')",
            f"GRANT ROLE {role} TO USER {role}",
            f"GRANT USAGE ON DATABASE {PLACE.database} TO ROLE {role}",
            f"GRANT USAGE ON SCHEMA {store} TO ROLE {role}",
            f"GRANT USAGE ON SCHEMA {published} TO ROLE {role}",
            f"GRANT USAGE ON STAGE {stage} TO ROLE {role}",
            f"GRANT USAGE ON WAREHOUSE {WAREHOUSE} TO ROLE {role}",
        ):
            self.session.execute(statement)
        schema.build(self.session, self.place, self.tenant, [self.pipeline])

    def deploy(self, name: str = "") -> int:
        """A new deployment is live; its epoch."""
        name = name or f"d-{uuid.uuid4().hex[:8]}"
        raised = raise_epochs(
            self.session, self.place, self.tenant, [self.pipeline.name], release="r" * 64, deployment=name
        )
        self.epoch = raised[self.pipeline.name]
        return self.epoch

    def binding(self, epoch: int | None = None, run: str = "run-1") -> Binding:
        settings = {"tier": "standard", "cell": "eu1", "connectors": {"drop": {}}}
        return Binding(
            self.environment, self.tenant, self.pipeline, run, self.epoch if epoch is None else epoch, "r" * 64, "d-1",
            "u" * 64, settings,
        )  # fmt: skip

    def manifest(self, *objects: LandedObject, run: str = "run-1", at: str = "") -> Manifest:
        return Manifest(
            self.tenant,
            self.pipeline.name,
            run,
            self.epoch,
            "r" * 64,
            "d-1",
            at or datetime.now(UTC).isoformat(),
            objects,
        )

    def attempt(self, *objects: LandedObject, rows: dict[str, list[tuple]] | None = None) -> tuple[Attempt, Audit]:
        """Rows under a new attempt, as load leaves them: two an object if not told, id counting from 1."""
        seq = ledger.head(self.session, self.tables)[0]
        name = new_id(datetime.now(UTC))
        loads = []
        for one in objects:
            given = (rows or {}).get(one.source_key, [(1, 10), (2, 20)])
            self.write(name, one.source_key, given)
            loads.append(
                ObjectLoad(one.source_key, one.content_sha256, Counts(len(given), len(given), 0, 0, len(given)))
            )
        audits = tuple(ObjectAudit(one.source_key) for one in objects)
        return Attempt(name, seq, tuple(loads)), Audit(name, audits)

    def write(self, attempt: str, source_key: str, rows: list[tuple]) -> None:
        names = ", ".join(column.name for column in self.pipeline.contract.columns)
        for number, row in enumerate(rows, 1):
            marks = ", ".join(["%s"] * (len(row) + 3))
            self.loader.execute(
                f"INSERT INTO {self.tables.rows} ({names}, _attempt, _object, _row) VALUES ({marks})",
                (*row, attempt, source_key, number),
            )

    def candidate(self, *objects: LandedObject, epoch: int | None = None, rows=None, at: str = "") -> fence.Candidate:
        attempt, audit = self.attempt(*objects, rows=rows)
        return fence.Candidate(self.binding(epoch), self.manifest(*objects, at=at), attempt, audit)

    def publish(self, *objects: LandedObject, **given) -> fence.Outcome:
        """Load and publish these objects as one run does."""
        return fence.settle(self.candidate(*objects, **given), self.connect)

    # objects that lie in the lake
    def drop(
        self, source_key: str, *texts: str, records: int | None = None, fields: tuple[str, ...] = ()
    ) -> LandedObject:
        """Put files of one object into the lake; CSV with a header, or JSON lines, as the pipeline's mapping says."""
        files = tuple(self._file(text, records, fields) for text in texts)
        sha = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
        return LandedObject(source_key, sha, files)

    def _file(self, text: str, records: int | None, fields: tuple[str, ...]) -> LandedFile:
        content, kind = text.encode(), self.pipeline.mapping.format["kind"]
        sha = hashlib.sha256(content).hexdigest()
        lines = text.strip().split("\n")
        if kind == "csv":
            seen, count = tuple(lines[0].split(",")), len(lines) - 1
        else:
            parsed = [json.loads(line) for line in lines]
            seen, count = tuple(sorted({name for record in parsed for name in record})), len(lines)
        key = landing_key(self.tenant, self.pipeline.name, sha, ".csv" if kind == "csv" else ".jsonl")
        self.world.put(key, content)
        return LandedFile(key, sha, len(content), count if records is None else records, fields or seen)

    def load(self, *objects: LandedObject) -> Attempt:
        return Job(self.loader, self.binding(), self.manifest(*objects), new_id(datetime.now(UTC))).run()

    def verify(self, attempt: Attempt) -> Audit:
        return auditing.audit(self.loader, self.binding(), attempt)

    def run(self, *objects: LandedObject) -> fence.Outcome:
        """Load, verify and publish."""
        attempt = self.load(*objects)
        candidate = fence.Candidate(self.binding(), self.manifest(*objects), attempt, self.verify(attempt))
        return fence.settle(candidate, self.connect)

    def quarantined(self) -> list[tuple]:
        """(_object, _row, reasons as pairs, raw) of every quarantined row."""
        found = self.rows(f"SELECT _object, _row, reasons, raw FROM {self.tables.quarantine} ORDER BY _object, _row")
        return [(key, int(row), reasons.read(told), json.loads(raw)) for key, row, told, raw in found]

    def server_aborts(self, tag: str) -> None:
        """The server ends the open transaction of the sessions with this query tag, as it does with idle ones that block."""
        self.world.trouble(abort=tag)

    def server_ends(self, tag: str) -> None:
        """The server ends the sessions with this query tag, as it does with those whose client is gone."""
        self.world.trouble(kill=tag)

    def visible(self) -> list[tuple]:
        """What readers see, sorted."""
        return sorted(self.rows(f"SELECT * FROM {self.tables.view}"))

    def chain(self) -> list[str]:
        """What is wrong with the ledger's chain."""
        where = (self.tenant, self.environment.name, self.pipeline.name)
        return ledger.verify_chain(ledger.receipt(row, *where) for row in ledger.read(self.session, self.tables))


@pytest.fixture(scope="session")
def world(ministack_ports, tmp_path_factory) -> Iterator[World]:
    """A Snowflake account of its own over a running AWS."""
    with running(f"http://{HOST}:{ministack_ports['aws']}", tmp_path_factory.mktemp("snowflake")) as made:
        yield made


@contextlib.contextmanager
def running(aws: str, folder: Path) -> Iterator[World]:
    """An account with a database, a warehouse, and a lake that it may read; ended on leaving."""
    port, password, token = free_port(), secrets.token_hex(8), secrets.token_hex(8)
    command = [sys.executable, "-m", "pipeline.sandbox.snowflake", "--account", "acme-staging", "--port", str(port)]
    command += ["--database-file", str(folder / "staging.duckdb"), "--aws-endpoint", aws]
    given = {**os.environ, PASSWORD_VARIABLE: password, FAULT_TOKEN_VARIABLE: token}
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=given, stdout=log, stderr=log) as server:
        try:
            wait_for(port, server, folder / "log")
            yield prepare(World(port, aws, keys_of(aws, OWNER), keys_of(aws, "loader"), token), password)
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    """Until it is healthy; its log where it never is."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://{HOST}:{port}/sandbox/health", timeout=2).is_success:
                return
        time.sleep(0.1)
    pytest.fail(f"the Snowflake server did not start: {log.read_text()}", pytrace=False)


def keys_of(aws: str, user: str) -> tuple[str, str]:
    """A user of AWS that may do nothing but say who it is."""
    iam = Account(PLACE, aws).client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def prepare(world: World, password: str) -> World:
    """The lake with a role that reads it, and what an account's administrator makes once."""
    from snowflake import connector  # seconds to import, and most tests do not come here

    account, role = Account(PLACE, world.aws), PLACE.identity("snowflake")
    region = {"LocationConstraint": PLACE.region}
    account.client("s3").create_bucket(Bucket=PLACE.lake_bucket, CreateBucketConfiguration=region)
    statements = [
        f"CREATE DATABASE IF NOT EXISTS {PLACE.database}",
        f"CREATE WAREHOUSE IF NOT EXISTS {WAREHOUSE}",
        f"CREATE USER IF NOT EXISTS {OWNER} TYPE = SERVICE DEFAULT_ROLE = ACCOUNTADMIN "
        f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = '{PLACE.iam_arn('user', OWNER)}')",
        f"GRANT ROLE ACCOUNTADMIN TO USER {OWNER}",
        f"CREATE STORAGE INTEGRATION {PLACE.storage_integration} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
        f"STORAGE_AWS_ROLE_ARN = '{PLACE.iam_arn('role', role)}' STORAGE_AWS_EXTERNAL_ID = 'tests' "
        f"STORAGE_ALLOWED_LOCATIONS = ('s3://{PLACE.lake_bucket}/')",
    ]
    with connector.connect(
        user="ADMIN", password=password, account="acme-staging", host=HOST, port=world.port, protocol="http",
        role="ACCOUNTADMIN", session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
    ) as admin:  # fmt: skip
        for statement in statements:
            admin.cursor().execute(statement)
        told = admin.cursor().execute(f"DESC INTEGRATION {PLACE.storage_integration}").fetchall()
    reader = next(row[2] for row in told if row[0] == "STORAGE_AWS_IAM_USER_ARN")
    let_in(account, role, reader)
    return world


def let_in(account: Account, role: str, reader: str) -> None:
    """The role by which Snowflake reads the lake."""
    trust = {"Effect": "Allow", "Principal": {"AWS": reader}, "Action": "sts:AssumeRole",
             "Condition": {"StringEquals": {"sts:ExternalId": "tests"}}}  # fmt: skip
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{PLACE.lake_bucket}/*"}
    iam = account.client("iam")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=policy(read))


def policy(statement: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def store(world):
    """Call it with a pipeline: its store, built and live at epoch 1."""

    def made(pipeline: Pipeline | None = None) -> Store:
        one = Store(world, f"t{uuid.uuid4().hex[:12]}", pipeline or orders())
        one.build()
        one.deploy("d-1")
        return one

    return made
