"""A tenant's SELECT is framed, never rewritten."""

import pytest

from pipeline.framing import carries_identity, framed


@pytest.mark.parametrize(
    ("sql", "carries"),
    [
        ("SELECT a FROM landed", True),
        ("select a\nfrom LANDED as l where a > 1", True),
        ("SELECT a, ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM landed QUALIFY n = 1", True),
        ("WITH w AS (SELECT 1 AS x FROM landed GROUP BY x) SELECT a FROM landed JOIN w ON w.x = a", True),
        ("SELECT EXTRACT(year FROM d) AS y FROM landed", True),
        ("SELECT 'FROM (', \"GROUP\" FROM landed -- GROUP BY\n/* UNION */", True),
        ("SELECT DISTINCT a FROM landed", False),
        ("SELECT a, COUNT(*) AS n FROM landed GROUP BY a", False),
        ("SELECT a FROM landed UNION ALL SELECT a FROM landed", False),
        ("SELECT * FROM landed", False),
        ("WITH w AS (SELECT a FROM landed) SELECT a FROM w", False),
        ("SELECT l.a FROM landed AS l JOIN landed AS m ON l.a = m.a", False),
        ("SELECT a FROM (SELECT a FROM landed)", False),
        ("SELECT a FROM products JOIN landed ON a = b", False),
        ("", False),
    ],
)
def test_identity_is_carried_only_where_it_is_sure(sql, carries):
    """Only a SELECT that reads `landed` itself, and neither groups nor dedupes, has one source row for each row."""
    assert carries_identity(sql) is carries


def test_the_frame_leaves_the_text_alone():
    """The query is bound in front, an own WITH goes on, a closing semicolon goes."""
    assert framed("SELECT a FROM landed;", "landed", "Q") == "WITH landed AS (Q) SELECT a FROM landed"
    assert (
        framed("-- x\nWITH w AS (SELECT 1) SELECT a FROM w", "t", "Q")
        == "-- x\nWITH t AS (Q), w AS (SELECT 1) SELECT a FROM w"
    )
    assert framed("SELECT a FROM t", "t", "Q", first=("_o", "_r")) == "WITH t AS (Q) SELECT _o, _r, a FROM t"
