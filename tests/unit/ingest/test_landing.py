"""What becomes of an object that the source shows: landed, known, or held."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.ingest.landing import Seen, judge
from pipeline.ingest.source import Held
from pipeline.run import Known, LandedObject

LIVE = Known({"a": "1", "b": "2"}, revoked=frozenset({("r", "9")}), contents=frozenset({"1", "2"}), newest="2")


def outcome(key, content, *, write="append", same_name="hold", same_bytes="hold", known=LIVE):
    pipeline = SimpleNamespace(write=write, same_name=same_name, same_bytes=same_bytes)
    landed = LandedObject(key, content, ())
    said = judge(pipeline, Seen(known, set(known.contents), known.newest), landed)
    return "held" if isinstance(said, Held) else "known" if said is None else "landed"


@pytest.mark.parametrize(
    ("key", "content", "options", "expected"),
    [
        ("c", "3", {}, "landed"),
        ("a", "1", {}, "known"),
        ("a", "3", {}, "held"),
        ("a", "3", {"same_name": "new"}, "landed"),
        ("a", "3", {"same_name": "replace"}, "landed"),
        ("c", "1", {}, "held"),
        ("c", "1", {"same_bytes": "skip"}, "known"),
        ("c", "1", {"same_bytes": "load"}, "landed"),
        ("c", "1", {"write": "replace"}, "landed"),
        ("c", "2", {"write": "replace"}, "held"),
        ("r", "9", {"same_bytes": "load"}, "known"),
        ("r", "8", {}, "landed"),
    ],
)
def test_same_name_and_same_bytes(key, content, options, expected):
    """The pipeline says what other bytes under a known name mean, and known bytes under another name."""
    assert outcome(key, content, **options) == expected
