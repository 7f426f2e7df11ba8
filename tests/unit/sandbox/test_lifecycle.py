"""The sandbox goes up whole, whatever happened before, and down without touching anybody else."""

from __future__ import annotations

import os
import signal
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
import sqlalchemy

from pipeline import cloud, settings, warehouse
from pipeline.errors import Missing, Unreachable
from pipeline.events import Correlation, Event
from pipeline.observe import store
from pipeline.sandbox import collector, faults, lifecycle, parts, ports, process, seed, sources
from pipeline.sandbox import customers as hand
from pipeline.sandbox import folder as folders
from tests.conformance.customers import run, session
from tests.conftest import Customers


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, toolset):
    """A checkout whose sandbox is up."""
    root = tmp_path_factory.mktemp("checkout")
    try:
        lifecycle.up(root, toolset)
        yield root
    finally:
        lifecycle.down(root)


def pids(checkout):
    return {standing.name: standing.pid for standing in lifecycle.status(checkout)}


def client(checkout, service, identity, environment="staging"):
    """As one of the platform's identities, by the settings that the product reads."""
    read = settings.load(environment, checkout)
    found = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(read.credentials)
    try:
        profile = boto3.session.Session(profile_name=read.profiles[identity], region_name=read.region)
        return profile.client(service, endpoint_url=read.aws_endpoint)
    finally:
        del os.environ["AWS_SHARED_CREDENTIALS_FILE"]
        if found:
            os.environ["AWS_SHARED_CREDENTIALS_FILE"] = found


def test_every_part_runs(checkout):
    """And each has a log and a process of its own."""
    assert all(standing.running for standing in lifecycle.status(checkout))
    assert len(set(pids(checkout).values())) == len(parts.names())


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_each_identity_is_who_the_settings_say(checkout, environment):
    """The credentials file holds working keys of the environment's own account."""
    place = settings.load(environment, checkout).place
    for identity in ("deployer", "orchestrator", "support", "collector"):
        caller = client(checkout, "sts", identity, environment).get_caller_identity()
        assert caller["Arn"] == place.iam_arn("user", place.identity(identity))


def test_the_records_database_opens(checkout):
    """By the URL of the settings."""
    engine = sqlalchemy.create_engine(settings.load("staging", checkout).records)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT current_database()")).scalar_one() == "records"
    engine.dispose()


def test_up_again_leaves_all_as_it_is(checkout, toolset):
    """Same processes, same ports, same keys."""
    folder = folders.of(checkout)
    before = pids(checkout), ports.kept(folder), folder.credentials.read_bytes()
    lifecycle.up(checkout, toolset)
    assert (pids(checkout), ports.kept(folder), folder.credentials.read_bytes()) == before


def test_two_ups_at_once_are_one(checkout, toolset):
    """The second waits for the first and finds everything there."""
    before = pids(checkout)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: lifecycle.up(checkout, toolset), range(2)))
    assert pids(checkout) == before


def test_what_was_killed_comes_back_with_its_data(checkout, toolset):
    """Objects, rows, files and what stands in the account survive the worst; identities work as before."""
    folder = folders.of(checkout)
    client(checkout, "secretsmanager", "deployer").create_secret(Name="acme/staging/globex/kept")
    saved = folder.aws / "state" / "secretsmanager.json"
    until(lambda: saved.exists() and "acme/staging/globex/kept" in saved.read_text())
    place = parts.PLACES["staging"]
    client(checkout, "s3", "deployer").put_object(Bucket=place.state_bucket, Key="kept", Body=b"1")
    engine = sqlalchemy.create_engine(settings.load("staging", checkout).records)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE kept AS SELECT 1 AS one"))
    engine.dispose()
    for name in parts.names():
        os.killpg(process.recorded(folder.process(name)).pid, signal.SIGKILL)
    lifecycle.up(checkout, toolset)
    for environment in ("staging", "production"):
        is_recorded(checkout, environment)
    kept = client(checkout, "s3", "deployer").get_object(Bucket=place.state_bucket, Key="kept")
    assert kept["Body"].read() == b"1"
    client(checkout, "secretsmanager", "deployer").describe_secret(SecretId="acme/staging/globex/kept")
    assert client(checkout, "s3", "deployer").get_bucket_versioning(Bucket=place.state_bucket)["Status"] == "Enabled"
    engine = sqlalchemy.create_engine(settings.load("staging", checkout).records)
    with engine.begin() as connection:
        assert connection.execute(sqlalchemy.text("SELECT one FROM kept")).scalar_one() == 1
        connection.execute(sqlalchemy.text("DROP TABLE kept"))
    engine.dispose()


