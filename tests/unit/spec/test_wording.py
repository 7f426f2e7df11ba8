"""How findings speak: suggestions, and values only where they give nothing away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec.wording import did_you_mean, shown


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "https://u:p@host",
        "sftp://acme:x@h/o",
        "p@ss!",
        "A" * 80,
    ],
)
def test_what_may_be_a_secret_is_not_shown(secret):
    """Only its kind is."""
    assert shown(secret) == "this text"


@pytest.mark.parametrize(
    "word", ["vendor_id", "NUMBER(38,0)", "PurchaseOrderHeader_*.csv.gz", "H * * * *", "/outbound/purchasing"]
)
def test_what_a_person_needs_to_see_is_shown(word):
    """Names, types, patterns, schedules, paths."""
    assert shown(word) == f"`{word}`"


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans() | st.lists(st.integers()))
def test_anything_can_be_shown(value):
    """Shortly."""
    assert 0 < len(shown(value)) < 400


def test_a_near_word_is_suggested_and_a_far_one_is_not():
    """`Did you mean` helps or keeps quiet."""
    assert did_you_mean("vendor_di", ["vendor_id", "status"]) == " Did you mean `vendor_id`?"
    assert did_you_mean("xyz", ["vendor_id", "status"]) == ""
