"""The plan of a re-run: one line an object, by the newest word that the ledger says of it."""

from pipeline.publish.ledger import Row
from pipeline.recover.rerun import plan


def row(seq: int, kind: str, key: str, *, attempt: str = "a1", run: str = "r1", release: str = "x") -> Row:
    return Row(kind, key, "0" * 64, attempt, 1, release, "rt", "dep", run, "2026-11-25T00:00:00Z", seq=seq)


def fates(rows: list[Row]) -> dict[str, str]:
    return {line.source_key: line.fate for line in plan("globex", "orders", rows).lines}


def test_a_live_object_is_already_published():
    """A re-run changes nothing about it."""
    assert fates([row(1, "load", "a.csv")]) == {"a.csv": "already published"}


def test_what_was_taken_back_is_what_a_replay_loads():
    """The newest row counts, and the run that landed the bytes is the load's own."""
    rows = [row(1, "load", "a.csv"), row(2, "revoke", "a.csv", run="revoke-1"), row(3, "load", "b.csv", attempt="a2")]
    planned = plan("globex", "orders", rows)
    assert planned.replay() == ("a.csv",)
    assert {line.source_key: line.run for line in planned.lines} == {"a.csv": "r1", "b.csv": "r1"}


def test_an_object_loaded_again_after_its_revoke_is_published():
    """A second replay finds nothing to do."""
    rows = [row(1, "load", "a.csv"), row(2, "revoke", "a.csv"), row(3, "load", "a.csv", attempt="a2")]
    assert fates(rows) == {"a.csv": "already published"}
    assert plan("globex", "orders", rows).replay() == ()


def test_a_swept_attempt_says_nothing_about_an_object():
    """Its rows never counted."""
    assert fates([row(1, "load", "a.csv"), row(2, "sweep", "a.csv", attempt="a9")]) == {"a.csv": "already published"}
