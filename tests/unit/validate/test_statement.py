"""What a SELECT gives: columns, their types and emptiness, and what it does to row counts."""

import pytest

from pipeline.validate import clause, grouping
from pipeline.validate.columns import Reading
from pipeline.validate.rows import effect
from pipeline.validate.scope import table_of
from pipeline.validate.statement import read
from pipeline.validate.value import Value

LANDED = table_of(
    "landed",
    {
        "id": ("NUMBER(38,0)", True),
        "price": ("NUMBER(19,4)", True),
        "state": ("VARCHAR(8)", True),
        "note": ("VARCHAR(50)", False),
    }
    | {"sent_on": ("DATE", False), "seen_at": ("TIMESTAMP_NTZ(3)", True), "good": ("BOOLEAN", True)},
)
VENDORS = table_of("vendors", {"id": ("NUMBER(38,0)", True), "vendor_name": ("VARCHAR(100)", True)})
KEYS = {"vendors": ("id",)}


def outputs(sql):
    statement, faults = read(sql)
    assert faults == []
    reading = Reading({"landed": LANDED, "vendors": VENDORS})
    return reading.select(statement.tree), [fault.rule for fault in reading.faults]


def said(value: Value):
    kind = value.type
    return (kind and (kind.family, kind.size, kind.scale), value.nullable)


@pytest.mark.parametrize(
    ("expression", "kind", "nullable"),
    [
        ("id", ("number", 38, 0), False),
        ("l.note", ("text", 50, 0), True),
        ("'abc'", ("text", 3, 0), False),
        ("12.50", ("number", 4, 2), False),
        ("NULL::DATE", ("date", None, 0), True),
        ("price + 1", ("number", None, 0), False),
        ("(price + 1)::NUMBER(19, 4)", ("number", 19, 4), False),
        ("CAST(note AS VARCHAR(60))", ("text", 60, 0), True),
        ("TRY_CAST(state AS NUMBER(3,0))", ("number", 3, 0), True),
        ("CASE WHEN good THEN 'a' ELSE 'long' END", ("text", 4, 0), False),
        ("CASE state WHEN 'a' THEN 1 END", ("number", 1, 0), True),
        ("CASE WHEN good THEN NULL ELSE sent_on END", ("date", None, 0), True),
        ("IFF(good, price, 0)", ("number", 19, 4), False),
        ("COALESCE(note, 'none')", ("text", 50, 0), False),
        ("NVL(note, 'none')", ("text", 50, 0), False),
        ("NULLIF(id, 0)", ("number", 38, 0), True),
        ("UPPER(TRIM(state))", ("text", 8, 0), False),
        ("note || state", ("text", 58, 0), True),
        ("note || id", ("text", None, 0), True),
        ("CONCAT(state, '-', state)", ("text", 17, 0), False),
        ("LEFT(note, 3)", ("text", 3, 0), True),
        ("SUBSTR(state, 2, 4)", ("text", 4, 0), False),
        ("SUBSTR(state, 2)", ("text", 8, 0), False),
        ("id::INT", ("number", 38, 0), False),
        ("seen_at::DATETIME", ("timestamp", 9, 0), False),
        ("id > 3 AND good", ("boolean", None, 0), False),
        ("note IS NULL", ("boolean", None, 0), False),
        ("ROW_NUMBER() OVER (PARTITION BY state ORDER BY id)", ("number", 18, 0), False),
        ("TO_DATE(state)", ("date", None, 0), False),
        ("DATEADD(day, 1, sent_on)", ("date", None, 0), True),
        ("DATEADD(hour, 1, sent_on)", ("timestamp", 9, 0), True),
        ("sent_on + 1", ("date", None, 0), True),
        ("YEAR(seen_at)", ("number", 4, 0), False),
        ("TRY_TO_NUMBER(state, 10, 2)", ("number", 10, 2), True),
        ("TO_TIMESTAMP_NTZ(state)", ("timestamp", 9, 0), False),
        ("LPAD(state, 10, '0')", ("text", 10, 0), False),
        ("REPLACE(state, '--', '-')", ("text", 8, 0), False),
        ("REPLACE(state, '-', '--')", None, False),
        ("DECODE(state, 'a', 1, 22)", ("number", 2, 0), False),
        ("DECODE(state, 'a', 1)", ("number", 1, 0), True),
        ("NVL2(note, 'some', 'none')", ("text", 4, 0), False),
        ("GREATEST(price, 0)", ("number", 19, 4), False),
        ("CASE WHEN note IS NULL THEN 'none' ELSE note END", ("text", 50, 0), False),
        ("IFF(l.note IS NOT NULL, note, 'none')", ("text", 50, 0), False),
        ("IFF(good, 1)", ("number", 1, 0), True),
        ("REGEXP_SUBSTR(state, 'x')", None, True),
        ("(SELECT MAX(v.vendor_name) FROM vendors AS v)", ("text", 100, 0), True),
    ],
)
def test_the_type_of_an_expression(expression, kind, nullable):
    """Certain, or left open so that the author says it by a cast."""
    columns, faults = outputs(f"SELECT {expression} AS x FROM landed AS l")
    assert faults == []
    assert said(columns["x"]) == (kind, nullable)