def test_down_and_up_keeps_secrets_and_keys(checkout, toolset):
    """A clean stop loses nothing, not even a session's worth."""
    folder = folders.of(checkout)
    keys = folder.credentials.read_bytes()
    client(checkout, "secretsmanager", "deployer").create_secret(Name="acme/staging/globex/erp_drop")
    assert hand.put_secrets(checkout, "staging") == ["acme/staging/globex/erp_drop"]
    ended = set(lifecycle.down(checkout))
    assert ended >= set(parts.names()) - {"airflow"}  # which gives up where its database was killed while it warmed up
    assert lifecycle.down(checkout) == []
    lifecycle.up(checkout, toolset)
    assert folder.credentials.read_bytes() == keys
    assert hand.put_secrets(checkout, "staging") == []  # the value is there already
    with pytest.raises(client(checkout, "sts", "deployer").exceptions.ClientError, match="GetSecretValue"):
        client(checkout, "secretsmanager", "deployer").get_secret_value(SecretId="acme/staging/globex/erp_drop")


def test_a_customer_can_be_added_while_all_runs(checkout):
    """A third tenant's host gets a port, a key and its files at once, and stands in the address book."""
    source = sources.sftp("umbrella", "staging", "drop", host="files.umbrella.example", user="acme", port=2222)
    hand.address(checkout, source, tables=("Product", "ProductInventory"), directory="/out")
    address = settings.load("staging", checkout).addresses["files.umbrella.example:2222"]
    folder = folders.of(checkout)
    assert address.host_key == sources.fingerprint(folder, source)
    assert "files.umbrella.example:2222" not in settings.load("production", checkout).addresses

    running = Customers(folder, ports.kept(folder))

    async def listing():
        async with session(running, source) as entered:
            return sorted(name for name in await entered.listdir("/out") if name[0] != ".")

    until(lambda: parts.greets(running.sftp_port(source)))
    assert address.to == f"127.0.0.1:{running.sftp_port(source)}"
    assert run(listing()) == ["ProductInventory_20140101.csv.gz", "Product_20140101.csv.gz"]


def is_recorded(checkout, environment):
    """What is told now stands in the records a moment later, and nobody asked for it."""
    read = settings.load(environment, checkout)
    told = Event(uuid.uuid4().hex, "ingest.run.started", datetime.now(UTC), Correlation(environment=environment))
    cloud.SqsSink(read, cloud.session(read, "orchestrator")).send(told)
    engine = store.connect(read.records)
    store.migrate(engine)
    query = sqlalchemy.text("SELECT 1 FROM event_ids WHERE id = :id")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until(lambda: connection.execute(query, {"id": told.id}).scalar() == 1)
    engine.dispose()


def test_a_collector_that_does_nothing_is_started_anew(checkout, toolset, monkeypatch):
    """It runs, and one environment was not looked after for half a minute."""
    monkeypatch.setattr(lifecycle, "STILL_WELL_S", 1)
    hung = pids(checkout)["collector"]
    os.kill(hung, signal.SIGSTOP)
    os.utime(collector.beat(folders.of(checkout), "staging"), (1, 1))
    lifecycle.up(checkout, toolset)
    assert pids(checkout)["collector"] not in (hung, None)
    is_recorded(checkout, "staging")


def until(claim, within_s=10):
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_another_checkout_stands_beside_it(checkout, tmp_path, toolset):
    """Own processes, own ports, own data; its end is not the other's."""
    try:
        lifecycle.up(tmp_path, toolset)
        assert not set(pids(tmp_path).values()) & set(pids(checkout).values())
        mine, other = ports.kept(folders.of(tmp_path)), ports.kept(folders.of(checkout))
        assert not set(mine.values()) & set(other.values())
    finally:
        lifecycle.down(tmp_path)
    assert all(standing.running for standing in lifecycle.status(checkout))


