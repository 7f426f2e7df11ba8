"""The ERP's tables as JSON say exactly what its CSV export says."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox import records


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("PurchaseOrderHeader", 4012),
        ("PurchaseOrderDetail", 8845),
        ("Vendor", 104),
        ("Customer", 19820),
        ("CurrencyRate", 13532),
    ],
)
def test_no_record_is_lost(table, rows):
    """As many as the export has."""
    assert len(records.json_records(table)) == rows


def test_a_customer_looks_as_the_api_shows_it():
    """Numbers, null, text, instants."""
    first = json.loads(records.json_records("Customer")[0])
    assert first == {
        "CustomerID": 11015,
        "PersonID": 10963,
        "StoreID": None,
        "TerritoryID": 4,
        "AccountNumber": "AW00011015",
        "rowguid": "F791BD74-EB82-4631-B9FC-F9FEE621FD13",
        "ModifiedDate": "2014-09-12T11:15:07.263Z",
    }


def test_days_are_days_and_instants_are_instants():
    """A column whose values all fall on midnight is a date, except the one that says when a record was touched."""
    rate = next(r for r in map(json.loads, records.json_records("CurrencyRate")) if r["ToCurrencyCode"] == "EUR")
    assert rate["CurrencyRateDate"] == "2011-05-31"
    assert rate["ModifiedDate"] == "2011-05-31T00:00:00.000Z"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_number_keeps_its_digits(value):
    """The JSON text is the CSV text."""
    text = format(value, "f")
    spelled = records.spelling("Amount", [text, ""])(text)
    assert spelled == text
    assert json.loads(spelled, parse_float=Decimal, parse_int=Decimal) == value


@given(st.text(min_size=1))
def test_any_text_survives(value):
    """A text column holds what it held, also next to values that look like numbers."""
    assert json.loads(records.spelling("Name", [value, "x-1"])(value)) == value
