"""The rules of a publish, case by case."""

import pytest

from pipeline.publish.decision import Ledger, LiveObject, Verdict, decide, decide_all, of_all
from tests.warehouse import landed, orders

AT, LATER = "2026-01-01T00:00:00.000+00:00", "2026-01-02T00:00:00.000+00:00"


def live(*objects, at=AT):
    return [LiveObject(n, o.source_key, o.content_sha256, at) for n, o in enumerate(objects, 1)]


@pytest.mark.parametrize(
    ("same_name", "frozen_at", "verdict"),
    [
        ("hold", LATER, Verdict.HELD),
        ("new", LATER, Verdict.PUBLISHED),
        ("replace", LATER, Verdict.PUBLISHED),
        ("replace", "2025-12-31T00:00:00.000+00:00", Verdict.SUPERSEDED),
    ],
)
def test_other_bytes_under_a_known_name(same_name, frozen_at, verdict):
    """`same_name` decides; a correction never overwrites one that was published after its own manifest was frozen."""
    ledger = Ledger(live(landed("a.csv", "one")))
    decision = decide(orders(same_name=same_name), landed("a.csv", "two"), ledger, frozen_at)
    assert decision.verdict is verdict
    assert bool(decision.faults) is (verdict is Verdict.HELD)


@pytest.mark.parametrize(
    ("same_bytes", "verdict"), [("hold", Verdict.HELD), ("skip", Verdict.SKIPPED), ("load", Verdict.PUBLISHED)]
)
def test_known_bytes_under_another_name(same_bytes, verdict):
    """`same_bytes` decides."""
    ledger = Ledger(live(landed("a.csv", "one")))
    decision = decide(orders(same_bytes=same_bytes), landed("b.csv", "one"), ledger, LATER)
    assert decision.verdict is verdict


@pytest.mark.parametrize("same_name", ["hold", "new", "replace"])
@pytest.mark.parametrize("same_bytes", ["hold", "skip", "load"])
def test_the_same_bytes_under_the_same_name_never_count_twice(same_name, same_bytes):
    """Whatever the pipeline says of names and bytes."""
    ledger = Ledger(live(landed("a.csv", "one")))
    pipeline = orders(same_name=same_name, same_bytes=same_bytes)
    assert decide(pipeline, landed("a.csv", "one"), ledger, LATER).verdict is Verdict.ALREADY_PUBLISHED


def test_a_pipeline_that_replaces_may_change_back():
    """A, B, then A's bytes under a new name: only the newest live object is compared."""
    ledger = Ledger(live(landed("1.csv", "A"), landed("2.csv", "B")))
    replacing = orders(write="replace")
    assert decide(replacing, landed("3.csv", "A"), ledger, LATER).verdict is Verdict.PUBLISHED
    assert decide(replacing, landed("3.csv", "B"), ledger, LATER).verdict is Verdict.HELD


def test_twins_in_one_manifest_count_once():
    """Two names with equal bytes in one run: the second is compared with the first."""
    found = decide_all(orders(same_bytes="skip"), [landed("a.csv", "x"), landed("b.csv", "x")], Ledger([]), AT)
    assert [d.verdict for d in found.values()] == [Verdict.PUBLISHED, Verdict.SKIPPED]


def test_what_the_ledger_says_of_the_attempt_goes_first():
    """Its own load row, then its sweep row, then a revoke since it began."""
    one = landed("a.csv")
    key = frozenset({"a.csv"})
    assert decide(orders(), one, Ledger([], loaded=key, swept=key), AT).verdict is Verdict.ALREADY_PUBLISHED
    assert decide(orders(), one, Ledger([], swept=key, overtaken=key), AT).verdict is Verdict.SWEPT
    assert decide(orders(), one, Ledger([], overtaken=key), AT).verdict is Verdict.SUPERSEDED


def test_one_swept_object_sends_the_whole_run_back_to_load():
    """Nothing is published by halves where rows are gone."""
    assert of_all([Verdict.PUBLISHED, Verdict.SWEPT, Verdict.HELD]) is Verdict.SWEPT
    assert of_all([]) is None
