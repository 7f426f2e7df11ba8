"""PostgreSQL's data folder is whole or not there."""

from __future__ import annotations

import pytest

from pipeline.errors import Conflict, Missing, Unreachable
from pipeline.sandbox import folder as folders
from pipeline.sandbox import postgres
from pipeline.sandbox.folder import Folder


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "sandbox")
    folders.make(made)
    return made


def test_a_folder_left_half_made_is_made_anew(folder):
    """What a crash left lies under another name and goes."""
    half = folder.postgres / "data.1234"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres.prepare(folder)
    assert not half.exists()
    assert (postgres.data_folder(folder) / "PG_VERSION").read_text() == "18\n"
    assert sorted(path.name for path in folder.postgres.iterdir()) == ["data", "pgpass"]


def test_a_whole_folder_is_left_alone(folder):
    """Its password too."""
    postgres.prepare(folder)
    before = postgres.passfile(folder).read_bytes()
    postgres.prepare(folder)
    assert postgres.passfile(folder).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(folder, monkeypatch):
    """With PostgreSQL's own words, and without the password."""
    monkeypatch.setattr(postgres, "USER", "pg_reserved")
    with pytest.raises(Conflict, match="pg_") as told:
        postgres.prepare(folder)
    assert not postgres.data_folder(folder).exists()
    assert postgres.passfile(folder).read_text().strip().rpartition(":")[2] not in str(told.value)


def test_a_program_that_is_not_there_is_told():
    """With the line that helps."""
    with pytest.raises(Missing, match="doctor"):
        postgres.binary("no_such_program")


def test_nobody_at_home_is_told(folder):
    """A port on which nobody listens."""
    postgres.prepare(folder)
    assert not postgres.answers(folder, 1)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        postgres.ensure_databases(folder, 1)
