"""Schedules: what is one, and how `H` is picked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec import cron


@pytest.mark.parametrize(
    "text", ["H * * * *", "H H * * *", "*/15 * * * *", "0 6-18/2 1,15 * *", "0 0 29 2 *", "0 0 31 2 1", "5 4 * * 0"]
)
def test_schedules_that_are_good(text):
    """Numbers, lists, ranges, steps and H; a weekday saves a day that never comes."""
    assert cron.why_refused(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "*/0 * * * *",
        "5-1 * * * *",
        "* * H * *",
        "H/5 * * * *",
        "@daily",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "1,,2 * * * *",
        "MON * * * *",
        "*  * * * *",
        "* * * * *\n",
    ],
)
def test_schedules_that_are_refused(text):
    """Out of range, never due, or of another dialect: each with its reason."""
    assert cron.why_refused(text).endswith(".")


@given(st.text(max_size=12), st.text(max_size=12))
def test_h_is_a_good_number_and_always_the_same(tenant, pipeline):
    """Picked by tenant, pipeline and field alone."""
    resolved = cron.resolved("H H * * *", tenant, pipeline)
    assert cron.why_refused(resolved) == ""
    assert resolved == cron.resolved("H H * * *", tenant, pipeline)
    assert cron.resolved("H 3 * * *", tenant, pipeline).split()[:2] == [resolved.split()[0], "3"]


def test_h_spreads_pipelines_over_the_hour():
    """1,200 tenants do not start in one minute."""
    minutes = [cron.resolved("H * * * *", f"tenant{number}", "orders").split()[0] for number in range(1200)]
    assert len(set(minutes)) == 60
    assert max(minutes.count(minute) for minute in set(minutes)) < 50


@pytest.mark.parametrize(
    ("schedule", "shortest", "longest"),
    [
        ("5 * * * *", 60, 60),
        ("0,50 * * * *", 10, 50),
        ("5 4 * * *", 1440, 1440),
        ("0 3 * * 1-5", 1440, 3 * 1440),
        ("0 0 1,15 * *", 14 * 1440, 17 * 1440),
        ("0 0 1 * 1", 1440, 7 * 1440),
        ("0 0 29 2 *", 1461 * 1440, 1461 * 1440),
    ],
)
def test_the_time_between_two_starts(schedule, shortest, longest):
    """In minutes, over four years, so that every month, weekday and leap day is in it."""
    assert cron.gaps(schedule) == (shortest, longest)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("@daily", "H H * * *"),
        ("0 3 * * MON", "0 3 * * 1"),
        ("0 3 * JAN-MAR 7", "0 3 * 1-3 0"),
        ("0  3 ? * *", "0 3 * * *"),
        ("0 0 12 * * ?", None),
        ("0 0 30 2 *", None),
        ("H * * * *", None),
    ],
)
def test_another_dialect_is_understood_where_it_can_be(written, meant):
    """For the fix of a refused schedule; a good one is left as it is."""
    assert cron.meant(written) == meant
