"""The chain of receipts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish import ledger

WHERE = ("globex", "staging", "orders")


def chain(length):
    rows, previous = [], ledger.FIRST
    for seq in range(1, length + 1):
        row = ledger.Row("load", f"{seq}.csv", "c" * 64, f"at-{seq}", 1, "r" * 64, "u" * 64, "d", "run", "2026")
        rows.append(ledger.sealed(row, seq, previous, WHERE))
        previous = rows[-1].hash
    return [ledger.receipt(row, *WHERE) for row in rows]


def test_a_whole_chain_is_right():
    """No complaint about what was written by the rules; none about an empty ledger."""
    assert ledger.verify_chain(chain(5)) == []
    assert ledger.verify_chain([]) == []


@given(st.integers(0, 4), st.sampled_from(["source_key", "attempt", "kind", "at", "release", "pipeline", "tenant"]))
def test_any_changed_word_is_found(index, key):
    """Whatever field of whatever row is changed."""
    receipts = chain(5)
    receipts[index][key] = "forged"
    assert f"row {index + 1} is not what its hash says." in ledger.verify_chain(receipts)


@pytest.mark.parametrize(
    "damage", [lambda r: r.pop(2), lambda r: r.reverse(), lambda r: r.insert(1, r[1]), lambda r: r.pop(0)]
)
def test_a_missing_moved_or_doubled_row_is_found(damage):
    """Numbers and hashes both tell."""
    receipts = chain(5)
    damage(receipts)
    assert ledger.verify_chain(receipts)


def test_a_forged_row_with_a_right_hash_breaks_the_next():
    """Who rewrites a row has to rewrite everything after it, and the head stands elsewhere too."""
    receipts = chain(3)
    forged = ledger.sealed(
        ledger.Row("load", "forged", "c" * 64, "at-2", 1, "r" * 64, "u" * 64, "d", "run", "2026"),
        2, receipts[0]["hash"], WHERE,
    )  # fmt: skip
    receipts[1] = ledger.receipt(forged, *WHERE)
    assert ledger.verify_chain(receipts) == ["row 3 does not follow the row before it."]


def test_ledger_rows_come_back_as_they_were_written(store):
    """What is read from the table has the hash of what was appended, over many rows and odd characters."""
    from tests.warehouse import landed

    one = store()
    one.publish(*[landed(f"dir/naïve '{n}' %s.csv") for n in range(ledger.PER_INSERT + 3)])
    assert one.chain() == []
    assert ledger.head(one.session, one.tables)[0] == ledger.PER_INSERT + 3
