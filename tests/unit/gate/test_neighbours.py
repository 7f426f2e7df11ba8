"""Untouched tenants' documents are parsed once for the same bytes, and judged as if they had been parsed each time."""

from __future__ import annotations

import pytest

from pipeline.gate import documents
from pipeline.gate.documents import read_documents
from pipeline.gate.neighbours import Neighbours

OURS, THEIRS = "tenants/globex/environments/staging.yaml", "tenants/initech/environments/staging.yaml"
FILES = {OURS: b"cell: eu1\nstatus: active\n", THEIRS: b"cell: eu2\nstatus: paused\n"}


def test_a_neighbours_document_is_not_parsed_again(tmp_path, monkeypatch):
    """The second look has the same values and finds the same places; what was touched is parsed each time."""
    first = Neighbours.open(tmp_path, ["globex"])
    before = read_documents(FILES, first)
    first.save()
    parsed = []
    real = documents._read
    monkeypatch.setattr(documents, "_read", lambda path, content: parsed.append(path) or real(path, content))
    after = read_documents(FILES, Neighbours.open(tmp_path, ["globex"]))
    assert parsed == [OURS]
    assert after.values == before.values
    assert str(after.where(THEIRS, "/status")) == str(before.where(THEIRS, "/status")) == f"{THEIRS}:2:9"


def test_other_bytes_and_broken_ones_are_read(tmp_path):
    """A changed neighbour has its new value; one that cannot be read is found each time."""
    first = Neighbours.open(tmp_path, ["globex"])
    read_documents(FILES, first)
    first.save()
    again = Neighbours.open(tmp_path, ["globex"])
    assert read_documents({THEIRS: b"cell: eu3\n"}, again).values[THEIRS] == {"cell": "eu3"}
    for _ in range(2):
        again.save()
        again = Neighbours.open(tmp_path, ["globex"])
        assert [one.code for one in read_documents({THEIRS: b"a: [1\n"}, again).findings] == ["document.syntax"]


@pytest.mark.parametrize("text", ["", "[]", "{half"])
def test_a_memory_that_cannot_be_read_is_none(tmp_path, text):
    """Then everything is parsed."""
    first = Neighbours.open(tmp_path, [])
    read_documents(FILES, first)
    first.save()
    first.file.write_text(text)
    assert read_documents(FILES, Neighbours.open(tmp_path, [])).values[THEIRS] == {"cell": "eu2", "status": "paused"}


def test_what_the_head_has_of_the_base_is_parsed_once(monkeypatch):
    """What differs is read, what is broken is found on both sides, and places are the head's."""
    broken = {**FILES, "tenants/globex/tenant.yaml": b"a: [1\n"}
    base = read_documents(broken)
    parsed = []
    real = documents._read
    monkeypatch.setattr(documents, "_read", lambda path, content: parsed.append(path) or real(path, content))
    head = {**broken, THEIRS: b"\ncell: eu2\n"}
    read = read_documents(head, base=(broken, base))
    assert parsed == [THEIRS, "tenants/globex/tenant.yaml"]
    assert read.values == {OURS: base.values[OURS], THEIRS: {"cell": "eu2"}, "tenants/globex/tenant.yaml": None}
    assert [one.code for one in read.findings] == ["document.syntax"]
    assert str(read.where(THEIRS, "/cell")) == f"{THEIRS}:2:7"
