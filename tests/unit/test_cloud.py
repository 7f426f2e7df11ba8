"""AWS as the platform uses it, on a real one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline import cloud as subject
from pipeline.cloud import Secret, SqsSink, assume_tenant, client, failures, read_secret, session, session_name
from pipeline.errors import Denied, Missing, Unreachable
from pipeline.events import Correlation, Event
from tests.ingest import aws, cloud, prepare

__all__ = ["aws", "cloud"]


@pytest.fixture
def globex(customers, aws, cloud):
    """Globex, with a neighbour."""
    prepare(aws, cloud, customers, "initech")
    return prepare(aws, cloud, customers, "globex")


def test_a_secret_is_read_as_the_tenant_and_never_shown(globex):
    """Neither by repr, by str, nor by a message."""
    credentials = assume_tenant(globex.environment, "globex", "ingest", "r-1")
    secret = read_secret(globex.environment, credentials, "globex", "erp_drop")
    assert "PRIVATE KEY" in secret.fields()["private_key"]
    assert "PRIVATE KEY" not in f"{secret!r}{secret}"
    assert credentials.secret_key not in f"{credentials!r}{credentials}"
    with pytest.raises(subject.Conflict) as caught:
        Secret("name", "hunter2").fields()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("task", ["load", "verify", "publish"])
def test_only_ingest_may_read_the_secret(globex, task):
    """The session policy takes from each task what it does not need."""
    credentials = assume_tenant(globex.environment, "globex", task, "r-1")
    with pytest.raises(Denied, match=r"secret acme/staging/globex/erp_drop: GetSecretValue failed: AccessDenied"):
        read_secret(globex.environment, credentials, "globex", "erp_drop")


def test_no_tenant_reads_a_neighbours_secret(globex):
    """Its role does not reach there."""
    credentials = assume_tenant(globex.environment, "globex", "ingest", "r-1")
    with pytest.raises(Denied):
        read_secret(globex.environment, credentials, "initech", "erp_api")


@pytest.mark.parametrize(
    ("task", "key", "may"),
    [
        ("ingest", "globex/landing/p/1.csv", True),
        ("ingest", "globex/manifests/p/r-1.json", True),
        ("ingest", "globex/incoming/p/1", True),
        ("ingest", "globex/releases/1.json", False),
        ("ingest", "globex/receipts/p/1.json", False),
        ("ingest", "initech/landing/p/1.csv", False),
        ("load", "globex/landing/p/1.csv", False),
        ("publish", "globex/receipts/p/1.json", True),
        ("publish", "globex/landing/p/1.csv", False),
    ],
)
def test_what_each_task_may_write(globex, task, key, may):
    """Its own part of its own tenant's prefix."""
    s3 = client(globex.environment, assume_tenant(globex.environment, "globex", task, "r-1"), "s3")

    def put():
        with failures(key):
            s3.put_object(Bucket=globex.bucket, Key=key, Body=b"x")

    if may:
        put()
    else:
        with pytest.raises(Denied):
            put()


def test_a_sessions_name_says_task_and_run_within_what_sts_takes():
    """Too long a run keeps its beginning and gets a mark of its own."""
    assert session_name("ingest", "r-1") == "ingest.r-1"
    long = [session_name("ingest", f"scheduled__2026-11-25T06:00:00+00:00_{'x' * 60}{n}") for n in (1, 2)]
    assert len(set(long)) == 2
    assert all(len(name) == 64 for name in long)
    assert ":" not in long[0]


def test_events_reach_the_queue(globex, aws):
    """As the text that the collector reads."""
    sink = SqsSink(globex.environment, session(globex.environment, "orchestrator"))
    event = Event("1", "ingest.run.started", datetime.now(UTC), Correlation(tenant="globex"), {})
    sink.send(event)
    sqs = aws.root("sqs")
    url = sqs.get_queue_url(QueueName=aws.place.events_queue)["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == event.document()


def test_what_is_missing_and_who_is_unknown_is_said(globex):
    """A missing secret, a missing profile, and nobody there."""
    environment = globex.environment
    credentials = assume_tenant(environment, "globex", "ingest", "r-1")
    with pytest.raises(Missing, match="ResourceNotFound"):
        read_secret(environment, credentials, "globex", "other")
    with pytest.raises(Denied, match="NoCredentials"):
        session(replace(environment, profiles={"orchestrator": "nobody"}), "orchestrator")
    with pytest.raises(Unreachable, match="EndpointConnectionError"):
        read_secret(replace(environment, aws_endpoint="http://127.0.0.1:9"), credentials, "globex", "erp_drop")
