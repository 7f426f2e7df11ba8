"""Tests of transforms: what goes in, what must come out, and how a difference is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.findings import Where
from pipeline.gate.engine import Refused, bench
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import read_tenant

FOLDER = "tenants/globex/tests/invoices"
SQL = "tenants/globex/transforms/invoices.sql"
EXPECTED = f"{FOLDER}/expected.csv"


def failures(verdict):
    return [f for f in verdict.findings if f.code == "transform.test_failed"]


def test_order_trailing_zeros_and_empty_cells_do_not_matter(scratch):
    """Rows are a multiset, numbers count by value, NULL is an empty cell."""
    scratch.write(EXPECTED, "id,note\n02.00,two\n1.0,\n")
    assert scratch.judge("globex").findings == ()


def test_a_difference_is_shown_as_a_table(scratch):
    """Missing and unexpected rows stand under the column names."""
    scratch.write(EXPECTED, "id,note\n1,\n2,zwei\n2,two\n")
    [finding] = failures(scratch.judge("globex"))
    assert finding.where == Where(EXPECTED, 1, 1)
    assert finding.what.splitlines() == [
        "1 expected rows are not given (-), 0 given rows are not expected (+):",
        "   id  note",
        "-  2   zwei",
    ]


def test_a_row_that_comes_twice_is_expected_twice(scratch):
    """A multiset counts."""
    scratch.write(f"{FOLDER}/input.csv", "Id,Note\n1,\n1,\n2,two\n")
    [finding] = failures(scratch.judge("globex"))
    assert "+  1" in finding.what


def test_a_record_that_cannot_be_cast_is_left_out(scratch):
    """As in a load, where it is quarantined."""
    scratch.write(f"{FOLDER}/input.csv", "Id,Note\n1,\n2,two\nthree,x\n,y\n")
    assert failures(scratch.judge("globex")) == []


def test_json_numbers_keep_their_digits(scratch):
    """JSON lines are read as the mapping says, with no float in between."""
    scratch.git("rm", "-q", f"{FOLDER}/input.csv")
    scratch.edit(
        "tenants/globex/mappings/invoices.yaml",
        'csv, encoding: utf-8, delimiter: ",", header: true, nulls: [""]',
        "json",
    )
    scratch.edit("tenants/globex/mappings/invoices.yaml", "Note:", "a.b:")
    scratch.write(f"{FOLDER}/input.jsonl", '{"Id": 1, "a": null}\n{"Id": 2, "a": {"b": 9007199254740993.10}}\n')
    scratch.write(EXPECTED, "id,note\n1,\n2,9007199254740993.10\n")
    assert failures(scratch.judge("globex")) == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("expected.csv", "id,note\n1\n", "row 2 has 1 cells"),
        ("input.csv", 'Id,Note\n"1,\n', "cannot be read"),
    ],
)
def test_a_file_that_does_not_fit_is_named(scratch, file, text, said):
    """The finding says which file and what is wrong with it."""
    scratch.write(f"{FOLDER}/{file}", text)
    [finding] = failures(scratch.judge("globex"))
    assert finding.where.file == f"{FOLDER}/{file}"
    assert said in finding.what


def test_a_refused_transform_never_runs(scratch):
    """Where validate denies, the engine does not see the statement."""
    scratch.write(SQL, "SELECT *\nFROM READ_TEXT('/etc/hostname')\n")
    verdict = scratch.judge("globex")
    assert verdict.denies
    assert failures(verdict) == []


def test_the_engine_reaches_no_file(scratch, tmp_path):
    """Even a statement that validate let through finds no disk."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    [pipeline] = compile_release(read_tenant(scratch.folder, "globex")[0]).pipelines
    transform = f"SELECT * FROM READ_CSV('{tmp_path}/secret.csv')"
    with pytest.raises(Refused, match="disabled by configuration"):
        bench().run(replace(pipeline, transform=transform), [])


def test_a_statement_without_end_is_stopped(scratch, monkeypatch):
    """The engine is interrupted, and says so as a refusal."""
    monkeypatch.setattr("pipeline.gate.engine.LIMIT_S", 0.5)
    [pipeline] = compile_release(read_tenant(scratch.folder, "globex")[0]).pipelines
    endless = "SELECT COUNT(*) FROM RANGE(100000000) AS a CROSS JOIN RANGE(100000) AS b"
    with pytest.raises(Refused, match="Interrupted"):
        bench().run(replace(pipeline, transform=endless), [])


def test_what_was_found_is_remembered(scratch, monkeypatch):
    """Unchanged files under unchanged code are not run again."""
    first = scratch.judge("globex", cache=scratch.cache)
    monkeypatch.setattr("pipeline.gate.engine.Bench.run", lambda *_: pytest.fail("run again"))
    assert scratch.judge("globex", cache=scratch.cache).findings == first.findings


def test_another_table_holds_what_its_own_test_expects(scratch):
    """A transform that joins a table of its tenant finds the rows that the other table's expected.csv names."""
    for part in ("pipelines", "mappings", "contracts"):
        text = (scratch.folder / f"tenants/globex/{part}/invoices.yaml").read_text(encoding="utf-8")
        text = text.replace("invoices", "payments").replace("o_*.csv", "p_*.csv")
        scratch.write(f"tenants/globex/{part}/payments.yaml", text)
    joined = "SELECT\n    landed.id,\n    COALESCE(invoices.note, landed.note) AS note\nFROM landed\n"
    joined += "LEFT JOIN invoices ON landed.id = invoices.id\n"
    scratch.write("tenants/globex/transforms/payments.sql", joined)
    scratch.write("tenants/globex/tests/payments/input.csv", "Id,Note\n2,x\n3,y\n")
    scratch.write("tenants/globex/tests/payments/expected.csv", "id,note\n2,two\n3,y\n")
    assert scratch.judge("globex").findings == ()
    scratch.write(EXPECTED, "id,note\n1,\n2,zwei\n")
    assert len(failures(scratch.judge("globex", cache=scratch.cache))) == 2


def test_one_engine_serves_all_and_keeps_nothing(scratch):
    """After a test, and after a refusal too, the next one finds no table of another's."""
    [pipeline] = compile_release(read_tenant(scratch.folder, "globex")[0]).pipelines
    for _ in range(2):
        assert bench().run(pipeline, [{"Id": "1", "Note": "x"}]).rows == ((1, "x"),)
        with pytest.raises(Refused):
            bench().run(replace(pipeline, transform="SELECT nothing FROM landed"), [])
    with pytest.raises(Refused, match="does not exist"):
        bench().run(replace(pipeline, transform="SELECT COUNT(*) AS id FROM landed CROSS JOIN invoices"), [])
