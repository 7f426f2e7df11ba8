"""Types, functions, error numbers, DDL."""

# ruff: noqa: DTZ001, E501  TIMESTAMP_NTZ has no zone; one case a line
from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest


@pytest.fixture
def table(root):
    root.run("CREATE TABLE T (id NUMBER(5,2) PRIMARY KEY, name VARCHAR(5) NOT NULL, UNIQUE (name))")


@pytest.mark.usefixtures("table")
def test_keys_are_not_enforced(root):
    """Two equal rows stand side by side."""
    root.run("INSERT INTO T VALUES (1, 'a')")
    root.run("INSERT INTO T VALUES (1, 'a')")
    assert root.run("SELECT COUNT(*) FROM T") == [(2,)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("INSERT INTO T (id) VALUES (1)", 100072),
        ("INSERT INTO T VALUES (1, 'abcdef')", 100078),
        ("INSERT INTO T VALUES (1000, 'a')", 100132),
        ("INSERT INTO T VALUES ('x', 'a')", 100038),
        ("INSERT INTO T (nope) VALUES (1)", 904),
        ("SELECT nope FROM T", 904),
        ("SELECT * FROM NOPE", 2003),
        ("SELEC 1", 1003),
        ("CREATE TABLE T (a NUMBER(1,0))", 2002),
        ("CREATE SCHEMA S", 2002),
        ("SELECT CAST('x' AS DATE)", 100040),
        ("SELECT CAST('x' AS TIMESTAMP_NTZ)", 100035),
        ("ALTER TABLE T ADD COLUMN name VARCHAR(5)", 1430),
        ("DROP TABLE NOPE", 2003),
        ("SELECT 1; SELECT 2", 8),
    ],
)
@pytest.mark.usefixtures("table")
def test_an_error_has_snowflake_s_number(root, sql, number):
    """The numbers that the product tells apart."""
    assert root.fails(sql) == number


@pytest.mark.usefixtures("table")
def test_a_column_is_added_and_widened_never_narrowed(root):
    """IF NOT EXISTS lets it run twice; DESCRIBE shows the type."""
    for _ in range(2):
        root.run("ALTER TABLE T ADD COLUMN IF NOT EXISTS more NUMBER(12,2)")
    root.run("ALTER TABLE T ALTER COLUMN more SET DATA TYPE NUMBER(14,2)")
    root.run("ALTER TABLE T ALTER COLUMN name SET DATA TYPE VARCHAR(8)")
    assert root.fails("ALTER TABLE T ALTER COLUMN name SET DATA TYPE VARCHAR(3)") == 40052
    types = {row[0]: row[1] for row in root.run("DESCRIBE TABLE T")}
    assert types == {"ID": "NUMBER(5,2)", "NAME": "VARCHAR(8)", "MORE": "NUMBER(14,2)"}
    root.run("INSERT INTO T (id, name) VALUES (1, 'abcdefgh')")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("TRY_TO_DECIMAL('1.005', 10, 2)", Decimal("1.01")),
        ("TRY_TO_DECIMAL('-1.005', 10, 2)", Decimal("-1.01")),
        ("TRY_TO_DECIMAL('abc', 10, 2)", None),
        ("TRY_TO_DECIMAL('123456', 5, 2)", None),
        ("TRY_TO_NUMBER('12')", 12),
        ("TRY_TO_DATE('2024-02-30', 'YYYY-MM-DD')", None),
        ("TRY_TO_DATE('29.02.2024', 'DD.MM.YYYY')", date(2024, 2, 29)),
        ("TRY_TO_TIMESTAMP_NTZ('2024-02-29 10:11:12.123', 'YYYY-MM-DD HH24:MI:SS.FF3')", datetime(2024, 2, 29, 10, 11, 12, 123000)),
        ("TRY_TO_TIMESTAMP_NTZ('bad', 'YYYY-MM-DD HH24:MI:SS')", None),
        ("CONVERT_TIMEZONE('UTC', TRY_CAST('2024-02-29T10:11:12+02:00' AS TIMESTAMP_TZ))::TIMESTAMP_NTZ", datetime(2024, 2, 29, 8, 11, 12)),
        ("CONVERT_TIMEZONE('UTC', TRY_CAST('2024-02-29T10:11:12Z' AS TIMESTAMP_TZ))::TIMESTAMP_NTZ", datetime(2024, 2, 29, 10, 11, 12)),
        ("TRY_TO_BOOLEAN('yes')", True),
        ("TRY_TO_BOOLEAN('maybe')", None),
        ("REGEXP_LIKE('abc', 'b')", False),
        ("REGEXP_LIKE('abc', 'a.*')", True),
        ("SPLIT_PART('a/b/c', '/', -1)", "c"),
        ("CAST('12.345' AS NUMBER(10,2))", Decimal("12.35")),
        ("CAST('-12.345' AS NUMBER(10,2))", Decimal("-12.35")),
        ("SHA2('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("CAST(OBJECT_CONSTRUCT_KEEP_NULL('a', 'x', 'b', NULL) AS VARCHAR)", '{"a":"x","b":null}'),
        ("PARSE_JSON('{\"Field\": {\"x\": \"y\"}}'):\"Field\".x::VARCHAR", "y"),
    ],
)  # fmt: skip
def test_a_function_gives_what_snowflake_gives(root, sql, value):
    """The functions that casts, mappings and rules are made of."""
    assert root.run(f"SELECT {sql}") == [(value,)]


def test_sums_of_money_are_exact(root):
    """No binary float on the way."""
    assert root.run("SELECT SUM(x) FROM (VALUES (0.10), (0.20), (0.30)) AS v (x)") == [(Decimal("0.60"),)]


def test_hash_agg_is_blind_to_order_only(root):
    """Two orders, one hash; another row, another hash."""
    sql = "SELECT HASH_AGG(x) FROM (VALUES {}) AS v (x)"
    assert root.run(sql.format("(1), (2)")) == root.run(sql.format("(2), (1)"))
    assert root.run(sql.format("(1), (2)")) != root.run(sql.format("(1), (2), (2)"))


@pytest.mark.usefixtures("table")
def test_merge_counts_what_it_does(root):
    """The second time it finds its row."""
    sql = (
        "MERGE INTO T AS t USING (SELECT 1 AS id, 'a' AS name) AS s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)"
    )
    assert root.run(sql) == [(1, 0)]
    assert root.run(sql) == [(0, 1)]


@pytest.mark.usefixtures("table")
def test_a_statement_is_described_without_running(root):
    """cursor.describe gives names and types, and the errors of a dry run."""
    with root.connection.cursor() as cursor:
        assert [column.name for column in cursor.describe("SELECT id, name FROM T")] == ["ID", "NAME"]
    assert root.fails("EXPLAIN SELECT nope FROM T") == 904


def test_history_tells_tag_error_and_rows(world, root):
    """QUERY_HISTORY of the account."""
    client = world.client(session_parameters={"QUERY_TAG": world.name("tag")})
    client.run("SELECT 1 UNION ALL SELECT 2")
    client.fails("SELECT * FROM nowhere")
    rows = root.run(
        "SELECT execution_status, error_code, rows_produced FROM TABLE(information_schema.query_history()) "
        f"WHERE query_tag = '{world.name('tag')}' ORDER BY start_time"
    )
    assert rows == [("SUCCESS", None, 2), ("FAIL", 2003, 0)]
