"""Bytes become text only where the text is what it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec.text import decode, refused_character


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_finding(content):
    """And no text holds a character that nobody sees."""
    text, findings = decode("tenants/globex/a.yaml", content, 100)
    assert (text is None) == bool(findings)
    assert text is None or refused_character(text) == ""


def test_windows_line_ends_and_a_byte_order_mark_are_taken_off():
    """So that the same content is the same text."""
    assert decode("a.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", 100) == ("a: 1\nb: 2\n", [])


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"a: 1\nb: \xff\n", "document.encoding", "a.yaml:2:4"),
        (b"a: 1\nb: \x00\n", "document.character", "a.yaml:2:4"),
        ("a: \u202e\n".encode(), "document.character", "a.yaml:1:4"),
        (b"a: 1\rb: 2", "document.character", "a.yaml:1:5"),
        (b"a" * 101, "document.size", "a.yaml"),
    ],
)
def test_the_place_of_a_bad_byte_is_named(content, code, where):
    """By line and column."""
    text, (finding,) = decode("a.yaml", content, 100)
    assert text is None
    assert (finding.code, str(finding.where)) == (code, where)


@pytest.mark.parametrize("character", ["é", "ß", "中", "😀", "\t", "\n", "—"])
def test_what_people_write_is_allowed(character):
    """Any script, tabs and lines."""
    assert refused_character(f"a{character}b") == ""
