"""Drift: what a source shows against mapping and contract, each difference by its name and place, never by a value."""

import csv
import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.gate.probes import patch
from pipeline.gate.probes.drift import drift
from pipeline.ingest.sftp import sample
from pipeline.ingest.source import Sample
from pipeline.release import Check, Field, FieldMapping
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import read_files

ROOT = Path(__file__).parents[3]
HEADER = ["Id", "Name", "Amount", "Due", "Kind", "Note"]
ROWS = [(str(n), f"name {n}", f"{n}.50", f"2014-01-{n + 10}", "open", "") for n in range(1, 13)]
FIELDS = (
    Field("Id", "id", "NUMBER(38,0)", required=True),
    Field("Name", "name", "VARCHAR(20)"),
    Field("Amount", "amount", "NUMBER(19,2)", required=True),
    Field("Due", "due", "DATE"),
    Field("Kind", "kind", "VARCHAR(8)"),
)


@pytest.fixture(scope="module")
def pipeline():
    """Orders by CSV: five fields and one that is skipped; `Kind` is passed on to a column with valid values."""
    files = {str(path.relative_to(ROOT)): path.read_bytes() for path in (ROOT / "tenants/globex").rglob("*.*")}
    tenant, _ = read_files(files, "globex")
    base = compile_release(tenant).pipeline("purchase_orders")
    status = next(column for column in base.contract.columns if column.name == "status")
    mapping = FieldMapping(
        {"kind": "csv", "encoding": "utf-8", "delimiter": ",", "header": True, "nulls": [""]},
        "quarantine",
        FIELDS,
        ("Note",),
    )
    valid = Check("invalidValues", "mustBe", "0", "status", {"validValues": ["open", "shut"]})
    contract = replace(base.contract, columns=(status,), checks=(valid,))
    return replace(base, mapping=mapping, contract=contract, transform="SELECT kind AS status FROM landed")