def test_where_says_that_a_column_is_filled():
    """IS NOT NULL among the ANDs of WHERE."""
    columns, _ = outputs("SELECT note FROM landed WHERE good AND note IS NOT NULL")
    assert said(columns["note"]) == (("text", 50, 0), False)


@pytest.mark.parametrize(
    ("sql", "faults"),
    [
        ("IFF(id <> 0, price / id, 0) AS x FROM landed", []),
        ("IFF(id <> 0, 0, price / id) AS x FROM landed", ["division"]),
        ("CASE WHEN id = 0 THEN 0 ELSE price / id END AS x FROM landed", []),
        ("CASE WHEN id = 0 OR good THEN 0 ELSE price / l.id END AS x FROM landed AS l", []),
        ("CASE WHEN id = 0 AND good THEN 0 ELSE price / id END AS x FROM landed", ["division"]),
        ("CASE id WHEN 0 THEN 0 ELSE price / id END AS x FROM landed", []),
        ("CASE WHEN NOT id = 0 THEN price / id END AS x FROM landed", []),
        ("CASE WHEN id BETWEEN 1 AND 9 THEN price / id WHEN ABS(price) > 0 THEN id / price END AS x FROM landed", []),
        ("CASE WHEN id >= 0 THEN price / id END AS x FROM landed", ["division"]),
        ("price / id AS x FROM landed WHERE id > 0", []),
        ("price / id AS x FROM landed WHERE id IN (1, 2)", []),
        ("price AS x FROM landed WHERE id > 0 AND price / id > 2", ["division"]),
        ("x.price / x.id AS x FROM (SELECT id, price FROM landed) AS x WHERE x.id <> 0", []),
        ("SUM(price) / COUNT(*) AS x FROM landed GROUP BY state", []),
        ("SUM(price) / COUNT(*) AS x FROM landed", ["division"]),
        ("SUM(price) / SUM(id) AS x FROM landed GROUP BY state HAVING SUM(id) > 0", []),
        ("DIV0(price, id) AS x FROM landed", []),
        ("DIV0NULL(price, id) AS x FROM landed", []),
        ("price / GREATEST(id, 1) AS x FROM landed", []),
        ("price / (ABS(id) + 1) AS x FROM landed", []),
        ("price / COALESCE(NULLIF(id, 0), 1) AS x FROM landed", []),
        ("MOD(id, 7) AS x FROM landed", []),
        ("id % price AS x FROM landed", ["division"]),
        ("id AS x FROM landed WHERE sent_on >= '2014-01-01' AND state IN ('a', 'b') AND price > 1", []),
        ("id AS x FROM landed WHERE id = '12' AND good = 'true' AND seen_at < '2014-01-01 10:00:00'", []),
        ("id AS x FROM landed WHERE sent_on > '31.12.2014'", ["comparison"]),
        ("id AS x FROM landed WHERE id = state", ["comparison"]),
        ("id AS x FROM landed WHERE note = NULL", ["comparison"]),
        ("id AS x FROM landed WHERE id <> id", ["comparison"]),
        ("CASE state WHEN 'a' THEN 1 WHEN 'a' THEN 2 END AS x FROM landed", ["condition"]),
        ("id AS x FROM landed WHERE 1 = 0", ["condition"]),
        ("state AS x FROM landed GROUP BY state HAVING COUNT(*) > 1", []),
        ("ROW_NUMBER() OVER (PARTITION BY state) AS x FROM landed", ["unsteady"]),
        ("LISTAGG(note, ',') AS x FROM landed", ["unsteady"]),
        ("LISTAGG(note, ',') WITHIN GROUP (ORDER BY note) AS x FROM landed", []),
        ("ARRAY_AGG(note) WITHIN GROUP (ORDER BY id) AS x FROM landed", []),
        ("FIRST_VALUE(note) IGNORE NULLS OVER (PARTITION BY state ORDER BY id) AS x FROM landed", []),
        ("l.id AS x FROM landed AS l JOIN vendors AS v ON TRUE", ["cross_join"]),
        ("l.id AS x FROM landed AS l JOIN vendors AS v ON l.id = 1 AND v.id = 1", ["cross_join"]),
        ("l.id AS x FROM landed AS l, vendors AS v", ["cross_join"]),
        ("l.id AS x FROM landed AS l JOIN vendors AS v ON v.id BETWEEN l.id AND l.price", []),
        ("l.id AS x FROM landed AS l CROSS JOIN vendors AS v", []),
        ("(price + 1)::NUMBER(19, 4) AS x, (price * id)::NUMBER(19, 2) AS y FROM landed", []),
        ("(price + 1)::NUMBER(18, 4) AS x FROM landed", ["narrowed"]),
        ("SUM(price)::NUMBER(9, 4) AS x, note::VARCHAR(49) AS y FROM landed GROUP BY 2", ["narrowed", "narrowed"]),
        ("(price / 3)::NUMBER(5, 4) AS x, id::NUMBER(9, 0) AS y, LEFT(note, 9)::VARCHAR(9) AS z FROM landed", []),
        ("TRY_CAST(state AS VARCHAR(2)) AS x, ROW_NUMBER() OVER (ORDER BY id)::NUMBER(5, 0) AS y FROM landed", []),
        ("state AS x, COUNT(*) AS n FROM landed GROUP BY state", []),
        ("UPPER(l.state) AS x, COUNT(*) AS n FROM landed AS l GROUP BY UPPER(state)", []),
        ("UPPER(state) AS x, MAX(id) - MIN(id) AS n FROM landed GROUP BY x HAVING COUNT(*) > 1", []),
        ("state AS x, good AS y, COUNT(*) AS n FROM landed GROUP BY ALL", []),
        ("state AS x, SUM(SUM(id)) OVER (PARTITION BY state) AS n FROM landed GROUP BY 1", []),
        ("id AS x, SUM(id) OVER (PARTITION BY state) AS n FROM landed", []),
        ("id AS x, (SELECT MAX(v.id) FROM vendors AS v) AS n FROM landed", []),
        ("note AS x, COUNT(*) AS n FROM landed GROUP BY state", ["grouping"]),
        ("note AS x, COUNT(*) AS n FROM landed", ["grouping"]),
        ("state AS x FROM landed GROUP BY state HAVING id > 1", ["grouping"]),
        ("state AS x FROM landed WHERE COUNT(*) > 1 GROUP BY state", ["grouping"]),
        ("id AS x FROM landed WHERE ROW_NUMBER() OVER (ORDER BY id) = 1", ["grouping"]),
        ("note || '-' || state AS x, id + '1' AS y FROM landed", []),
        ("note + state AS x FROM landed", ["operand"]),
        ("SUM(state) AS x FROM landed", ["operand"]),
        ("IFF(good, id, 0.5) AS x, COALESCE(sent_on, seen_at) AS y, NVL(note, NULL) AS z FROM landed", []),
        ("CASE WHEN good THEN id ELSE 'none' END AS x FROM landed", ["operand"]),
        ("COALESCE(sent_on, 0) AS x FROM landed", ["operand"]),
        ("COALESCE(sent_on, '2014-01-01')::DATE AS x, IFF(good, id, '0')::NUMBER(9, 0) AS y FROM landed", []),
        ("CASE WHEN good THEN '2014-01-01' ELSE sent_on END::DATE AS x FROM landed", []),
        ("COALESCE(sent_on, 'never')::DATE AS x FROM landed", ["operand"]),
        ("* FROM landed", ["star"]),
        ("x.id AS y, x.nothing AS z FROM (SELECT l.* FROM landed AS l) AS x", ["star", "column_unknown"]),
    ],
)
def test_what_is_guarded_linked_and_ordered_is_let_through(sql, faults):
    """And nothing else: each refused form has its allowed neighbour."""
    statement, unread = read(f"SELECT {sql}")
    assert unread == []
    reading = Reading({"landed": LANDED, "vendors": VENDORS})
    reading.select(statement.tree)
    found = [*reading.faults, *clause.faults(statement.tree), *grouping.faults(statement.tree)]
    assert [fault.rule for fault in found] == faults


