"""SQL as a release keeps it: comments and white space are no content, what stands in quotes is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec.sql_text import fold

PIECES = st.sampled_from(
    ["SELECT", "a", ",", "'it''s -- no comment'", '"a /* b"', "$$ x -- y $$", "'\\'//'", "1", "||", "-", "/"]
)
GAPS = st.sampled_from([" ", "\n", "\t ", " -- note\n", " /* 'x' */ ", ' // "y\n', "\r\n"])


@given(st.lists(PIECES, min_size=1, max_size=12), st.lists(GAPS, min_size=12, max_size=12))
def test_comments_and_blanks_between_words_are_no_content(pieces, gaps):
    """Whatever stands between two words is one blank."""
    text = "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=False))
    assert fold(text) == " ".join(pieces)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("sql", "folded"),
    [
        ("SELECT 'a  b'", "SELECT 'a  b'"),
        ("SELECT 'a\n--b'", "SELECT 'a\n--b'"),
        ("SELECT 1 -- 'x\nFROM t", "SELECT 1 FROM t"),
        ("SELECT 1/* */FROM t;", "SELECT 1 FROM t"),
        ("SELECT a - -b", "SELECT a - -b"),
        ("SELECT 'open", "SELECT 'open"),
        ("/* open", ""),
    ],
)
def test_quotes_are_kept_as_they_are(sql, folded):
    """A comment's mark inside of quotes is text, a quote inside of a comment is none."""
    assert fold(sql) == folded
