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


@pytest.mark.parametrize(
    ("a", "b", "frozen_at", "verdict"),
    [
        ("01", "02", "03", Verdict.PUBLISHED),  # seen again after both
        ("02", "03", "01", Verdict.ALREADY_PUBLISHED),  # a late sibling of the attempt that published A
        ("01", "03", "02", Verdict.SUPERSEDED),  # B is newer than what this run saw
    ],
)
def test_a_file_that_changes_back_under_its_own_name_counts_again(a, b, frozen_at, verdict):
    """A, B, A with `same_name: new` in a pipeline that replaces: readers would see B for ever."""
    day = "2026-01-{}T00:00:00.000+00:00".format
    one, two = landed("orders.csv", "A"), landed("orders.csv", "B")
    ledger = Ledger([*live(one, at=day(a)), LiveObject(2, two.source_key, two.content_sha256, day(b))])
    replacing = orders(write="replace", same_name="new")
    assert decide(replacing, one, ledger, day(frozen_at)).verdict is verdict
    assert decide(orders(same_name="new"), one, ledger, day(frozen_at)).verdict is Verdict.ALREADY_PUBLISHED


@pytest.mark.parametrize("write", ["append", "merge", "replace"])
@pytest.mark.parametrize("same_name", ["hold", "new", "replace"])
@pytest.mark.parametrize("same_bytes", ["hold", "skip", "load"])
def test_every_policy_of_names_and_bytes_in_every_write_mode(write, same_name, same_bytes):
    """Name, then bytes: the table of what becomes of an object while A stands as a.csv and B as b.csv, the newest."""
    pipeline = orders(write=write, same_name=same_name, same_bytes=same_bytes)
    ledger = Ledger(live(landed("a.csv", "A"), landed("b.csv", "B")))
    twin = {"hold": Verdict.HELD, "skip": Verdict.SKIPPED, "load": Verdict.PUBLISHED}[same_bytes]
    other = Verdict.HELD if same_name == "hold" else Verdict.PUBLISHED
    expected = {
        ("c.csv", "C"): Verdict.PUBLISHED,
        ("b.csv", "B"): Verdict.ALREADY_PUBLISHED,
        ("a.csv", "C"): other,
        ("c.csv", "B"): twin,
        ("c.csv", "A"): Verdict.PUBLISHED if write == "replace" else twin,
        ("a.csv", "B"): Verdict.HELD if same_name == "hold" else twin,
    }
    found = {(name, text): decide(pipeline, landed(name, text), ledger, LATER).verdict for name, text in expected}
    assert found == expected


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
