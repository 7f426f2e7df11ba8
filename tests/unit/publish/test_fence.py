"""One object counts once."""

from dataclasses import replace

import pytest

from pipeline.attempt import Fault, ObjectAudit
from pipeline.errors import Conflict, Unreachable
from pipeline.publish import fence, known, revoke
from pipeline.publish.fence import Kind, settle
from tests.warehouse import Sink, landed, orders


def test_rows_show_with_their_ledger_row_and_not_before(store):
    """Rows under an attempt are invisible until its ledger row is committed."""
    one = store()
    candidate = one.candidate(landed("a.csv"))
    assert one.visible() == []
    outcome = settle(candidate, one.connect)
    assert outcome.kind is Kind.PUBLISHED
    assert one.visible() == [(1, 10), (2, 20)]


def test_a_receipt_tells_the_whole_story(store):
    """A receipt has the fixed shape, its counts and its place in the chain."""
    one = store()
    (receipt,) = one.publish(landed("a.csv", watermark="2026")).receipts
    assert set(receipt) == {
        "tenant", "environment", "pipeline", "kind", "seq", "source_key", "content_sha256", "files", "rows", "release",
        "runtime", "deployment", "epoch", "run", "attempt", "policy_bundle", "at", "previous", "hash",
    }  # fmt: skip
    assert receipt["rows"] == {"source": 2, "loaded": 2, "quarantined": 0, "filtered": 0, "written": 2}
    assert (receipt["seq"], receipt["epoch"], receipt["previous"]) == (1, 1, "0" * 64)


def test_the_same_object_again_is_already_published(store):
    """A second attempt at a live object succeeds and changes nothing."""
    one = store()
    one.publish(landed("a.csv"))
    assert one.publish(landed("a.csv")).kind is Kind.ALREADY_PUBLISHED
    assert len(one.visible()) == 2


def test_the_same_attempt_again_is_already_published(store):
    """A retry of publish itself finds its own rows."""
    one = store()
    candidate = one.candidate(landed("a.csv"))
    settle(candidate, one.connect)
    again = settle(candidate, one.connect)
    assert again.kind is Kind.ALREADY_PUBLISHED
    assert again.receipts[0]["attempt"] == candidate.attempt.id


def test_a_newer_epoch_turns_the_run_away(store):
    """A run that read an older epoch ends as superseded, whatever it loaded."""
    one = store()
    candidate = one.candidate(landed("a.csv"))
    one.deploy()
    assert settle(candidate, one.connect).kind is Kind.SUPERSEDED
    assert one.visible() == []


def test_a_run_with_no_object_found_nothing_new(store):
    """An empty manifest succeeds without a receipt."""
    outcome = store().publish()
    assert (outcome.kind, outcome.receipts) == (Kind.NOTHING_NEW, ())


def test_a_held_object_waits_and_its_siblings_are_published(store):
    """What verify refused is named with its reasons; the good object of the same run is published."""
    one = store()
    good, bad = landed("good.csv"), landed("bad.csv")
    candidate = one.candidate(good, bad, rows={"bad.csv": [(3, 30)]})
    fault = Fault("load", "quality", "no row may be 30.", 1)
    audit = replace(candidate.audit, objects=(ObjectAudit("good.csv"), ObjectAudit("bad.csv", (fault,))))
    outcome = settle(replace(candidate, audit=audit), one.connect)
    assert (outcome.kind, outcome.held) == (Kind.PUBLISHED, {"bad.csv": [fault]})
    assert one.visible() == [(1, 10), (2, 20)]


def test_a_superseded_run_does_not_say_that_it_is_held(store):
    """A run of a bad release that was rolled back is superseded even where its audit refused it."""
    one = store()
    candidate = one.candidate(landed("a.csv"))
    refused = replace(candidate.audit, objects=(ObjectAudit("a.csv", (Fault("load", "quality", "bad."),)),))
    assert settle(replace(candidate, audit=refused), one.connect).kind is Kind.HELD
    one.deploy()
    assert settle(replace(candidate, audit=refused), one.connect).kind is Kind.SUPERSEDED


