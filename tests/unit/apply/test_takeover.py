"""Locks of engines: a dead one's is removed, a living one is waited for, a strange process does not count."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from threading import Timer

import pytest

from pipeline import naming
from pipeline.apply import takeover
from pipeline.apply.infrastructure import refuse
from pipeline.errors import Busy, Conflict
from pipeline.plan import state
from pipeline.plan.step import Step

STACK = "globex.staging"
HERE = socket.gethostname()


@pytest.fixture
def bucket(ministack):
    """(client, name) of a bucket for state."""
    s3, name = ministack.root("s3"), f"state-{ministack.place.account}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": ministack.place.region})
    return s3, name


@pytest.fixture
def like_an_engine():
    """A process that names the stack in its command line, as an engine does; ended with the test."""
    with subprocess.Popen([sys.executable, "-c", "input()", "--stack", STACK], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def lock(bucket, pid, host=HERE, stack=STACK):
    s3, name = bucket
    key = f"{naming.engine_locks_prefix(stack)}{pid}.json"
    s3.put_object(Bucket=name, Key=key, Body=json.dumps({"pid": pid, "hostname": host, "username": "u"}))
    return key


def standing(bucket):
    s3, name = bucket
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=name).get("Contents", [])]


def test_locks_of_dead_engines_go_and_others_stay(bucket):
    """Only those of this stack: a neighbour's engine is its own apply's business."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    dead, foreign = lock(bucket, gone.pid), lock(bucket, 1, host="runner-7")
    other = lock(bucket, gone.pid, stack="initech.staging")
    assert sorted(takeover.clear(*bucket, STACK)) == sorted([dead, foreign])
    assert standing(bucket) == [other]


def test_a_process_that_got_a_dead_engines_number_holds_nothing(bucket):
    """It lives, but works on no stack."""
    lock(bucket, os.getpid())
    assert takeover.clear(*bucket, STACK)
    assert standing(bucket) == []


def test_a_living_engine_is_waited_for(bucket, like_an_engine):
    """Its apply was killed; it ends by itself soon."""
    lock(bucket, like_an_engine.pid)
    ending = Timer(0.3, like_an_engine.kill)
    ending.start()
    assert takeover.clear(*bucket, STACK)
    assert like_an_engine.poll() is not None or not takeover.started_at(like_an_engine.pid)
    ending.join()


def test_an_engine_that_hangs_without_its_apply_is_ended(bucket, monkeypatch):
    """Its program ran in an apply that is gone: it would hold the tenant for ever."""
    monkeypatch.setattr(takeover, "ENGINE_ENDS_WITHIN_S", 0.2)
    words = [sys.executable, "-c", "input()", "--stack", STACK, "--client=127.0.0.1:1"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True) as engine:
        lock(bucket, engine.pid)
        assert takeover.clear(*bucket, STACK)
        assert engine.wait(5) == -signal.SIGKILL
    assert standing(bucket) == []


def test_an_engine_that_somebody_runs_by_hand_is_busy_and_keeps_its_lock(bucket, like_an_engine, monkeypatch):
    """Nothing is taken from somebody alive."""
    monkeypatch.setattr(takeover, "ENGINE_ENDS_WITHIN_S", 0.2)
    key = lock(bucket, like_an_engine.pid)
    with pytest.raises(Busy, match=f"process {like_an_engine.pid}"):
        takeover.clear(*bucket, STACK)
    assert standing(bucket) == [key]


def test_the_state_is_read_where_the_engine_keeps_it(bucket):
    """A stack that was never made has none; one that was just made has an empty one."""
    s3, name = bucket
    assert not state.stands(s3, name, STACK)
    for latest, found in (({}, {}), ({"latest": {"resources": []}}, {"resources": []})):
        body = json.dumps({"version": 3, "checkpoint": {"stack": STACK, **latest}})
        s3.put_object(Bucket=name, Key=naming.engine_state_key(STACK), Body=body)
        assert state.read(s3, name, STACK) == found


def test_a_state_without_pending_operations_starts_no_engine():
    """Nothing was left half done."""
    takeover.settle(object(), {"resources": [], "pending_operations": []}, [])
    takeover.settle(object(), {}, [])


def test_a_refusal_names_every_step_that_was_not_approved():
    """So that the reviewer knows what to look at."""
    urn = "urn:pulumi:globex.staging::acme::acme:index:Tenant$aws:iam/role:Role::role"
    with pytest.raises(Conflict, match=r"update aws:iam/role:Role role; delete aws:iam/role:Role role") as told:
        refuse([Step("update", urn), Step("delete", urn)])
    assert told.value.exit_code == 3
    refuse([])
