"""One warm OPA: joined where it serves our policies, started where it does not, and always ended."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from pipeline.errors import Conflict, Missing, Unreachable
from pipeline.gate import opa as server
from pipeline.gate.bundle import Bundle, read_bundle
from pipeline.gate.capability import write
from pipeline.gate.opa import warm

POLICIES = Path(__file__).parents[3] / "policies"
SAYS_ONE = Bundle({"main.rego": 'package main\n\nanswer := {"bundle": data.bundle.digest, "batch": {"a": [1]}}\n'})
SAYS_TWO = Bundle({"main.rego": 'package main\n\nanswer := {"bundle": data.bundle.digest, "batch": {"a": [2]}}\n'})


@pytest.fixture
def serving(opa, tmp_path):
    """The address of an OPA that somebody else started with these modules, and the folder they are in."""
    with contextlib.ExitStack() as servers:

        def start(bundle):
            write(bundle.modules, tmp_path)
            client = servers.enter_context(server._started(opa, str(tmp_path)))
            return f"http://{client.host}:{client.port}"

        yield start


def test_a_server_of_our_own_ends_with_us(opa, monkeypatch):
    """After the context no process is left."""
    spawned = []
    spawn = server._spawn
    monkeypatch.setattr(server, "_spawn", lambda *words: spawned.append(spawn(*words)) or spawned[-1])
    with warm(SAYS_ONE, program=opa) as judge:
        assert judge.decide({}) == {"a": [1]}
        assert spawned[0].poll() is None
    assert spawned[0].poll() is not None


def test_a_server_with_our_policies_is_joined(serving):
    """It is known by what it holds, then by its stamp; no program is needed."""
    bundle = read_bundle(POLICIES)
    url = serving(bundle)
    for _ in range(2):
        with warm(bundle, url=url) as judge:
            assert judge.decide({"globex": {"families": ["tenant"], "tenant": "globex", "documents": {}}}) == {
                "globex": []
            }


@pytest.mark.parametrize("theirs", [SAYS_ONE, Bundle({})], ids=["others", "none"])
def test_a_server_with_other_policies_is_left_alone(opa, serving, theirs):
    """Somebody else's server keeps its policies; we start our own."""
    url = serving(theirs)
    with warm(SAYS_TWO, url=url, program=opa) as judge:
        assert judge.decide({}) == {"a": [2]}
    with pytest.raises(Missing), warm(SAYS_TWO, url=url):
        pass


def test_an_answer_under_another_stamp_is_not_believed(serving):
    """Policies that were changed under us are noticed at the answer."""
    with warm(SAYS_ONE, url=serving(SAYS_ONE)) as judge:
        judge.client.update_or_create_data({"digest": "another"}, server.STAMP)
        with pytest.raises(Conflict, match="other policies"):
            judge.decide({})


def test_a_server_that_is_gone_is_replaced(opa):
    """An address where nobody answers is no reason to fail."""
    with warm(SAYS_ONE, url="http://127.0.0.1:1", program=opa) as judge:
        assert judge.decide({}) == {"a": [1]}


def test_policies_that_cannot_start_a_server_are_an_error(opa):
    """A server that dies at once is not waited for."""
    with pytest.raises(Unreachable, match="did not start"), warm(Bundle({"main.rego": "package"}), program=opa):
        pass


@pytest.mark.parametrize("program", [None, Path(os.devnull)])
def test_no_program_is_said(program):
    """Without OPA there is no verdict."""
    with pytest.raises(Missing), warm(SAYS_ONE, program=program):
        pass
