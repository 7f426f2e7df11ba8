"""Quality rules become checks: library metrics, SQL, ranges."""

from pathlib import Path

import pytest

from pipeline.spec.contract import read_contract
from pipeline.spec.document import parse
from pipeline.spec.quality import number_text

CONTRACT = (Path(__file__).parents[3] / "tenants/globex/contracts/purchase_orders.yaml").read_text(encoding="utf-8")
ROW_COUNT = "{type: library, metric: rowCount, mustBeGreaterThan: 0}"


def read(rule):
    document, findings = parse("tenants/globex/contracts/purchase_orders.yaml", CONTRACT.replace(ROW_COUNT, rule))
    assert findings == []
    return read_contract(document, "globex", "purchase_orders")


def test_the_table_s_rules_come_first_then_each_column_s():
    """In the order of the file."""
    contract, _ = read(ROW_COUNT)
    assert [(c.metric, c.column, c.comparison, c.value) for c in contract.checks] == [
        ("rowCount", None, "mustBeGreaterThan", "0"),
        ("sql", None, "mustBe", "0"),
        ("invalidValues", "status", "mustBe", "0"),
    ]


def test_a_range_becomes_two_checks():
    """Both ends included."""
    contract, _ = read("{metric: rowCount, mustBeBetween: [1, 2.5]}")
    assert [(c.comparison, c.value) for c in contract.checks[:2]] == [
        ("mustBeGreaterOrEqualTo", "1"),
        ("mustBeLessOrEqualTo", "2.5"),
    ]


def test_a_text_rule_is_for_people():
    """It is allowed, and nobody runs it."""
    contract, findings = read("{type: text, description: there is always an order}")
    assert findings == []
    assert [c.metric for c in contract.checks] == ["sql", "invalidValues"]


def test_a_query_is_kept_without_its_comments():
    """A comment in a rule makes no new release."""
    contract, _ = read('{type: sql, query: "SELECT  COUNT(*) /* all */ FROM purchase_orders", mustBe: 0}')
    assert contract.checks[0].query == "SELECT COUNT(*) FROM purchase_orders"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (-3, "-3"), (0.1, "0.1"), (2.50, "2.5"), (1e-7, "0.0000001"), (100.0, "100")]
)
def test_a_number_is_spelled_in_one_way(number, text):
    """Plain decimals, no exponent."""
    assert number_text(number) == text
