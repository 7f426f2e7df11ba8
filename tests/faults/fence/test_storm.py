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
    enough = (
        "published",
        "superseded",
        "crashed",
        "aborted before INSERT",
        "aborted before COMMIT",
        "deployed",
        "revoked",
    )
    assert storm(skipping, dict.fromkeys(enough, 1), seconds=SECONDS) == []


def no_epoch_check(monkeypatch):
    monkeypatch.setattr(fence, "is_superseded", lambda *_: False)


def no_ledger_check(monkeypatch):
    def anything_goes(_pipeline, objects, _ledger, _frozen_at):
        return {one.source_key: Decision(Verdict.PUBLISHED) for one in objects}

    monkeypatch.setattr(fence, "decide_all", anything_goes)


def no_transaction_check(monkeypatch):
    monkeypatch.setattr(mutex.Hold, "compare", lambda _: None)


@pytest.mark.parametrize(
    ("broken", "enough"),
    [
        (no_epoch_check, {"deployed": 5}),
        (no_ledger_check, {"published": 15}),
        (no_transaction_check, {"aborted before INSERT": 8}),
    ],
)
def test_the_same_storm_finds_what_is_missing(skipping, monkeypatch, broken, enough):
    """Take a part of the fence out, and the storm does harm."""
    assert decision.decide_all is fence.decide_all
    broken(monkeypatch)
    assert storm(skipping, enough, seconds=SECONDS), f"{broken.__name__} did no harm"
