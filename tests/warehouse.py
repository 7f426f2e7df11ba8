"""A warehouse for tests: a tenant's store on a running Snowflake server, and the runs, objects and attempts to fill it with."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

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
from pipeline.settings import Environment, Snowflake
from pipeline.verify import auditing

OWNER = Credentials("AKIAOWNER", "owner", None)


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
class Lake:
    """Where the stages of the server look."""

    root: Path

    def put(self, key: str, content: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@dataclass
class Store:
    """One tenant's pipeline on the server, built and live at epoch 1."""

    environment: Environment
    tenant: str
    pipeline: Pipeline
    lake: Lake
    epoch: int = 0
    tag: str = ""
    _sessions: threading.local = field(default_factory=threading.local)

    @property
    def place(self) -> Place:
        return self.environment.place

    @property
    def tables(self) -> Tables:
        return Tables(self.place, self.tenant, self.pipeline.name)

    def connect(self, tag: str = "") -> warehouse.Session:
        """A session of the owner of everything."""
        return warehouse.connect(
            self.environment, OWNER, user="ADMIN", role="SYSADMIN", warehouse="W", query_tag=tag or self.tag,
            schema=published_schema(self.tenant),
        )  # fmt: skip

    @property
    def session(self) -> warehouse.Session:
        """The thread's own session."""
        if not hasattr(self._sessions, "one"):
            self._sessions.one = self.connect()
        return self._sessions.one

    def rows(self, sql: str, params=None) -> list[tuple]:
        return self.session.rows(sql, params)

    def build(self) -> None:
        for name in schema.schemas(self.place, self.tenant):
            self.session.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        self.session.execute(
            f"CREATE STAGE IF NOT EXISTS {self.place.stage(self.tenant)} "
            f"URL = 'file://{self.lake.root}/{landing_prefix(self.tenant)}'"
        )
        self.session.execute(f"CREATE ROLE IF NOT EXISTS {self.place.snowflake_user(self.tenant)}")
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
            self.session.execute(
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
        self.lake.put(key, content)
        return LandedFile(key, sha, len(content), count if records is None else records, fields or seen)

    def load(self, *objects: LandedObject) -> Attempt:
        return Job(self.session, self.binding(), self.manifest(*objects), new_id(datetime.now(UTC))).run()

    def verify(self, attempt: Attempt) -> Audit:
        return auditing.audit(self.session, self.binding(), attempt)

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
        self._trouble(abort=tag)

    def server_ends(self, tag: str) -> None:
        """The server ends the sessions with this query tag, as it does with those whose client is gone."""
        self._trouble(kill=tag)

    def _trouble(self, **what: str) -> None:
        server = self.environment.snowflake
        url = f"http://{server.host}:{server.port}/emu?{urllib.parse.urlencode(what)}"
        urllib.request.urlopen(url, timeout=10).close()

    def visible(self) -> list[tuple]:
        """What readers see, sorted."""
        return sorted(self.rows(f"SELECT * FROM {self.tables.view}"))

    def chain(self) -> list[str]:
        """What is wrong with the ledger's chain."""
        where = (self.tenant, self.environment.name, self.pipeline.name)
        return ledger.verify_chain(ledger.receipt(row, *where) for row in ledger.read(self.session, self.tables))


def environment(port: int) -> Environment:
    server = Snowflake("acme-staging", host="127.0.0.1", port=port, protocol="http")
    return Environment("staging", "eu-west-1", "000000000001", server, sandbox=True)


@pytest.fixture(scope="session")
def snowflake() -> Iterator[Environment]:
    """An environment with a running Snowflake server and its database."""
    made = environment(int(os.environ["ACME_TEST_SNOWFLAKE_PORT"]))
    with warehouse.connect(made, OWNER, user="ADMIN", role="SYSADMIN", warehouse="W") as session:
        session.execute(f"CREATE DATABASE IF NOT EXISTS {made.place.database}")
    yield made


@pytest.fixture(scope="session")
def lake(tmp_path_factory) -> Lake:
    return Lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture
def store(snowflake, lake):
    """Call it with a pipeline: its store, built and live at epoch 1."""

    def made(pipeline: Pipeline | None = None) -> Store:
        one = Store(snowflake, f"t{uuid.uuid4().hex[:12]}", pipeline or orders(), lake)
        one.build()
        one.deploy("d-1")
        return one

    return made
