"""Files in the lake become rows under an attempt; what does not pass is told, row by row or as a whole."""

from dataclasses import replace

import pytest

from pipeline.attempt import Counts
from pipeline.load import quarantine
from pipeline.publish.fence import Kind
from pipeline.release import Check, Column, Contract, Field, FieldMapping
from tests.warehouse import landed, orders

CSV = {"kind": "csv", "encoding": "utf-8", "delimiter": ",", "header": True, "nulls": [""]}
JSON = {"kind": "json", "encoding": "utf-8"}


def mapping(*fields: Field, format_=CSV, unknown="quarantine", skip=()) -> FieldMapping:
    return FieldMapping(format_, unknown, fields, skip)


ID, VAL = Field("Id", "id", "NUMBER(38,0)", True), Field("Val", "val", "NUMBER(38,0)")


def many(*lines: str, good: int = 100) -> str:
    """A file of these lines and as many good ones as make them less than 5 %."""
    return "\n".join(["Id,Val", *lines, *(f"{n},{n}" for n in range(1000, 1000 + good))]) + "\n"


def test_rows_stand_under_the_attempt_with_their_source_row(store):
    """Typed, in the contract's columns, each with its object and a growing row number."""
    one = store()
    attempt = one.load(one.drop("a.csv", "Id,Val\n1,10\n2,\n"))
    found = one.rows(f"SELECT id, val, _attempt, _object FROM {one.tables.rows} ORDER BY _row")
    assert found == [(1, 10, attempt.id, "a.csv"), (2, None, attempt.id, "a.csv")]
    assert attempt.objects[0].rows == Counts(2, 2, 0, 0, 2)
    assert one.visible() == []


def test_fields_are_found_by_name(store):
    """Another order of fields is no change; files of both orders load in one attempt."""
    one = store()
    one.load(one.drop("a.csv", "Id,Val\n1,10\n", "Val,Id\n20,2\n"), one.drop("b.csv", "Val,Id\n30,3\n"))
    assert one.rows(f"SELECT id, val, _object FROM {one.tables.rows} ORDER BY id") == [
        (1, 10, "a.csv"), (2, 20, "a.csv"), (3, 30, "b.csv"),
    ]  # fmt: skip


def test_a_few_broken_rows_wait_alone(store):
    """They stand in quarantine with reasons and the raw record; the others load, and the sum holds."""
    one = store()
    attempt = one.load(one.drop("a.csv", many("x,1", ",2", "3,2.5")))
    (load,) = attempt.objects
    assert load.rows == Counts(103, 100, 3, 0, 100)
    assert not load.held
    assert [(row[2], row[3]) for row in one.quarantined()] == [
        ([("Id", "type")], {"Id": "x", "Val": "1"}),
        ([("Id", "required")], {"Id": None, "Val": "2"}),
        ([("Val", "scale")], {"Id": "3", "Val": "2.5"}),
    ]


def test_more_than_five_percent_and_the_object_waits(store):
    """Nothing of it is written or quarantined; its sibling loads."""
    one = store()
    bad = one.drop("bad.csv", many("x,1", "y,1", good=30))
    attempt = one.load(bad, one.drop("good.csv", "Id,Val\n1,1\n"))
    held, good = attempt.objects
    assert held.held
    assert [(f.kind, f.cause, f.rows) for f in held.faults] == [("schema", "type_change", 2)]
    assert not good.held
    assert one.rows(f"SELECT DISTINCT _object FROM {one.tables.rows}") == [("good.csv",)]
    assert one.quarantined() == []


@pytest.mark.parametrize(
    ("broken", "source", "waits"),
    [(5, 100, False), (6, 100, True), (1, 20, False), (1, 19, True), (0, 0, False), (6, 120, False)],
)
def test_the_boundary_is_exactly_five_percent(broken, source, waits):
    """5 of 100 wait alone; one more, or one row less around them, and the object waits."""
    tally = quarantine.tallies([("a.csv", '[{"field": "Id", "rule": "type"}]', broken)])["a.csv"]
    assert bool(quarantine.verdict(tally, source, set())) is waits


@pytest.mark.parametrize("write", ["append", "merge", "replace"])
def test_a_file_with_only_a_header_is_an_object_without_rows(store, write):
    """It is published once, with a receipt of nothing; a pipeline that replaces then shows an empty table."""
    one = store(orders(write=write))
    one.publish(landed("before.csv"))
    empty = one.drop("empty.csv", "Id,Val\n")
    assert one.run(empty).kind is Kind.PUBLISHED
    outcome = one.run(empty)
    assert outcome.kind is Kind.ALREADY_PUBLISHED
    assert one.visible() == ([] if write == "replace" else [(1, 10), (2, 20)])


