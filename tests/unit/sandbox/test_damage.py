"""Spoiled data differs from the good in exactly one thing."""

from __future__ import annotations

import gzip
import json

import pytest

from pipeline.errors import Missing
from pipeline.sandbox import damage, records, seed

ORDERS = seed.purchasing_files()[f"{seed.DIRECTORY}/PurchaseOrderHeader_2011.csv.gz"]
RATES = "\n".join(records.json_records("CurrencyRate")[-3:]).encode()


def csv_rows(content):
    return records.rows(gzip.decompress(content).decode())


def test_a_renamed_column_changes_the_header_alone():
    """Every record stays as it was."""
    names, rows = csv_rows(damage.rename_column(ORDERS, "Freight", "FreightCost"))
    assert names == ["FreightCost" if name == "Freight" else name for name in csv_rows(ORDERS)[0]]
    assert rows == csv_rows(ORDERS)[1]


def test_a_changed_type_changes_one_column_alone():
    """1096.9613 comes as 1,096.9613."""
    names, rows = csv_rows(damage.change_type(ORDERS, "Freight"))
    at = names.index("Freight")
    for bad, good in zip(rows, csv_rows(ORDERS)[1], strict=True):
        assert bad[:at] + bad[at + 1 :] == good[:at] + good[at + 1 :]
        assert bad[at].replace(",", "") == good[at]
    assert any("," in row[at] for row in rows)


def test_records_of_an_api_are_spoiled_alike():
    """A renamed name, a number as text."""
    renamed = [json.loads(line) for line in damage.rename_column(RATES, "AverageRate", "Rate").splitlines()]
    assert all("Rate" in record and "AverageRate" not in record for record in renamed)
    retyped = [json.loads(line) for line in damage.change_type(RATES, "CurrencyRateID").splitlines()]
    assert all("," in record["CurrencyRateID"] for record in retyped)


def test_a_truncated_file_is_the_beginning_of_the_good_one():
    """And no gzip file any more."""
    half = damage.truncate(ORDERS)
    assert ORDERS.startswith(half)
    with pytest.raises(EOFError):
        gzip.decompress(half)


@pytest.mark.parametrize("content", [ORDERS, RATES])
def test_an_unknown_column_is_told(content):
    """A fault that would do nothing is no fault."""
    with pytest.raises(Missing, match="has no column `Nope`"):
        damage.rename_column(content, "Nope", "X")
