"""The lease: one at a time, a dead holder's is taken over, and who lost it is told."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from threading import Event, Thread
from unittest.mock import Mock

import pytest
from sqlalchemy import func, text
from sqlalchemy.exc import OperationalError

from pipeline.apply import lease
from pipeline.apply.records import leases
from pipeline.errors import Busy
from pipeline.observe import store

GLOBEX = ("globex", "staging")
SINCE = "2026-01-01T10:00:00+00:00"
ELSEWHERE = {"host": "runner-7", "boot": "", "pid": 1, "started": "1", "since": SINCE}


def holder(engine):
    with engine.connect() as connection:
        return connection.execute(leases.select()).one()


def give(engine, to, *, age_s=0):
    """As if this holder had taken the lease so long ago."""
    with engine.begin() as connection:
        aged = func.now() - text(f"interval '{age_s} seconds'")
        values = {"tenant": "globex", "environment": "staging", "token": 7, "holder": to, "heartbeat": aged}
        connection.execute(leases.insert().values(values))


def test_a_second_holder_is_turned_away(engine):
    """The refusal names the process that works there."""
    with lease.held(engine, *GLOBEX), pytest.raises(Busy, match=f"process {os.getpid()} "), lease.held(engine, *GLOBEX):
        pass


def test_of_two_at_once_one_gets_it(engine):
    """Also when both are threads of one process, as `acme apply` works."""
    inside, leave, refused = Event(), Event(), []

    def first():
        with lease.held(engine, *GLOBEX):
            inside.set()
            leave.wait(10)

    thread = Thread(target=first)
    thread.start()
    assert inside.wait(10)
    try:
        with lease.held(engine, *GLOBEX):
            pass
    except Busy as error:
        refused.append(error)
    leave.set()
    thread.join()
    assert len(refused) == 1


def test_other_tenants_and_environments_have_their_own(engine):
    """Nobody waits for a neighbour."""
    with (
        lease.held(engine, *GLOBEX),
        lease.held(engine, "initech", "staging"),
        lease.held(engine, "globex", "production"),
    ):
        pass


def test_it_is_free_again_after_success_and_after_failure(engine):
    """Its token has grown each time."""
    with lease.held(engine, *GLOBEX) as first:
        pass
    with pytest.raises(ValueError, match="oops"), lease.held(engine, *GLOBEX):
        raise ValueError("oops")
    with lease.held(engine, *GLOBEX) as third:
        assert third.token == first.token + 2
    assert holder(engine).holder is None


def test_a_dead_process_loses_it_at_once(engine):
    """A process of this machine that is gone holds nothing."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        there = {**lease.this_process(), "pid": process.pid, "started": lease.started_at(process.pid), "since": SINCE}
        give(engine, there)
        with pytest.raises(Busy), lease.held(engine, *GLOBEX):
            pass
        process.kill()
    with lease.held(engine, *GLOBEX) as taken:
        assert taken.token == 8


def test_who_takes_over_learns_since_when_the_dead_one_worked(engine):
    """What it began since then may be half done. A holder that let go leaves nothing to look for."""
    give(engine, {**lease.this_process(), "started": "1", "since": SINCE})
    with lease.held(engine, *GLOBEX) as taken:
        assert taken.killed == datetime.fromisoformat(SINCE)
        assert holder(engine).holder["since"] == SINCE  # killed too, it hands on what it has not looked for yet
    with lease.held(engine, *GLOBEX) as later:
        assert later.killed is None


def test_an_older_lease_that_does_not_say_since_when_is_taken_for_the_longest(engine):
    """It was written before leases said so, and its holder died: what it began is still looked for."""
    give(engine, {**{key: value for key, value in ELSEWHERE.items() if key != "since"}}, age_s=lease.FOREIGN_S + 60)
    beaten = holder(engine).heartbeat
    with lease.held(engine, *GLOBEX) as taken:
        assert taken.killed == beaten - lease.LONGEST


def test_who_fails_leaves_word_of_what_may_be_half_done(engine):
    """Whether it had taken over itself or not; what was settled in between need not be looked for again."""
    give(engine, {**lease.this_process(), "started": "1", "since": SINCE})
    with pytest.raises(ValueError, match="oops"), lease.held(engine, *GLOBEX):
        raise ValueError("oops")  # before it looked
    assert holder(engine).holder == {"since": SINCE}
    with pytest.raises(ValueError, match="oops"), lease.held(engine, *GLOBEX) as second:
        assert second.killed == datetime.fromisoformat(SINCE)
        second.settled()
        raise ValueError("oops")
    with lease.held(engine, *GLOBEX) as third:
        assert third.killed == second.since > datetime.fromisoformat(SINCE)
    assert holder(engine).holder is None


def test_a_process_that_got_a_dead_ones_number_is_not_it(engine):
    """Pid alone would say that the holder lives for ever."""
    give(engine, {**lease.this_process(), "started": "1", "since": SINCE})
    with lease.held(engine, *GLOBEX):
        pass


@pytest.mark.parametrize(("age_s", "taken"), [(lease.FOREIGN_S - 60, False), (lease.FOREIGN_S + 60, True)])
def test_a_holder_elsewhere_is_dead_when_its_session_must_have_ended(engine, age_s, taken):
    """Of another machine only the heartbeat is known."""
    give(engine, ELSEWHERE, age_s=age_s)
    try:
        with lease.held(engine, *GLOBEX):
            pass
    except Busy:
        assert not taken
    else:
        assert taken


def test_the_heartbeat_keeps_it_fresh(engine, monkeypatch):
    """Somebody elsewhere sees that the holder lives."""
    monkeypatch.setattr(lease, "HEARTBEAT_S", 0.05)
    with lease.held(engine, *GLOBEX):
        before, deadline = holder(engine).heartbeat, Event()
        for _ in range(200):
            if holder(engine).heartbeat > before:
                return
            deadline.wait(0.05)
    pytest.fail("no beat within ten seconds")


def test_who_hears_nothing_of_the_records_for_long_ends_its_engine(engine, monkeypatch):
    """Before anybody else may take the lease; a short silence ends nothing."""
    assert lease.CUT_OFF_S + 2 * store.STATEMENT_TIMEOUT_MS / 1000 < lease.FOREIGN_S
    monkeypatch.setattr(lease, "HEARTBEAT_S", 0.05)
    with lease.held(engine, *GLOBEX) as mine:
        monkeypatch.setattr(mine, "check", Mock(side_effect=OperationalError("", {}, ValueError())))
        assert not mine.cut.wait(0.3)
        monkeypatch.setattr(lease, "CUT_OFF_S", 0.1)
        assert mine.cut.wait(10)


def test_who_lost_the_lease_must_not_go_on(engine, monkeypatch):
    """`check` asks the records themselves, not the last beat; its engine ends, and what was lost is not given back."""
    monkeypatch.setattr(lease, "HEARTBEAT_S", 0.05)
    with lease.held(engine, *GLOBEX) as mine:
        mine.check()
        with engine.begin() as connection:
            connection.execute(leases.update().values(token=leases.c.token + 1, holder=ELSEWHERE))
        with pytest.raises(Busy, match="taken over"):
            mine.check()
        assert mine.cut.wait(10)
    assert holder(engine).holder == ELSEWHERE