def written(header=HEADER, rows=ROWS, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue().encode(encoding)


def seen(pipeline, content):
    return sample("/out/orders.csv", content, pipeline.mapping.format, 100, whole=True)


def found(pipeline, content, earlier=()):
    """{code: difference}; a value of the sample stands in none of their texts."""
    differences = drift(pipeline, seen(pipeline, content), earlier)
    for difference in differences:
        assert not [row for row in ROWS if row[1] in difference.what + difference.fix or row[3] in difference.what]
    return {difference.code.removeprefix("probe."): difference for difference in differences}


def column(name, change):
    """The rows with one column's values changed."""
    at = HEADER.index(name)
    return [(*row[:at], change(row[at]), *row[at + 1 :]) for row in ROWS]


def test_what_the_mapping_reads_is_no_drift(pipeline):
    """Nothing is found; a header without a record is compared as well."""
    assert found(pipeline, written()) == {}
    assert found(pipeline, written(rows=[])) == {}


@pytest.mark.parametrize(
    ("name", "to"), [("Amount", "AmountTotal"), ("Due", "due_date"), ("Kind", "KIND"), ("Due", "Maturity")]
)
def test_a_renamed_field_is_told_by_both_names(pipeline, name, to):
    """Alike in name, or in what its values read as and where it stands; with the edit that would fit."""
    header = [to if one == name else one for one in HEADER]
    (told,) = found(pipeline, written(header), HEADER).values()
    assert told.code == "probe.renamed_column"
    assert f"`{name}`" in told.what
    assert f"`{to}` at position {HEADER.index(name) + 1}" in told.what
    assert [(edit.kind, edit.field, edit.to) for edit in told.edits] == [("rename", name, to)]


def test_another_field_is_no_new_name(pipeline):
    """What does not read as the old field's type is new, and the old one is missing."""
    header = ["Colour" if one == "Amount" else one for one in HEADER]
    told = found(pipeline, written(header, column("Amount", lambda _: "red")), HEADER)
    assert set(told) == {"missing_column", "unexpected_column"}
    assert told["missing_column"].field == "Amount"
    assert [(edit.kind, edit.field) for edit in told["unexpected_column"].edits] == [("skip", "Colour")]


def test_fields_in_another_order_are_told_and_stop_nothing(pipeline):
    """They are found by name."""
    turned = [row[::-1] for row in ROWS]
    told = found(pipeline, written(HEADER[::-1], turned), HEADER)
    assert (set(told), told["reordered"].level) == ({"reordered"}, "info")


@pytest.mark.parametrize(
    ("name", "change", "parse"),
    [
        ("Amount", lambda text: f"1,0{text.zfill(5)}", "999,999,990.00"),
        ("Amount", lambda text: f"1.0{text.zfill(5).replace('.', ',')}", "999.999.990,00"),
        ("Due", lambda text: f"{text[8:]}.{text[5:7]}.{text[:4]}", "DD.MM.YYYY"),
        ("Due", lambda text: f"{text[5:7]}/{text[8:]}/{text[:4]}", "MM/DD/YYYY"),
        ("Due", lambda text: f"{text}T08:00:00", 'YYYY-MM-DD"T"HH24:MI:SS'),
    ],
)
def test_a_column_written_otherwise_is_told_with_the_format_that_reads_it(pipeline, name, change, parse):
    """Another mark, another order of day and month; with the first positions, and the edit."""
    told = found(pipeline, written(rows=column(name, change)))["type_change"]
    assert f"12 of 12 values of `{name}`" in told.what
    assert "(records 1, 2, 3, 4, 5, … of /out/orders.csv)" in told.what
    assert [(edit.kind, edit.to) for edit in told.edits] == [("parse", parse)]


def test_a_format_that_nobody_can_tell_is_asked_for(pipeline):
    """1/2/2014 is a day in February or in January: both are named, neither is written."""
    told = found(pipeline, written(rows=column("Due", lambda text: f"0{int(text[8:]) % 9 + 1}/02/2014")))["type_change"]
    assert told.edits == ()
    assert "DD/MM/YYYY and MM/DD/YYYY" in told.fix


@pytest.mark.parametrize(("share", "level"), [(1, None), (3, "warn"), (8, "deny")])
def test_single_bad_values_are_a_runs_matter(pipeline, share, level):
    """Past the share at which a load lets a file wait they are told; past half of it is another type."""
    bad = [(*row[:2], "n/a", *row[3:]) for row in ROWS[:share]]
    rows = [*bad, *ROWS[share:], *(ROWS if share == 1 else ())]
    told = found(pipeline, written(rows=rows)).get("type_change")
    assert (told.level if told else None) == level


def test_what_the_contract_says_of_a_column_holds_for_the_field_that_becomes_it(pipeline):
    """Its valid values, and that it must not be empty: of a field that the transform passes on as it is."""
    told = found(pipeline, written(rows=column("Kind", lambda _: "gone")))
    assert set(told) == {"contract_broken"}
    assert "gone" not in told["contract_broken"].what
    assert set(found(pipeline, written(rows=column("Kind", lambda _: "")))) == {"value_missing"}


@pytest.mark.parametrize(("encoding", "name"), [("cp1252", "cp1252"), ("utf-16", "utf-16-le")])
def test_another_encoding_is_told_with_its_first_line_and_hides_nothing_else(pipeline, encoding, name):
    """The records are read by the encoding that the file has."""
    rows = [(*row[:1], f"Müller {row[0]}", *row[2:]) for row in ROWS]
    header = ["AmountTotal" if one == "Amount" else one for one in HEADER]
    told = found(pipeline, written(header, rows, encoding=encoding))
    assert set(told) == {"encoding", "renamed_column"}
    assert f"is written in {name}" in told["encoding"].what
    assert "line 2 " in told["encoding"].what or name == "utf-16-le"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_told_and_hides_nothing_else(pipeline, delimiter):
    """The header falls into the names that the mapping knows."""
    told = found(pipeline, written(HEADER[:-2], [row[:-2] for row in ROWS], delimiter))
    assert set(told) == {"delimiter", "missing_column"}
    assert told["delimiter"].edits[0].to == delimiter


def test_what_is_no_such_file_is_told(pipeline):
    """JSON where CSV was agreed, and the other way round; nothing at all."""
    lines = "\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS).encode()
    assert set(found(pipeline, lines)) == {"file_format"}
    assert set(found(pipeline, b"")) == {"file_format"}
    assert set(found(pipeline, written().partition(b"\n")[0] + b"\n1," + b"x" * 200_000 + b"\n")) == {"file_format"}
    assert set(found(pipeline, written([*HEADER, "Id"], [[*row, "1"] for row in ROWS]))) == {"file_format"}
    assert set(found(pipeline, b"\x00\xff\x00" * 50)) >= {"file_format"}
    other = replace(pipeline, mapping=replace(pipeline.mapping, format={"kind": "json", "encoding": "utf-8"}))
    assert set(found(other, written())) == {"file_format"}
    assert found(other, lines) == {}


def test_json_lines_are_looked_at_where_they_nest(pipeline):
    """A name in an object is walked to; one of a record that is not required may be left out."""
    mapping = replace(
        pipeline.mapping, format={"kind": "json"}, fields=(FIELDS[0], replace(FIELDS[2], source="sum.net"))
    )
    other = replace(pipeline, mapping=replace(mapping, skip=()))
    good = b'{"Id": 1, "sum": {"net": 1.5}}\n{"Id": 2, "sum": {"net": 2.5}}\n'
    assert found(other, good) == {}
    assert found(other, good.replace(b"1.5", b'"1.505"').replace(b"2.5", b"2.505"))["type_change"].field == "sum.net"
    assert found(other, good.replace(b'"sum"', b'"total"'))["missing_column"].field == "sum.net"


# the edit
MAPPING = "tenants/globex/mappings/purchase_orders.yaml"


@pytest.fixture(scope="module")
def folder():
    """Globex's files."""
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in (ROOT / "tenants/globex").rglob("*.*")}