def test_a_commit_whose_answer_was_lost_is_looked_up(store):
    """The connection breaks after COMMIT reached the server: the next try finds the row and says published."""
    one = store()
    candidate = one.candidate(landed("a.csv"))

    class Cut:
        """A session whose COMMIT is heard and never answered."""

        def __init__(self, inner):
            self.inner = inner
            inner.execute, self.run = self.execute, inner.execute

        def execute(self, sql, params=None):
            done = self.run(sql, params)
            if sql == "COMMIT":
                raise Unreachable("the connection was reset.")
            return done

    opened = []

    def connect():
        opened.append(one.connect())
        if len(opened) == 1:
            Cut(opened[0])
        return opened[0] if len(opened) == 1 else opened[-1]

    outcome = settle(candidate, connect)
    assert len(opened) == 2
    assert outcome.kind is Kind.PUBLISHED
    assert len(one.visible()) == 2
    assert len(outcome.receipts) == 1


def test_revoke_shows_the_older_truth(store):
    """Merge: the newer object's values go, the older object's values show again at once."""
    one = store(orders(write="merge"))
    one.publish(landed("a.csv"))
    one.publish(landed("b.csv"), rows={"b.csv": [(1, 11)]})
    assert one.visible() == [(1, 11), (2, 20)]
    row = revoke.live(one.session, one.tables, one.pipeline)[-1]
    revoke.take_back(one.session, one.binding(), [row.seq])
    assert one.visible() == [(1, 10), (2, 20)]
    assert one.chain() == []


def test_replay_after_revoke_counts_once(store):
    """A new attempt over the same manifest publishes what was taken back; another one finds it live."""
    one = store()
    manifest_object = landed("a.csv")
    one.publish(manifest_object)
    revoke.take_back(one.session, one.binding(), [1])
    assert one.visible() == []
    assert one.publish(manifest_object).kind is Kind.PUBLISHED
    assert one.publish(manifest_object).kind is Kind.ALREADY_PUBLISHED
    assert len(one.visible()) == 2


def test_a_late_attempt_does_not_undo_a_revoke(store):
    """An attempt that began before a revoke cannot bring back what a person took back."""
    one = store()
    late = one.candidate(landed("a.csv"))
    one.publish(landed("a.csv"))
    revoke.take_back(one.session, one.binding(), [1])
    assert settle(late, one.connect).kind is Kind.SUPERSEDED
    assert one.visible() == []


def test_revoke_takes_only_what_is_live(store):
    """A row that is gone, and a binding to an older epoch, are refused; nothing is appended."""
    one = store()
    one.publish(landed("a.csv"))
    revoke.take_back(one.session, one.binding(), [1])
    with pytest.raises(Conflict, match="row 1 is not live any more"):
        revoke.take_back(one.session, one.binding(), [1])
    one.publish(landed("b.csv"))
    old = one.binding()
    one.deploy()
    with pytest.raises(Conflict, match="a newer deployment is live"):
        revoke.take_back(one.session, old, [3])
    assert len(one.visible()) == 2


def test_known_tells_a_run_what_it_need_not_land(store):
    """Live contents by name, contents taken back, and the watermark of what is live."""
    one = store()
    a, b = landed("a.csv", watermark="1"), landed("b.csv", watermark="2")
    one.publish(a)
    one.publish(b)
    seen = known.known(one.session, one.place, one.tenant, one.pipeline)
    assert seen.live == {"a.csv": a.content_sha256, "b.csv": b.content_sha256}
    assert (seen.watermark, seen.newest) == ("2", b.content_sha256)
    revoke.take_back(one.session, one.binding(), [2])
    seen = known.known(one.session, one.place, one.tenant, one.pipeline)
    assert (seen.watermark, seen.revoked) == ("1", {("b.csv", b.content_sha256)})


def test_events_tell_each_object_and_the_run(store, monkeypatch):
    """One event an object and one for the run; the same outcome again has the same ids."""
    one, sink = store(), Sink()
    candidate = one.candidate(landed("a.csv"))
    monkeypatch.setattr(fence, "session", lambda *_, **__: one.connect())
    given = (candidate.binding, candidate.manifest, candidate.attempt, candidate.audit, None, sink)
    fence.publish(*given)
    assert sink.names() == ["publish.object.published", "publish.run.published"]
    fence.publish(*given)
    assert sink.names()[3] == "publish.run.already_published"
    assert sink.events[0].id == sink.events[2].id
