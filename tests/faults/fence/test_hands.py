"""What people do to a pipeline by hand, and deployments that die half way: found out before anything counts."""

import pytest

from pipeline.errors import Busy, Conflict
from pipeline.publish import ledger, revoke, schema
from pipeline.publish.epoch import raise_epochs
from pipeline.publish.fence import Kind, settle
from tests.warehouse import landed


@pytest.mark.parametrize(
    ("change", "chain_tells"),
    [
        ("UPDATE {ledger} SET rows_loaded = 1 WHERE seq = 2", True),
        ("UPDATE {ledger} SET kind = 'load' WHERE seq = 3", True),
        ("DELETE FROM {ledger} WHERE seq = 2", True),
        ("INSERT INTO {ledger} SELECT * FROM {ledger} WHERE seq = 3", True),
        (
            "DELETE FROM {ledger} WHERE seq = 3",
            False,
        ),  # without its end a chain is whole: who remembers the end misses it
    ],
)
def test_a_ledger_that_was_changed_by_hand_stops_its_pipeline(store, change, chain_tells):
    """A count, a kind, one in the middle gone, the newest twice or gone: whoever stands on it is refused, and writes nothing."""
    one = store()
    begun = [one.candidate(landed("early.csv"))]
    one.publish(landed("a.csv"))
    one.publish(landed("b.csv"))
    revoke.take_back(one.session, one.binding(), [1])
    begun.append(one.candidate(landed("late.csv")))
    one.session.execute(change.format(ledger=one.tables.ledger))
    standing = len(ledger.read(one.session, one.tables))
    with pytest.raises(Conflict, match="changed the ledger by hand"):
        settle(begun[0 if chain_tells else 1], one.connect)
    assert len(ledger.read(one.session, one.tables)) == standing
    assert bool(one.chain()) is chain_tells


def test_a_pipeline_that_is_retired_and_revived_loads_nothing_twice(store):
    """Its removal raises the epoch, so late workers are turned away; back again, it still knows what is live."""
    one = store()
    one.publish(landed("a.csv"))
    late = one.candidate(landed("b.csv"))
    one.deploy("removal")
    assert settle(late, one.connect).kind is Kind.SUPERSEDED
    one.build()
    one.deploy("revival")
    assert settle(late, one.connect).kind is Kind.SUPERSEDED
    assert one.publish(landed("a.csv")).kind is Kind.ALREADY_PUBLISHED
    assert one.publish(landed("b.csv"), rows={"b.csv": [(3, 30)]}).kind is Kind.PUBLISHED
    assert one.visible() == [(1, 10), (2, 20), (3, 30)]


class Dies(Exception):
    """The deployer is gone."""


@pytest.mark.parametrize("left", [1, 5, 6, 12])
def test_tables_and_views_that_were_made_by_halves_are_made_whole_by_the_next(store, monkeypatch, left):
    """Killed after the first table, before the mutex has its row, after it, between the view and its grant."""
    one = store()
    for kind in ("VIEW", "TABLE"):
        for name in [one.tables.view] if kind == "VIEW" else [one.tables.rows, one.tables.mutex, one.tables.ledger]:
            one.session.execute(f"DROP {kind} {name}")
    execute, ran = one.session.execute, []

    def dying(sql, params=None):
        if len(ran) == left:
            raise Dies
        ran.append(sql)
        return execute(sql, params)

    monkeypatch.setattr(one.session, "execute", dying)
    with pytest.raises(Dies):
        schema.build(one.session, one.place, one.tenant, [one.pipeline])
    monkeypatch.setattr(one.session, "execute", execute)
    one.build()
    assert one.publish(landed("a.csv")).kind is Kind.PUBLISHED
    assert one.loader.rows(f"SELECT COUNT(*) FROM {one.tables.view}") == [(2,)]


def test_a_deployment_that_was_not_committed_is_not_said_to_be_live(store, monkeypatch):
    """The server ends its transaction just before COMMIT: the deployer hears of it, and its next try raises the epoch."""
    one = store()
    given = (one.session, one.place, one.tenant, ["orders"])
    execute = one.session.execute
    one.session.execute("ALTER SESSION SET QUERY_TAG = 'deployer'")

    def aborted(sql, params=None):
        if sql == "COMMIT":
            one.server_aborts("deployer")
        return execute(sql, params)

    monkeypatch.setattr(one.session, "execute", aborted)
    with pytest.raises(Busy, match="nothing was committed"):
        raise_epochs(*given, release="r" * 64, deployment="d-2")
    monkeypatch.setattr(one.session, "execute", execute)
    assert raise_epochs(*given, release="r" * 64, deployment="d-2") == {"orders": 2}
    one.session.execute("ALTER SESSION UNSET QUERY_TAG")
