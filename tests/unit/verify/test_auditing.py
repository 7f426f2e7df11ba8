"""The attempt's rows are audited before anyone sees them."""

from dataclasses import replace

import pytest

from pipeline.attempt import Attempt, Counts
from pipeline.publish.fence import Kind
from pipeline.release import Check, Column, Contract
from tests.warehouse import landed, orders

NO_NEGATIVE = Check(
    "sql", "mustBe", "0", query="SELECT COUNT(*) FROM orders WHERE val < 0", description="no value is negative"
)


def contract(*checks, unique=False, key=1):
    columns = (
        Column("id", "NUMBER(38,0)", "integer", required=True, key=key),
        Column("val", "NUMBER(38,0)", "integer", unique=unique),
    )
    return Contract("1.0.0", columns, checks)


def audited(one, rows, **changes):
    """{source key: [what]} of an attempt with these rows an object."""
    attempt, _ = one.attempt(*[landed(key) for key in rows], rows=rows)
    audit = one.verify(replace(attempt, **changes))
    return {entry.source_key: [(fault.cause, fault.what) for fault in entry.faults] for entry in audit.objects}


def test_good_rows_pass(store):
    """No fault, whatever the contract asks for."""
    one = store(orders(contract=contract(NO_NEGATIVE, Check("rowCount", "mustBeGreaterThan", "0"), unique=True)))
    assert audited(one, {"a.csv": [(1, 10), (2, 20)]}) == {"a.csv": []}


def test_every_fault_is_told(store):
    """Not only the first: a key twice, a value twice, a SQL rule, a row count."""
    checks = (NO_NEGATIVE, Check("rowCount", "mustBeLessThan", "2"))
    one = store(orders(contract=contract(*checks, unique=True)))
    found = audited(one, {"a.csv": [(1, -1), (1, -1)]})
    assert found["a.csv"] == [
        ("duplicate", "1 values of `id` stand more than once."),
        ("duplicate", "1 values of `val` stand more than once."),
        ("quality", "no value is negative: found 2, mustBe 0."),
        ("quality", "rowCount: found 2, mustBeLessThan 2."),
    ]


def test_the_guilty_object_is_named_and_its_sibling_passes(store):
    """A rule that one object breaks alone holds that object only."""
    one = store(orders(contract=contract(NO_NEGATIVE)))
    found = audited(one, {"bad.csv": [(1, -1)], "good.csv": [(2, 2)]})
    assert found["good.csv"] == []
    assert [cause for cause, _ in found["bad.csv"]] == ["quality"]


def test_objects_that_break_a_rule_only_together_all_wait(store):
    """Append: one key in two objects of an attempt."""
    found = audited(store(), {"a.csv": [(1, 1)], "b.csv": [(1, 2)]})
    assert [cause for faults in found.values() for cause, _ in faults] == ["duplicate", "duplicate"]


def test_merge_asks_what_readers_would_see(store):
    """A SQL rule over the merged table: a late bad revision of a row that stays hidden does no harm, a new one does."""
    columns = (
        Column("id", "NUMBER(38,0)", "integer", key=1),
        Column("revision", "NUMBER(3,0)", "integer"),
        Column("val", "NUMBER(38,0)", "integer"),
    )
    one = store(orders(write="merge", version=("revision",), contract=Contract("1.0.0", columns, (NO_NEGATIVE,))))
    one.publish(landed("a.csv"), rows={"a.csv": [(1, 5, 10)]})
    assert audited(one, {"late.csv": [(1, 4, -1)]}) == {"late.csv": []}
    assert [cause for cause, _ in audited(one, {"new.csv": [(1, 6, -1)]})["new.csv"]] == ["quality"]
    assert audited(one, {"twice.csv": [(2, 1, 1), (2, 2, 1)]}) == {"twice.csv": []}
    assert [cause for cause, _ in audited(one, {"twin.csv": [(2, 1, 1), (2, 1, 1)]})["twin.csv"]] == ["duplicate"]


