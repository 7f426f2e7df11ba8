"""COPY INTO from a stage that is read with its integration's AWS role."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest

CSV = "FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
JSON = "FILE_FORMAT = (TYPE = JSON)"


@pytest.fixture
def table(root):
    root.run("CREATE TABLE T (id NUMBER(38,0), name VARCHAR(10), amt NUMBER(10,2))")


@pytest.mark.usefixtures("table")
def test_a_file_is_loaded_once_until_its_content_changes(lake, root):
    """Name and ETag are remembered for the table; FORCE loads again; TRUNCATE forgets."""
    lake.put("a.csv", "id,name,amt\n1,x,1.5\n")
    copy = f"COPY INTO T FROM @LAND {CSV}"
    assert [row[1] for row in root.run(copy)] == ["LOADED"]
    assert root.run(copy) == [("Copy executed with 0 files processed.",)]
    lake.put("a.csv", "id,name,amt\n1,x,1.5\n2,y,2\n")
    root.run(copy)
    root.run(f"{copy} FORCE = TRUE")
    assert root.run("SELECT COUNT(*) FROM T") == [(5,)]
    root.run("TRUNCATE TABLE T")
    root.run(copy)
    assert root.run("SELECT COUNT(*) FROM T") == [(2,)]


@pytest.mark.usefixtures("table")
def test_all_files_or_none(lake, root):
    """The second file is bad: no row stands, and the retry loads both."""
    lake.put("a.csv", "id,name,amt\n1,x,1\n")
    lake.put("b.csv", "id,name,amt\nbad,x,1\n")
    copy = f"COPY INTO T FROM @LAND FILES = ('a.csv', 'b.csv') {CSV} ON_ERROR = ABORT_STATEMENT"
    assert root.fails(copy) == 100038
    assert root.run("SELECT COUNT(*) FROM T") == [(0,)]
    lake.put("b.csv", "id,name,amt\n2,x,1\n")
    root.run(copy)
    assert root.run("SELECT COUNT(*) FROM T") == [(2,)]


@pytest.mark.usefixtures("table")
def test_a_copy_that_is_rolled_back_is_forgotten(lake, root):
    """Rows and history go together."""
    lake.put("a.csv", "id,name,amt\n1,x,1\n")
    root.run("BEGIN")
    root.run(f"COPY INTO T FROM @LAND {CSV}")
    root.run("ROLLBACK")
    assert [row[1] for row in root.run(f"COPY INTO T FROM @LAND {CSV}")] == ["LOADED"]


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("id,name,amt\n1,x\n", 100080),
        ("id,name,amt\n1,x,1,2\n", 100080),
        ("id,name,amt\n1,abcdefghijk,1\n", 100078),
        ('id,name,amt\n1,"x,1\n', 100016),
        (b"id,name,amt\n1,\xff,1\n", 100144),
    ],
)
@pytest.mark.usefixtures("table")
def test_a_bad_file_has_its_number(lake, root, content, number):
    """Columns, lengths, quotes, encoding."""
    lake.put("a.csv", content)
    assert root.fails(f"COPY INTO T FROM @LAND {CSV}") == number


@pytest.mark.usefixtures("lake", "table")
def test_a_file_that_is_not_there(root):
    """FILES names it, the bucket has it not."""
    assert root.fails(f"COPY INTO T FROM @LAND FILES = ('no.csv') {CSV}") == 91016


def test_csv_rows_know_their_file_and_number(lake, root):
    """The transform form; what a row has too many lands in the next column, what it lacks is NULL."""
    lake.put("x/a.csv.gz", gzip.compress(b'id;name\n1;"a;b"\n2\n\n3;c;more\n'))
    root.run("CREATE TEMPORARY TABLE R (c1 VARCHAR, c2 VARCHAR, more VARCHAR, f VARCHAR, n NUMBER(38,0))")
    root.run(
        "COPY INTO R (c1, c2, more, f, n) FROM (SELECT $1, $2, $3, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @LAND) "
        "FILES = ('x/a.csv.gz') FILE_FORMAT = (TYPE = CSV, COMPRESSION = AUTO, FIELD_DELIMITER = ';', SKIP_HEADER = 1, "
        "FIELD_OPTIONALLY_ENCLOSED_BY = '\"', ESCAPE_UNENCLOSED_FIELD = NONE, NULL_IF = (''), EMPTY_FIELD_AS_NULL = TRUE, "
        "ENCODING = 'UTF8') ON_ERROR = ABORT_STATEMENT FORCE = TRUE"
    )
    name = "globex/landing/x/a.csv.gz"
    assert root.run("SELECT * FROM R ORDER BY n") == [
        ("1", "a;b", None, name, 1),
        ("2", None, None, name, 2),
        (None, None, None, name, 3),
        ("3", "c", "more", name, 4),
    ]


def test_json_numbers_keep_their_text(lake, root):
    """Into one VARIANT column, each row with file and number; no number passes through a float."""
    big = "12345678901234567890.123456789"
    lake.put("a.jsonl", f'{{"id": 1, "amt": 1.10, "deep": {{"x": {big}}}, "t": "é"}}\n{{"id": 2, "amt": null}}\n')
    root.run("CREATE TEMPORARY TABLE R (d VARIANT, f VARCHAR, n NUMBER(38,0))")
    root.run(
        "COPY INTO R (d, f, n) FROM (SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @LAND) "
        f"FILES = ('a.jsonl') {JSON}"
    )
    sql = "SELECT CAST(r.d['amt'] AS VARCHAR), CAST(r.d['deep']['x'] AS VARCHAR), r.d:t::VARCHAR, n FROM R AS r ORDER BY n"
    assert root.run(sql) == [("1.10", big, "é", 1), (None, None, None, 2)]
    whole = root.run("SELECT CAST(d AS VARCHAR) FROM R ORDER BY n")[0][0]
    assert json.loads(whole, parse_float=Decimal)["deep"]["x"] == Decimal(big)


def test_bad_json_has_its_number(lake, root):
    """A document that never closes."""
    lake.put("a.jsonl", '{"id": 1')
    root.run("CREATE TABLE J (d VARIANT)")
    assert root.fails(f"COPY INTO J FROM @LAND {JSON}") == 100069


def test_a_stage_lies_inside_its_integration(world, lake, root):
    """A URL beside the allowed locations is refused."""
    sql = f"CREATE STAGE OUT URL = 's3://{lake.bucket}/initech/' STORAGE_INTEGRATION = {world.name('INT')}"
    assert root.fails(sql) == 3167


@pytest.mark.usefixtures("table")
def test_the_stage_reads_with_its_own_aws_role(lake, root):
    """Without the role's policy there is no file; with it there is."""
    lake.put("a.csv", "id,name,amt\n1,x,1\n")
    iam = lake.aws.root("iam")
    kept = iam.get_role_policy(RoleName="lake-reader", PolicyName="p")["PolicyDocument"]
    iam.delete_role_policy(RoleName="lake-reader", PolicyName="p")
    assert root.fails(f"COPY INTO T FROM @LAND FILES = ('a.csv') {CSV}") == 91003
    text = kept if isinstance(kept, str) else json.dumps(kept)
    iam.put_role_policy(RoleName="lake-reader", PolicyName="p", PolicyDocument=text)
    assert root.fails(f"COPY INTO T FROM @LAND FILES = ('a.csv') {CSV}") is None


@pytest.mark.usefixtures("table", "world")
def test_a_role_without_usage_does_not_know_the_stage(lake, root, person, log_in):
    """USAGE on the stage, nothing on the integration."""
    one = person("LOADER")
    root.run(f"GRANT INSERT, SELECT ON TABLE T TO ROLE {one.name}")
    lake.put("a.csv", "id,name,amt\n1,x,1\n")
    client = log_in(one)
    assert client.fails(f"COPY INTO T FROM @LAND {CSV}") == 2003
    root.run(f"GRANT USAGE ON STAGE LAND TO ROLE {one.name}")
    assert client.fails(f"COPY INTO T FROM @LAND {CSV}") is None