def test_a_key_that_is_missing_is_a_row_for_quarantine(store):
    """NULL is no key: nothing merges by it, nothing is overwritten by it, and two of them are not one."""
    one = store(orders(write="merge", mapping=mapping(replace(ID, required=False), VAL)))
    outcome = one.run(one.drop("a.csv", many(",1", ",2")))
    assert outcome.kind is Kind.PUBLISHED
    assert [row[2] for row in one.quarantined()] == [[("id", "not_null")]] * 2
    assert outcome.receipts[0]["rows"] == {
        "source": 102,
        "loaded": 100,
        "quarantined": 2,
        "filtered": 0,
        "written": 100,
    }


def test_one_key_twice_in_an_object_is_no_merge(store):
    """Which of the two is right, only the customer knows: the object waits, and what stood there stays."""
    one = store(orders(write="merge"))
    one.run(one.drop("a.csv", "Id,Val\n1,10\n"))
    outcome = one.run(one.drop("b.csv", "Id,Val\n1,11\n1,12\n"))
    assert outcome.kind is Kind.HELD
    assert outcome.held["b.csv"][0].cause == "duplicate"
    assert one.visible() == [(1, 10)]


def test_bytes_that_were_changed_in_the_lake_hold_the_object(store):
    """Somebody overwrote the landed file after ingest counted it."""
    one = store()
    dropped = one.drop("a.csv", "Id,Val\n1,10\n")
    one.world.put(dropped.files[0].key, b"Id,Val\n1,10\n2,20\n")
    assert [fault.cause for fault in one.load(dropped).objects[0].faults] == ["file_format"]


def test_a_column_that_never_reads_holds_the_object(store):
    """Also where so few rows fill it that they are less than 5 %."""
    one = store()
    text = "\n".join(["Id,Val", "1,a", "2,b", *(f"{n}," for n in range(100, 300))])
    (load,) = one.load(one.drop("a.csv", text)).objects
    assert load.held
    assert load.faults[0].cause == "type_change"


@pytest.mark.parametrize(
    ("header", "unknown", "fault"),
    [
        ("Val", "quarantine", ("schema", "missing_column")),
        ("Id,Val,New", "quarantine", ("schema", "unexpected_column")),
        ("Id,Id", "quarantine", ("load", "file_format")),
        ("Id,Val,New", "ignore", None),
        ("Id", "quarantine", None),
    ],
)
def test_a_changed_header(store, header, unknown, fault):
    """A lost required field and an unknown one hold the object; an unknown one may be ignored, an optional one be absent."""
    one = store(orders(mapping=mapping(ID, VAL, unknown=unknown)))
    (load,) = one.load(one.drop("a.csv", f"{header}\n{','.join('1' for _ in header.split(','))}\n")).objects
    assert load.held is (fault is not None)
    assert {(f.kind, f.cause) for f in load.faults} == ({fault} if fault else set())


def test_unknown_fields_may_be_kept(store):
    """`keep`: they are a VARIANT that the transform may use."""
    changes = {
        "mapping": mapping(ID, VAL, unknown="keep"),
        "transform": "SELECT id, unknown_fields['New']::NUMBER AS val FROM landed",
    }
    one = store(orders(**changes))
    one.load(one.drop("a.csv", "Id,Val,New\n1,10,77\n"))
    assert one.rows(f"SELECT id, val FROM {one.tables.rows}") == [(1, 77)]


def test_rows_that_are_fewer_than_the_manifest_says_hold_the_object(store):
    """A truncated file is never loaded by halves."""
    one = store()
    (load,) = one.load(one.drop("a.csv", "Id,Val\n1,10\n", records=2)).objects
    assert load.held
    assert (load.faults[0].kind, load.faults[0].cause) == ("load", "file_format")


def test_a_file_that_cannot_be_read_holds_its_object_only(store):
    """Broken JSON in one object; the other one loads."""
    one = store(orders(mapping=mapping(ID, VAL, format_=JSON)))
    good = one.drop("good", '{"Id": 1, "Val": 2}\n')
    key = one.drop("x", '{"Id": 3, "Val": 2}\n').files[0]
    one.world.put(key.key, b'{"Id": 3, "Val": ')
    attempt = one.load(replace(good, source_key="bad", files=(key,)), good)
    assert [(load.source_key, load.held) for load in attempt.objects] == [("bad", True), ("good", False)]
    assert attempt.objects[0].faults[0].cause == "file_format"


def test_json_records_are_walked_into(store):
    """`a.b` walks into an object; null and absent are NULL; numbers are read as they were written."""
    fields = (ID, Field("money.amount", "val", "NUMBER(19,4)"))
    contract = Contract("1.0.0", (Column("id", "NUMBER(38,0)", "integer"), Column("val", "NUMBER(19,4)", "number")))
    one = store(orders(mapping=mapping(*fields, format_=JSON), contract=contract))
    one.load(one.drop("pull", '{"Id": 1, "money": {"amount": 1096.9613}}\n{"Id": 2, "money": null}\n{"Id": 3}\n'))
    found = one.rows(f"SELECT id, val::VARCHAR FROM {one.tables.rows} ORDER BY id")
    assert found == [(1, "1096.9613"), (2, None), (3, None)]


