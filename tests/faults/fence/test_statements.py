"""Each statement of a publish fails in each way that a statement can: what the run then says is true, nothing counts twice."""

import threading

import pytest

from pipeline.errors import Busy, Unreachable
from pipeline.publish import fence, ledger
from pipeline.publish.fence import Kind, settle
from pipeline.warehouse import Session
from tests.warehouse import landed, orders

PROTOCOL = (
    "BEGIN TRANSACTION",
    "UPDATE {mutex} SET n = n + 1 WHERE k = 1",
    "SELECT CURRENT_TRANSACTION(), e.newest, l.*",
    "INSERT INTO {ledger} (",
    "SELECT CURRENT_TRANSACTION()",
    "COMMIT",
    "SELECT 1 FROM {ledger} WHERE seq = ",
)


class Gone(BaseException):
    """The worker's process has died."""


class Spoilt(Session):
    """A publisher's session in which something happens at one statement, once. Remembers what was said."""

    def __init__(self, store, tag, trouble=None, at=None):
        super().__init__(store.connect(tag)._connection, autocommit=False)
        self.store, self.tag, self.trouble, self.at, self.said = store, tag, trouble, at, []

    def execute(self, sql, params=None):
        return self._meet(sql, lambda: super(Spoilt, self).execute(sql, params))

    def rows(self, sql, params=None):
        return self._meet(sql, lambda: super(Spoilt, self).rows(sql, params))

    def _meet(self, sql, run):
        self.said.append(sql)
        if len(self.said) - 1 != self.at:
            return run()
        return self.trouble(self, run)


def aborts(session, run):
    """The server ends the transaction just before the statement."""
    session.store.server_aborts(session.tag)
    return run()


def ends(session, run):
    """The server ends the whole session."""
    session.store.server_ends(session.tag)
    return run()


def goes_unanswered(_, run):
    """The statement runs, and the client never hears of it."""
    run()
    raise Unreachable("the connection was reset.")


def takes_too_long(session, run):
    """The server's statement time-out."""
    session.store.world.trouble(match="", tag=session.tag, number="630")
    return run()


def kills(_, run):
    """The statement runs, and the process dies."""
    run()
    raise Gone


@pytest.fixture
def at_once(monkeypatch):
    """No waiting between two tries."""
    monkeypatch.setattr(fence, "FIRST_WAIT_S", 0.0)


def test_a_publish_is_seven_round_trips(store):
    """In this order: nothing is asked before the mutex, nothing is written before the answers, and then all is looked up."""
    one = store()
    session = Spoilt(one, "calm")
    assert settle(one.candidate(landed("a.csv")), lambda: session).kind is Kind.PUBLISHED
    names = {"mutex": one.tables.mutex, "ledger": one.tables.ledger}
    assert len(session.said) == len(PROTOCOL)
    for said, expected in zip(session.said, PROTOCOL, strict=True):
        assert said.startswith(expected.format(**names))


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("trouble", "statements"),
    [(aborts, range(7)), (goes_unanswered, range(7)), (ends, (2, 5)), (takes_too_long, (1, 5))],
)
def test_whatever_happens_at_whichever_statement_the_object_counts_once(store, trouble, statements):
    """The same attempt tries again by itself, says published, and shows the receipt that stands in the ledger."""
    one = store()
    for at in statements:
        candidate = one.candidate(landed(f"{at}.csv"), rows={f"{at}.csv": [(at, at)]})
        spoilt = [Spoilt(one, f"{trouble.__name__}-{at}", trouble, at)]
        outcome = settle(candidate, lambda s=spoilt: s.pop() if s else one.connect())
        assert outcome.kind is Kind.PUBLISHED, (trouble.__name__, at)
        standing = {row.hash for row in ledger.read(one.session, one.tables)}
        assert {receipt["hash"] for receipt in outcome.receipts} <= standing
    assert one.visible() == [(n, n) for n in statements]
    assert one.chain() == []
    assert len(ledger.read(one.session, one.tables)) == len(statements)


def test_a_worker_that_dies_at_whichever_statement_is_followed_by_the_next(store):
    """Once the server has ended its session, another attempt goes on: published, or already published where it came so far."""
    one = store()
    for at in range(len(PROTOCOL)):
        rows = {f"{at}.csv": [(at, at)]}
        spoilt = Spoilt(one, f"kills-{at}", kills, at)
        with pytest.raises(Gone):
            settle(one.candidate(landed(f"{at}.csv"), rows=rows), lambda s=spoilt: s)
        committed = PROTOCOL[at].startswith("COMMIT") or at == len(PROTOCOL) - 1
        expected = Kind.ALREADY_PUBLISHED if committed else Kind.PUBLISHED
        assert one.publish(landed(f"{at}.csv"), rows=rows).kind is expected
    assert one.visible() == [(n, n) for n in range(len(PROTOCOL))]
    assert one.chain() == []


@pytest.mark.usefixtures("at_once")
def test_a_late_worker_is_turned_away_however_far_it_has_come(store):
    """A deployment lands before each statement until the mutex is taken; after that it has to wait for the worker."""
    one = store()
    for at in range(2):
        spoilt = [Spoilt(one, "late", lambda s, run: s.store.deploy() and run(), at)]
        candidate = one.candidate(landed(f"{at}.csv"))
        assert settle(candidate, lambda s=spoilt: s.pop() if s else one.connect()).kind is Kind.SUPERSEDED
    landing = []

    def deploys(session, run):
        landing.append(threading.Thread(target=session.store.deploy))
        landing[0].start()
        landing[0].join(timeout=0.3)
        assert landing[0].is_alive(), "the deployment did not wait for the mutex"
        return run()

    live, session = one.epoch, Spoilt(one, "holder", deploys, 3)
    assert settle(one.candidate(landed("in time.csv")), lambda: session).kind is Kind.PUBLISHED
    landing[0].join(timeout=20)
    assert one.epoch == live + 1
    assert [row.source_key for row in ledger.read(one.session, one.tables)] == ["in time.csv"]


@pytest.mark.usefixtures("at_once")
def test_a_server_that_never_lets_it_commit_is_told_as_busy(store):
    """Every try is aborted before COMMIT: nothing is published, nothing is said to be."""
    one = store()
    candidate = one.candidate(landed("a.csv"))
    with pytest.raises(Busy, match="nothing was committed"):
        settle(candidate, lambda: Spoilt(one, "never", aborts, PROTOCOL.index("COMMIT")))
    assert ledger.read(one.session, one.tables) == []
    assert one.visible() == []


def test_two_runs_at_once_share_what_there_is(store):
    """Two runs that land overlapping objects at the same time: each object is published by one of them."""
    one = store(orders(same_bytes="skip"))
    keys = [f"{n}.csv" for n in range(4)]
    outcomes, ready = {}, threading.Barrier(2)

    def work(name, mine):
        candidate = one.candidate(*map(landed, mine), rows={key: [(keys.index(key), 1)] for key in mine})
        ready.wait(timeout=30)
        outcomes[name] = settle(candidate, one.connect)

    threads = [
        threading.Thread(target=work, args=("first", keys[:3])),
        threading.Thread(target=work, args=("second", keys[1:])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    published = [key for done in outcomes.values() for key, said in done.objects.items() if said == "published"]
    assert sorted(published) == keys
    assert one.visible() == [(n, 1) for n in range(4)]