@pytest.mark.parametrize(
    ("check", "rows", "passes"),
    [
        (Check("nullValues", "mustBeLessThan", "2", "val"), [(1, None), (2, 1)], True),
        (Check("nullValues", "mustBeLessThan", "2", "val"), [(1, None), (2, None)], False),
        (Check("invalidValues", "mustBeLessOrEqualTo", "1", "val", {"validValues": [1, 2]}), [(1, 3), (2, 1)], True),
        (Check("invalidValues", "mustBeLessOrEqualTo", "1", "val", {"validValues": [1, 2]}), [(1, 3), (2, 4)], False),
        (Check("duplicateValues", "mustBe", "0", "val"), [(1, 1), (2, 1)], False),
        (Check("duplicateValues", "mustBe", "0", None, {"properties": ["id", "val"]}), [(1, 1), (2, 1)], True),
        (Check("rowCount", "mustNotBe", "2"), [(1, 1), (2, 1)], False),
        (Check("sql", "mustBe", "5", query="WITH o AS (SELECT * FROM orders) SELECT SUM(val) FROM o"), [(1, 2), (2, 3)], True),
        (Check("sql", "mustBe", "0", query="SELECT SUM(val) FROM orders WHERE id = 99"), [(1, 2)], True),
    ],
)  # fmt: skip
def test_each_metric_counts_what_it_says(store, check, rows, passes):
    """Library metrics and SQL, with every comparison."""
    found = audited(store(orders(contract=contract(check))), {"a.csv": rows})
    assert (found["a.csv"] == []) is passes


def test_rows_of_other_attempts_do_not_matter(store):
    """Exactly the rows of the attempt: a lost attempt's rows neither help nor hurt."""
    one = store(orders(contract=contract(NO_NEGATIVE)))
    one.attempt(landed("a.csv"), rows={"a.csv": [(1, -1)]})
    assert audited(one, {"a.csv": [(1, 1)]}) == {"a.csv": []}


@pytest.mark.parametrize(
    ("kind", "counts", "standing", "passes"),
    [
        ("one_to_one", Counts(2, 2, 0, 0, 2), 2, True),
        ("one_to_one", Counts(3, 2, 0, 0, 2), 2, False),  # a row that nobody speaks of
        ("one_to_one", Counts(2, 2, 0, 0, 2), 1, False),  # a row that was written and is not there
        ("filters", Counts(3, 2, 0, 1, 2), 2, True),
        ("filters", Counts(2, 3, 0, -1, 3), 3, False),  # more came out than went in
        ("aggregates", Counts(5, 5, 0, 0, 2), 2, True),
        ("aggregates", Counts(1, 1, 0, 0, 2), 2, False),
        ("explodes", Counts(1, 1, 0, 0, 3), 3, True),
    ],
)
def test_conservation_by_kind(store, kind, counts, standing, passes):
    """source = loaded + quarantined + filtered, and what was written stands."""
    one = store(orders(rows=kind))
    attempt, _ = one.attempt(landed("a.csv"), rows={"a.csv": [(n, n) for n in range(standing)]})
    told = replace(attempt, objects=(replace(attempt.objects[0], rows=counts),))
    assert one.verify(told).passed is passes


def test_a_source_row_stands_once(store):
    """One to one and filters: the same source row twice in the table is found although the sum is right."""
    one = store(orders(contract=contract(key=None)))
    attempt, _ = one.attempt(landed("a.csv"), rows={"a.csv": [(1, 1)]})
    one.write(attempt.id, "a.csv", [(2, 2)])
    told = replace(attempt, objects=(replace(attempt.objects[0], rows=Counts(2, 2, 0, 0, 2)),))
    assert [fault.what for fault in one.verify(told).objects[0].faults] == [
        "1 source rows stand in the table more than once."
    ]


def test_held_objects_are_not_asked(store):
    """What load told to wait is in no audit."""
    one = store()
    attempt, _ = one.attempt(landed("a.csv"))
    held = Attempt(attempt.id, 0, (replace(attempt.objects[0], held=True),))
    assert one.verify(held).objects == ()


def test_what_verify_refuses_is_never_seen(store):
    """From file to outcome: the object waits, the reason is told, readers see nothing."""
    one = store(orders(contract=contract(NO_NEGATIVE)))
    outcome = one.run(one.drop("a.csv", "Id,Val\n1,-10\n"))
    assert outcome.kind is Kind.HELD
    assert outcome.held["a.csv"][0].what == "no value is negative: found 1, mustBe 0."
    assert one.visible() == []
