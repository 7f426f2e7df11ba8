"""A document is plain JSON that knows where each part of it stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec.document import parse

TEXT = "title: Globex  # who\nenvironments:\n  - {name: staging, port: 22}\n  - name: 'production'\n"
PLAIN = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["C"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(PLAIN, VALUES, max_size=4))
def test_json_reads_as_itself(value):
    """YAML 1.2 holds JSON, and nothing is turned into something else."""
    document, findings = parse("a.yaml", json.dumps(value))
    assert findings == []
    assert document.value == value


def test_each_part_knows_its_line_and_column():
    """Values and keys alike, by path or by JSON pointer."""
    document, _ = parse("a.yaml", TEXT)
    assert str(document.where(("title",))) == "a.yaml:1:8"
    assert str(document.where(("title",), key=True)) == "a.yaml:1:1"
    assert str(document.where("/environments/0/port")) == "a.yaml:3:27"
    assert str(document.where("/environments/1/name")) == "a.yaml:4:11"


def test_what_is_not_there_stands_where_its_parent_does():
    """A missing key is shown at the key that should hold it."""
    document, _ = parse("a.yaml", TEXT)
    assert str(document.where("/environments/7/name")) == "a.yaml:2:1"
    assert str(document.where("/nothing/at/all")) == "a.yaml:1:1"


def test_a_pointer_may_hold_slashes_and_tildes():
    """As RFC 6901 spells them."""
    document, _ = parse("a.yaml", '{"a/b": {"c~d": 1}}')
    assert str(document.where("/a~1b/c~0d")) == "a.yaml:1:17"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-20", "2026-11-20"),
        ("1:30", "1:30"),
        ("0o17", 15),
        ("017", 17),
        ("1_000", "1_000"),
        ("~", None),
        ("1e3", 1000.0),
        ("+1", 1),
        ("'1'", "1"),
        ("=", "="),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_2(text, value):
    """Norway keeps its country code, and a date is text."""
    document, findings = parse("a.yaml", f"key: {text}\n")
    assert findings == []
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


def test_every_mistake_of_a_file_is_told_at_once():
    """A duplicate key, a tag and an endless number, each in its place."""
    _, findings = parse("a.yaml", "a: 1\na: 2\nb: !!str x\nc: .inf\n")
    assert [(f.code, f.where.line) for f in findings] == [
        ("document.duplicate_key", 2),
        ("document.tag", 3),
        ("document.number", 4),
    ]