@pytest.mark.parametrize(
    ("select", "nullable"),
    [
        ("SUM(id) AS x FROM landed", True),
        ("SUM(id) AS x FROM landed GROUP BY state", False),
        ("MAX(note) AS x FROM landed GROUP BY state", True),
        ("MAX(id) OVER (PARTITION BY state) AS x FROM landed", False),
        ("LAG(id) OVER (PARTITION BY state ORDER BY id) AS x FROM landed", True),
        ("COUNT(note) AS x FROM landed", False),
    ],
)
def test_an_aggregate_of_a_group_is_filled(select, nullable):
    """A group has a row, a whole table may have none."""
    assert outputs(f"SELECT {select}")[0]["x"].nullable is nullable


def test_a_left_join_may_find_nobody():
    """So what it brings may be empty, and what an inner join brings is not."""
    joined = "SELECT v.vendor_name FROM landed AS l {} vendors AS v ON l.id = v.id"
    assert outputs(joined.format("LEFT JOIN"))[0]["vendor_name"].nullable
    assert not outputs(joined.format("JOIN"))[0]["vendor_name"].nullable


def test_with_and_brackets_are_looked_through():
    """Types and names come out of the inner SELECT."""
    columns, faults = outputs("WITH a AS (SELECT id AS n FROM landed) SELECT b.n FROM (SELECT n FROM a) AS b")
    assert faults == []
    assert said(columns["n"]) == (("number", 38, 0), False)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("SELECT nothing FROM landed", "column_unknown"),
        ("SELECT id FROM landed AS l JOIN vendors AS v ON l.id = v.id", "column_ambiguous"),
        ("SELECT x.id FROM landed", "source"),
        ("SELECT id FROM customers", "source"),
        ("SELECT id FROM landed WHERE wrong = 1", "column_unknown"),
        ("SELECT id FROM landed ORDER BY wrong", "column_unknown"),
        ("SELECT l.id FROM landed AS l JOIN vendors AS v ON l.wrong = v.id", "column_unknown"),
        ("SELECT id / price AS x FROM landed", "division"),
        ("SELECT (SELECT v.wrong FROM vendors AS v) AS x FROM landed", "column_unknown"),
    ],
)
def test_what_is_not_there_is_told_wherever_it_stands(sql, rule):
    """In the list, in clauses, in joins and in brackets."""
    assert rule in outputs(sql)[1]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT id FROM landed", "one_to_one"),
        ("SELECT id, COUNT(*) OVER (PARTITION BY state) AS n FROM landed", "one_to_one"),
        ("SELECT id, (SELECT MAX(v.id) FROM vendors AS v) AS n FROM landed", "one_to_one"),
        ("SELECT l.id FROM landed AS l LEFT JOIN vendors AS v ON l.id = v.id", "one_to_one"),
        ("SELECT l.id FROM landed AS l LEFT JOIN vendors USING (id)", "one_to_one"),
        ("SELECT l.id FROM landed AS l JOIN vendors AS v ON l.id = v.id", "filters"),
        ("SELECT id FROM landed WHERE good", "filters"),
        ("SELECT id FROM landed QUALIFY ROW_NUMBER() OVER (PARTITION BY state ORDER BY id) = 1", "filters"),
        ("SELECT x.id FROM (SELECT id FROM landed WHERE good) AS x", "filters"),
        ("WITH a AS (SELECT id FROM landed WHERE good) SELECT id FROM a", "filters"),
        ("SELECT DISTINCT id FROM landed", "aggregates"),
        ("SELECT state, COUNT(*) AS n FROM landed GROUP BY state", "aggregates"),
        ("SELECT MAX(id) AS id FROM landed", "aggregates"),
        ("SELECT l.id FROM landed AS l LEFT JOIN vendors AS v ON l.state = v.vendor_name", "explodes"),
        ("SELECT l.id FROM landed AS l LEFT JOIN vendors AS v ON l.id = v.id OR l.good", "explodes"),
        ("SELECT l.id FROM landed AS l LEFT JOIN vendors AS v ON v.id = v.id AND l.good = v.good", "explodes"),
        ("SELECT l.id FROM landed AS l CROSS JOIN vendors AS v", "explodes"),
        ("SELECT l.id FROM landed AS l CROSS JOIN (SELECT MAX(id) AS m FROM vendors) AS v", "one_to_one"),
        (
            "WITH n AS (SELECT state, COUNT(*) AS n FROM landed GROUP BY 1) SELECT id FROM landed LEFT JOIN n USING (state)",
            "one_to_one",
        ),
        (
            "WITH n AS (SELECT id AS k FROM vendors) SELECT l.id FROM landed AS l LEFT JOIN n ON n.k = l.id",
            "one_to_one",
        ),
        ("WITH n AS (SELECT id AS k FROM vendors) SELECT l.id FROM landed AS l LEFT JOIN n ON n.k > l.id", "explodes"),
        (
            "SELECT l.id FROM landed AS l LEFT JOIN (SELECT vendor_name FROM vendors "
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor_name ORDER BY id) = 1) AS v ON v.vendor_name = l.state",
            "one_to_one",
        ),
    ],
)
def test_what_a_select_does_to_row_counts(sql, rows):
    """The audit of conservation goes by this word."""
    statement, faults = read(sql)
    assert faults == []
    assert effect(statement.tree, KEYS) == rows


