"""Rows that never counted go, and nobody is hurt."""

from datetime import UTC, datetime, timedelta

from pipeline.publish.fence import Kind, settle
from pipeline.publish.sweeper import sweep
from tests.warehouse import landed

NOW = datetime.now(UTC)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


def swept(one, begun_before=LATER):
    return sweep(one.session, one.place, one.tenant, one.pipeline.name, begun_before=begun_before)


def test_only_what_never_published_goes(store):
    """Rows of the lost attempt are deleted, published rows stay, the chain holds."""
    one = store()
    one.publish(landed("a.csv"))
    one.candidate(landed("b.csv"))
    assert swept(one) == 2
    assert one.rows(f"SELECT DISTINCT _object FROM {one.tables.rows}") == [("a.csv",)]
    assert one.visible() == [(1, 10), (2, 20)]
    assert one.chain() == []


def test_young_attempts_are_left_alone(store):
    """What began after the limit may still be at work."""
    one = store()
    one.candidate(landed("b.csv"))
    assert swept(one, EARLIER) == 0


def test_a_swept_attempt_must_load_again(store):
    """It wakes up late, finds its sweep row, and publishes nothing; a new attempt does."""
    one = store()
    late = one.candidate(landed("a.csv"))
    swept(one)
    assert settle(late, one.connect).kind is Kind.SWEPT
    assert one.visible() == []
    assert one.publish(landed("a.csv")).kind is Kind.PUBLISHED


def test_rows_written_after_the_sweep_go_with_the_next(store):
    """A late writer leaves nothing behind for ever."""
    one = store()
    late = one.candidate(landed("a.csv"))
    swept(one)
    one.write(late.attempt.id, "a.csv", [(9, 9)])
    assert swept(one) == 1
    assert one.rows(f"SELECT COUNT(*) FROM {one.tables.rows}") == [(0,)]
