"""Deployments as they are written down: numbers that only grow, and what was tried since the live one."""

from __future__ import annotations

from pipeline.apply import records

GLOBEX = ("globex", "staging")


def test_every_deployment_gets_a_higher_epoch(begun):
    """Failed ones keep theirs: a number is never given out twice."""
    assert [begun(name).epoch for name in ("a", "b", "c")] == [1, 2, 3]


def test_epochs_are_each_tenants_own(begun):
    """A neighbour and the other environment count for themselves."""
    begun("a")
    assert begun("b", tenant="initech").epoch == 1
    assert begun("c", environment="production").epoch == 1


def test_the_live_one_is_the_newest_that_got_there(engine, begun):
    """What failed or was only begun is not live."""
    first, second, third = begun("a"), begun("b"), begun("c")
    records.finish(engine, first, "live")
    records.finish(engine, second, "failed", "the world said no.")
    assert records.last_live(engine, *GLOBEX).id == first.id
    records.finish(engine, third, "live")
    assert records.last_live(engine, *GLOBEX).id == third.id


def test_a_deployment_that_neither_ended_nor_failed_is_unfinished(engine, begun):
    """Only the newest one: an older one was given up."""
    assert records.unfinished(engine, *GLOBEX) is None
    first = begun("a")
    assert records.unfinished(engine, *GLOBEX).id == first.id
    second = begun("b")
    records.finish(engine, second, "live")
    assert records.unfinished(engine, *GLOBEX) is None


def test_what_was_tried_since_the_live_one_is_remembered(engine, begun):
    """It may have left its mark, so it stands beside the live one, newest first."""
    for name in ("old", "live"):
        records.finish(engine, begun(name), "live")
    records.finish(engine, begun("failed"), "failed", "why")
    begun("killed")
    assert [one.id for one in records.standing(engine, *GLOBEX)] == ["killed", "failed", "live"]


def test_before_anything_is_live_all_that_was_tried_stands(engine, begun):
    """A first deployment that was killed counts too."""
    begun("killed")
    assert [one.id for one in records.standing(engine, *GLOBEX)] == ["killed"]


def test_to_finish_twice_keeps_the_first_instant(engine, begun):
    """Said again after a lost answer, the instant at which it became live stays."""
    one = begun("a")
    records.finish(engine, one, "live")
    first = records.last_live(engine, *GLOBEX).live_at
    records.finish(engine, one, "live")
    assert records.last_live(engine, *GLOBEX).live_at == first
