"""On a real engine, whatever crashes, hangs, comes late or is aborted: nothing counts twice, nothing is lost.

`ACME_STORM_SECONDS` makes the storm longer; without a part of the fence the same storm finds the harm.
"""

import os

import pytest

from pipeline.publish import decision, fence, mutex
from pipeline.publish.decision import Decision, Verdict
from tests.faults.fence.storm import storm
from tests.warehouse import orders

SECONDS = float(os.environ.get("ACME_STORM_SECONDS", "8"))


@pytest.fixture
def skipping(store):
    """A pipeline that skips renamed files."""
    return store(orders(same_bytes="skip", contract=orders().contract))


def test_nothing_counts_twice_and_nothing_is_lost(skipping):
    """Workers, crashes, hanging and aborted transactions, deploys, revokes, renamed files, late comers."""
    found, seen = storm(skipping, seconds=SECONDS)
    assert found == []
    for what in ("published", "superseded", "crashed", "aborted", "deployed", "revoked"):
        assert seen[what], f"the storm had no `{what}`: {dict(seen)}"


def no_epoch_check(monkeypatch):
    monkeypatch.setattr(fence, "is_superseded", lambda *_: False)


def no_ledger_check(monkeypatch):
    def anything_goes(_pipeline, objects, _ledger, _frozen_at):
        return {one.source_key: Decision(Verdict.PUBLISHED) for one in objects}

    monkeypatch.setattr(fence, "decide_all", anything_goes)


def no_transaction_check(monkeypatch):
    monkeypatch.setattr(mutex, "current", lambda _: "the same as ever")


@pytest.mark.parametrize("broken", [no_epoch_check, no_ledger_check, no_transaction_check])
def test_the_same_storm_finds_what_is_missing(skipping, monkeypatch, broken):
    """Take a part of the fence out, and the storm does harm."""
    assert decision.decide_all is fence.decide_all
    broken(monkeypatch)
    found, seen = storm(skipping, seconds=SECONDS)
    assert found, f"{broken.__name__} did no harm: {dict(seen)}"
