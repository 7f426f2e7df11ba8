"""Patterns of a contract are quick to match, whatever the value is."""

import re
import time

import pytest

from pipeline.spec.regex import why_refused


@pytest.mark.parametrize(
    "pattern",
    ["^AW[0-9]{8}$", "^[A-Z]{1,11}[0-9]{4}$", "a+b*", "^(ab|cd)$", "(abc){2}", r"\d+-\d+", "[()*+]+", r"\(x\)+"],
)
def test_plain_patterns_are_good(pattern):
    """And they answer at once on a value that almost fits."""
    assert why_refused(pattern) == ""
    start = time.process_time()
    re.search(pattern, "a" * 5000 + "!")
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "(a|aa)+",
        "((ab)+c)*",
        "(a{1,9}){2}",
        r"(a)\1",
        "(?=a)",
        "(?i)a",
        "(?P<x>a)",
        "[",
        "(",
        "a" * 201,
        "",
        "a{2000}",
        "a+" * 11,
        7,
    ],
)
def test_slow_foreign_or_broken_patterns_are_refused(pattern):
    """Each with its reason, as a sentence."""
    assert why_refused(pattern).endswith(".")
