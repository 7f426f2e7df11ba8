"""The sandbox's folder: one holder of its lock, whole files only."""

from __future__ import annotations

import stat
import threading

import pytest

from pipeline import settings
from pipeline.errors import Busy
from pipeline.sandbox import folder as folders
from pipeline.sandbox.folder import Folder


def test_two_checkouts_have_two_folders(tmp_path, monkeypatch):
    """Unless the variable says otherwise."""
    monkeypatch.delenv(settings.SANDBOX_VARIABLE, raising=False)
    assert folders.of(tmp_path / "a") != folders.of(tmp_path / "b")
    monkeypatch.setenv(settings.SANDBOX_VARIABLE, str(tmp_path / "c"))
    assert folders.of(tmp_path / "a") == Folder(tmp_path / "c")


def test_the_environments_are_read_where_the_sandbox_writes_them(tmp_path, monkeypatch):
    """A sandbox that the variable names elsewhere is the one that every command talks to."""
    monkeypatch.delenv(settings.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv(settings.SANDBOX_VARIABLE, str(tmp_path / "elsewhere"))
    folders.make(folders.of(tmp_path))
    assert settings.folder(tmp_path) == folders.of(tmp_path).environments


def test_only_one_holds_the_lock(tmp_path):
    """A second waits, and says so when it waited long enough."""
    folder = Folder(tmp_path)
    with folders.locked(folder), pytest.raises(Busy, match="holds"), folders.locked(folder, timeout_s=0.2):
        pass


def test_the_lock_is_free_again(tmp_path):
    """Whoever waits gets it."""
    folder, entered = Folder(tmp_path), []

    def enter():
        with folders.locked(folder, timeout_s=10):
            entered.append(True)

    with folders.locked(folder):
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert entered == []
    waiting.join(10)
    assert entered == [True]


def test_a_written_file_is_for_its_owner_alone(tmp_path):
    """Keys and passwords stand in some of them."""
    folders.write(tmp_path / "below" / "key", b"secret")
    assert stat.S_IMODE((tmp_path / "below" / "key").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    """And nothing beside it."""
    folders.write(tmp_path / "file", b"old")
    with pytest.raises(TypeError):
        folders.write(tmp_path / "file", "no bytes")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