def test_a_port_that_somebody_took_is_changed(tmp_path, toolset):
    """The part starts on another, and the settings say so."""
    folder = folders.Folder(tmp_path)
    folders.make(folder)
    seed.seed(folder)
    before = ports.choose(folder, parts.port_names(folder), running=set())["opa"]
    with socket.create_server((ports.HOST, before)):
        lifecycle.start(folder, toolset, ["opa"])
        lifecycle.stop(folder, "opa")
    assert ports.kept(folder)["opa"] != before


def test_a_part_whose_program_changed_is_started_anew(tmp_path, toolset):
    """An upgraded program does not leave the old one running."""
    folder = folders.Folder(tmp_path)
    folders.make(folder)
    try:
        lifecycle.start(folder, toolset, ["opa"])
        old = process.recorded(folder.process("opa"))
        (tmp_path / "opa").symlink_to(toolset.opa)
        assert lifecycle.start(folder, replace(toolset, opa=tmp_path / "opa"), ["opa"]) == {"opa"}
        assert not old.alive
    finally:
        lifecycle.stop(folder, "opa")


def test_a_part_that_cannot_start_says_why(tmp_path, toolset):
    """The end of its log, and where the rest is."""
    folder = folders.Folder(tmp_path)
    folders.make(folder)
    (tmp_path / "opa").write_text("#!/bin/sh\necho no such rule >&2\nexit 1\n")
    (tmp_path / "opa").chmod(0o700)
    with pytest.raises(Unreachable, match=r"`opa` did not start.*no such rule"):
        lifecycle.start(folder, replace(toolset, opa=tmp_path / "opa"), ["opa"])


def test_logs_are_shown(checkout):
    """And an unknown part is told."""
    assert "listening" in lifecycle.logs(checkout, "sftp")
    with pytest.raises(Missing, match="no log of `moon`"):
        lifecycle.logs(checkout, "moon")


@pytest.fixture
def as_deployer(checkout):
    """A session with the warehouse that works for globex."""
    read = settings.load("staging", checkout)
    who = cloud.session(read, "deployer").get_credentials().get_frozen_credentials()
    name = read.place.snowflake_identity("deployer")
    with warehouse.connect(read, who, user=name, role=name, warehouse="", query_tag='{"tenant":"globex"}') as entered:
        entered.execute("CREATE DATABASE IF NOT EXISTS struck")
        entered.execute("CREATE OR REPLACE TABLE struck.public.t (n NUMBER)")
        yield entered


def test_the_deployer_enters_the_warehouse_by_its_aws_identity(as_deployer, checkout):
    """The account is prepared: no password was ever given."""
    name = settings.load("staging", checkout).place.snowflake_identity("deployer")
    assert as_deployer.rows("SELECT CURRENT_USER(), CURRENT_ROLE()") == [(name, name)]


def test_an_aborted_transaction_leaves_nothing(as_deployer, checkout):
    """What stood in it is gone, and the session does not notice by itself."""
    as_deployer.execute("ALTER SESSION SET AUTOCOMMIT = FALSE")
    as_deployer.execute("BEGIN TRANSACTION")
    as_deployer.execute("INSERT INTO struck.public.t VALUES (1)")
    before = as_deployer.rows("SELECT CURRENT_TRANSACTION()")
    faults.inject(checkout, "aborted_transaction", "globex")
    assert as_deployer.rows("SELECT CURRENT_TRANSACTION()") != before
    assert as_deployer.rows("SELECT COUNT(*) FROM struck.public.t") == [(0,)]


def test_a_killed_session_answers_no_more(as_deployer, checkout):
    """Only those of the tenant that was named."""
    with pytest.raises(Missing, match="nobody"):
        faults.inject(checkout, "killed_session", "initech")
    assert as_deployer.rows("SELECT 1") == [(1,)]
    faults.inject(checkout, "killed_session", "globex")
    with pytest.raises(Unreachable):
        as_deployer.rows("SELECT 1")
