"""What readers see, by write mode."""

from pipeline.publish import revoke
from pipeline.publish.fence import Kind
from pipeline.release import Column, Contract
from tests.warehouse import landed, orders

VERSIONED = Contract(
    "1.0.0",
    (
        Column("id", "NUMBER(38,0)", "integer", required=True, key=1),
        Column("revision", "NUMBER(3,0)", "integer"),
        Column("val", "VARCHAR(16)", "string"),
    ),
)


def test_append_shows_every_live_object(store):
    """Rows of all live objects, equal ones as often as they were sent."""
    one = store()
    one.publish(landed("a.csv"), landed("b.csv"))
    assert one.visible() == [(1, 10), (1, 10), (2, 20), (2, 20)]


def test_replace_shows_the_newest_live_object(store):
    """Only the rows of the object that was published last."""
    one = store(orders(write="replace"))
    one.publish(landed("a.csv"))
    one.publish(landed("b.csv"), rows={"b.csv": [(7, 70)]})
    assert one.visible() == [(7, 70)]


def test_merge_shows_the_highest_version_whatever_comes_late(store):
    """A late object with an older revision adds its new keys and overwrites nothing."""
    one = store(orders(write="merge", version=("revision",), contract=VERSIONED))
    one.publish(landed("new.csv"), rows={"new.csv": [(1, 3, "third"), (2, 1, "only")]})
    one.publish(landed("late.csv"), rows={"late.csv": [(1, 2, "second"), (3, 1, "late key")]})
    assert one.visible() == [(1, 3, "third"), (2, 1, "only"), (3, 1, "late key")]


def test_merge_takes_the_later_object_where_versions_are_equal(store):
    """Then seq, then row; a row without a version loses to one with it."""
    one = store(orders(write="merge", version=("revision",), contract=VERSIONED))
    one.publish(landed("a.csv"), rows={"a.csv": [(1, 1, "a"), (2, 1, "a"), (3, 1, "first"), (3, 1, "second")]})
    one.publish(landed("b.csv"), rows={"b.csv": [(1, 1, "b"), (2, None, "b")]})
    assert one.visible() == [(1, 1, "b"), (2, 1, "a"), (3, 1, "second")]


def test_a_replaced_name_shows_its_newest_bytes(store):
    """`same_name: replace`: the correction's rows show, the corrected ones do not."""
    one = store(orders(same_name="replace"))
    one.publish(landed("a.csv", "one"))
    assert one.publish(landed("a.csv", "two"), rows={"a.csv": [(1, 99)]}).kind is Kind.PUBLISHED
    assert one.visible() == [(1, 99)]


def test_an_overwritten_name_is_a_new_object_each_time(store):
    """`same_name: new`: the rows of all its contents show."""
    one = store(orders(same_name="new"))
    one.publish(landed("a.csv", "one"))
    one.publish(landed("a.csv", "two"), rows={"a.csv": [(3, 30)]})
    assert one.visible() == [(1, 10), (2, 20), (3, 30)]


def test_rows_of_a_lost_race_never_show(store):
    """Two attempts at one object: the rows of one show."""
    one = store()
    first, second = one.candidate(landed("a.csv")), one.candidate(landed("a.csv"))
    from pipeline.publish.fence import settle

    assert [settle(c, one.connect).kind for c in (second, first)] == [Kind.PUBLISHED, Kind.ALREADY_PUBLISHED]
    assert len(one.visible()) == 2


def test_a_snapshot_that_changes_back_is_seen_again(store):
    """One name, overwritten: A, B, A. Readers see A; revoked, they see B again."""
    one = store(orders(write="replace", same_name="new"))
    rows = {"A": [(1, 1)], "B": [(1, 1), (2, 2)]}
    for text in ("A", "B", "A"):
        assert one.publish(landed("orders.csv", text), rows={"orders.csv": rows[text]}).kind is Kind.PUBLISHED
        assert one.visible() == rows[text]
    assert one.publish(landed("orders.csv", "A"), rows={"orders.csv": rows["A"]}).kind is Kind.ALREADY_PUBLISHED
    revoke.take_back(one.session, one.binding(), [3])
    assert one.visible() == rows["B"]