def drifted(folder, header):
    """The differences of a file of globex's orders under this header, and the pipeline that they are of."""
    read = compile_release(read_files(folder, "globex")[0]).pipeline("purchase_orders")
    test = folder["tenants/globex/tests/purchase_orders/input.csv"].decode().partition("\n")
    names = test[0].strip().split(",")
    new = [header.get(name, name) for name in names]
    rows = test[2].replace("1096.9613", '"1,096.9613"').replace("0.0001", '"1,000.0001"').replace("0.25", '"1,000.25"')
    return drift(read, sample("f.csv", (",".join(new) + "\n" + rows).encode(), read.mapping.format, 100, whole=True))


def test_the_edit_makes_the_mapping_fit_and_git_takes_it(folder, tmp_path):
    """A rename, a format and a new field in one patch: applied by git, nothing drifts any more, and every comment stands."""
    changed = {"VendorID": "VendorNumber", "TotalDue": "GrandTotal"}
    text = patch.patch("globex", folder, {"purchase_orders": drifted(folder, changed)})
    for path, content in folder.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "p.patch").write_text(text, newline="")
    for words in (["init", "-q"], ["apply", "p.patch"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True, timeout=30)
    after = {path: (tmp_path / path).read_bytes() for path in folder}
    assert {path for path in folder if after[path] != folder[path]} == {
        MAPPING,
        "tenants/globex/tests/purchase_orders/input.csv",
    }
    assert {difference.code for difference in drifted(after, {"TotalDue": "GrandTotal"})} == set()
    assert b"# known, and not wanted" in after[MAPPING]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("skip: [A, B]  # known\n", "skip: [A, B, New]  # known\n"),
        ("skip: []\n", "skip: [New]\n"),
        ("skip:\n  - A  # first\n  - B\n", "skip:\n  - A  # first\n  - B\n  - New\n"),
        ("", "skip: [New]\n"),
    ],
)
def test_a_skipped_field_is_written_as_the_file_writes_them(before, after):
    """In brackets, a line each, or for the first time."""
    head = 'format: {kind: csv}\nfields:\n  Id: {column: id, type: "NUMBER(38,0)"}\n'
    assert patch.mended(MAPPING, head + before, [patch.Edit("skip", "New")]) == head + after


def test_block_style_and_odd_names_are_kept():
    """A format goes under the type; a name that YAML would read as something else is quoted."""
    text = 'format:\n  kind: csv\nfields:\n  "Order No":\n    column: id\n    type: DATE\n'
    edits = [patch.Edit("rename", "Order No", "no"), patch.Edit("delimiter", to="\t")]
    assert patch.mended(MAPPING, text, edits) == (
        'format:\n  kind: csv\n  delimiter: "\\t"\nfields:\n  "no":\n    column: id\n    type: DATE\n'
    )
    (edit,) = [patch.Edit("parse", "Order No", "DD.MM.YYYY")]
    assert '    type: DATE\n    parse: "DD.MM.YYYY"\n' in patch.mended(MAPPING, text, [edit])


def test_an_edit_that_would_break_the_folder_is_not_offered(folder):
    """A new name that another field has already."""
    differences = drifted(folder, {"VendorID": "VendorNumber"})
    edits = tuple(replace(edit, to="Status") for edit in differences[0].edits)
    assert patch.patch("globex", folder, {"purchase_orders": [replace(differences[0], edits=edits)]}) == ""


def test_a_pull_of_an_api_is_looked_at_without_a_file(pipeline):
    """No encoding, no delimiter, no order: names and values alone."""
    records = tuple(dict(zip(HEADER, row, strict=True)) for row in ROWS)
    other = replace(pipeline, mapping=replace(pipeline.mapping, format={"kind": "json"}))
    assert drift(other, Sample("/orders", tuple(sorted(HEADER)), records), HEADER[::-1]) == []