def test_the_text_of_a_projection_is_as_it_was_written():
    """A fix repeats it without the alias."""
    statement, _ = read(
        "SELECT a, CASE WHEN b IS DISTINCT FROM c THEN f(1, 2) END AS d FROM landed".replace("f(", "LEFT(")
    )
    assert [statement.text(p) for p in statement.projections] == [
        "a",
        "CASE WHEN b IS DISTINCT FROM c THEN LEFT(1, 2) END",
    ]
    assert [p.name for p in statement.projections] == ["a", "d"]


@pytest.mark.parametrize(
    ("sql", "fix"),
    [
        ("SELECT ISNULL(a, b) AS x FROM landed", "write `COALESCE`"),
        ("SELECT COALESC(a, b) AS x FROM landed", "write `COALESCE`"),
        ('SELECT COALESCE(a, "none") AS x FROM landed', "remove the quotes, or write '…' where text is meant"),
        ("SELECT `a` FROM landed", "remove the quotes, or write '…' where text is meant"),
        ("SELECT a FROM {{ ref('b') }}", "write the names themselves"),
        ("SELECT a FROM landed LIMIT 3", "remove it"),
        ("SELECT TOP 3 a FROM landed", "remove it"),
        (
            "SELECT a::MONEY AS x FROM landed",
            "write a type of Snowflake's, with its sizes: NUMBER(19, 4), VARCHAR(50), DATE",
        ),
        (
            "SELECT a FROM landed UNION ALL SELECT b FROM landed",
            "write one SELECT; what comes in files of another form fills a table of its own",
        ),
    ],
)
def test_who_comes_from_another_dialect_is_told_the_word(sql, fix):
    """One fault, once, with what to write instead."""
    faults = read(sql)[1]
    assert {fault.fix for fault in faults} == {fix}