def test_defaults_fill_what_is_empty(store):
    """A default stands for an empty value and for an absent field."""
    one = store(orders(mapping=mapping(ID, replace(VAL, default="7"))))
    one.load(one.drop("a.csv", "Id,Val\n1,\n2,3\n"), one.drop("b.csv", "Id\n4\n"))
    assert one.rows(f"SELECT id, val FROM {one.tables.rows} ORDER BY id") == [(1, 7), (2, 3), (4, 7)]


def test_the_contract_refuses_rows_one_by_one(store):
    """Valid values, pattern, nullability and length: a few rows wait with the column and the rule."""
    columns = (
        Column("id", "NUMBER(38,0)", "integer", key=1),
        Column("code", "VARCHAR(3)", "string", required=True, pattern="^[A-Z]"),
    )
    check = Check("invalidValues", "mustBe", "0", "code", {"validValues": ["A", "BB", "b", "LONG"]})
    fields = (ID, Field("Code", "code_text", "VARCHAR"))
    one = store(
        orders(
            mapping=mapping(*fields),
            contract=Contract("1.0.0", columns, (check,)),
            transform="SELECT id, code_text AS code FROM landed",
        )
    )
    good = [f"{n},A" for n in range(100, 200)]
    attempt = one.load(one.drop("a.csv", "\n".join(["Id,Code", "1,LONG", "2,b", "3,C", "4,", *good])))
    assert [row[2] for row in one.quarantined()] == [
        [("code", "max_length")], [("code", "pattern")], [("code", "valid_values")], [("code", "not_null")],
    ]  # fmt: skip
    assert attempt.objects[0].rows == Counts(104, 100, 4, 0, 100)
    assert one.rows(f"SELECT COUNT(*) FROM {one.tables.rows}") == [(100,)]


def test_too_many_refused_rows_hold_the_object(store):
    """The contract's refusals and the cast's count together."""
    columns = (Column("id", "NUMBER(38,0)", "integer", key=1), Column("val", "NUMBER(38,0)", "integer", required=True))
    one = store(orders(contract=Contract("1.0.0", columns)))
    attempt = one.load(one.drop("a.csv", many("x,1", "x,2", "x,3", "4,", "5,", "6,", good=90)))
    (load,) = attempt.objects
    assert load.held
    assert {f.cause for f in load.faults} == {"type_change", "contract"}


@pytest.mark.parametrize(
    ("rows", "transform", "counts"),
    [
        ("one_to_one", "SELECT id, val * 2 AS val FROM landed", Counts(4, 4, 0, 0, 4)),
        ("filters", "SELECT id, val FROM landed WHERE val > 10", Counts(4, 2, 0, 2, 2)),
        (
            "filters",
            "WITH w AS (SELECT 10 AS least) SELECT id, val FROM landed CROSS JOIN w WHERE val > least",
            Counts(4, 2, 0, 2, 2),
        ),
        ("aggregates", "SELECT MIN(id) AS id, val FROM landed GROUP BY val", Counts(4, 4, 0, 0, 3)),
        ("explodes", "SELECT id, val FROM landed UNION ALL SELECT id + 100, val FROM landed", Counts(4, 4, 0, 0, 8)),
    ],
)
def test_rows_are_counted_in_the_way_that_the_pipeline_says(store, rows, transform, counts):
    """One to one, filters, aggregates, explodes: always in source rows, written apart."""
    one = store(orders(rows=rows, transform=transform))
    attempt = one.load(one.drop("a.csv", "Id,Val\n1,10\n2,10\n3,20\n4,30\n"))
    assert attempt.objects[0].rows == counts
    assert one.verify(attempt).passed


def test_aggregates_are_made_object_by_object(store):
    """Two objects never melt into one row, since either may be revoked."""
    one = store(orders(rows="aggregates", transform="SELECT MIN(id) AS id, SUM(val) AS val FROM landed"))
    one.run(one.drop("a.csv", "Id,Val\n1,10\n2,10\n"), one.drop("b.csv", "Id,Val\n3,5\n"))
    assert one.visible() == [(1, 20), (3, 5)]


def test_a_transform_that_cannot_compute_holds_the_objects(store):
    """A division by zero in the tenant's SQL is a fault of the transformation, not a crash."""
    one = store(orders(transform="SELECT id, (1 / val)::NUMBER(38,0) AS val FROM landed"))
    attempt = one.load(one.drop("a.csv", "Id,Val\n1,0\n"))
    if attempt.objects[0].held:  # the engine may compute no division at all where nothing is written
        assert attempt.objects[0].faults[0].cause == "transformation"


def test_every_try_has_its_own_id(store):
    """Two loads of one manifest never share rows."""
    one = store()
    landed = one.drop("a.csv", "Id,Val\n1,10\n")
    assert one.load(landed).id != one.load(landed).id
