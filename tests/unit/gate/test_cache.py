"""Findings are remembered by content, and a broken memory is only forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings import Finding, Where
from pipeline.gate.cache import Cache, key_of

FOUND = [Finding("transform.style", "deny", "gate", "what.", where=Where("a.sql", 1, 2))]


def test_what_was_found_comes_back_whole(tmp_path):
    """The same content gives the same findings without a second look."""
    cache = Cache(tmp_path)
    assert cache.findings("style", ["x"], lambda: FOUND) == FOUND
    assert cache.findings("style", ["x"], list) == FOUND
    assert cache.findings("style", ["y"], list) == []


def test_a_half_written_memory_is_looked_at_again(tmp_path):
    """Whatever stands in the file, the answer is right."""
    cache = Cache(tmp_path)
    cache.findings("style", ["x"], list)
    [file] = (tmp_path / "style").iterdir()
    file.write_text('[{"code"')
    assert cache.findings("style", ["x"], lambda: FOUND) == FOUND


def test_without_a_folder_nothing_is_kept():
    """Every question is asked anew."""
    cache = Cache(None)
    assert cache.findings("style", ["x"], lambda: FOUND) == FOUND
    assert cache.findings("style", ["x"], list) == []


TEXTS = st.lists(st.text(st.characters(codec="utf-8")))


@given(TEXTS, TEXTS)
def test_two_contents_never_share_a_key(one, two):
    """However parts are cut, another content has another key."""
    assert (key_of(one) == key_of(two)) == (one == two)
