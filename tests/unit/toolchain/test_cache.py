"""The cache: parts made once, whatever runs beside or was killed before."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

from pipeline.toolchain import cache


def make_slowly(folder: Path) -> None:
    """Counts itself beside the part, then takes a moment."""
    with folder.with_name("made").open("a") as log:
        log.write("x")
    time.sleep(0.3)
    (folder / "content").write_text("whole")


def ensure(folder: Path) -> None:
    cache.made_once(folder, make_slowly)


def test_two_processes_at_once_make_a_part_once(tmp_path):
    """The second set-up waits for the first and finds everything there."""
    part = tmp_path / "part"
    makers = [multiprocessing.get_context("spawn").Process(target=ensure, args=(part,)) for _ in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(30)
    assert [maker.exitcode for maker in makers] == [0, 0, 0]
    assert (tmp_path / "made").read_text() == "x"
    assert (part / "content").read_text() == "whole"


def test_a_set_up_killed_half_way_is_made_anew(tmp_path):
    """Without its mark a part counts as nothing: what a killed process left is cleared away."""
    part = tmp_path / "part"
    maker = multiprocessing.get_context("spawn").Process(target=ensure, args=(part,))
    maker.start()
    deadline = time.monotonic() + 20
    while not (tmp_path / "made").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(maker.pid, signal.SIGKILL)
    maker.join(10)
    assert not cache.is_complete(part)
    (part / "rubbish").write_text("half")
    ensure(part)
    assert cache.is_complete(part)
    assert not (part / "rubbish").exists()


def test_the_folder_is_the_one_that_the_variable_names(monkeypatch, tmp_path):
    """`$ACME_CACHE` moves everything that is written outside of the checkout."""
    monkeypatch.setenv("ACME_CACHE", str(tmp_path / "here"))
    assert cache.folder() == tmp_path / "here"
    monkeypatch.delenv("ACME_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert cache.folder() == tmp_path / "user" / "acmeconnect"


def test_read_only_folders_are_removed_too(tmp_path):
    """Go leaves its module cache without write bits."""
    deep = tmp_path / "part" / "modules" / "one"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    deep.chmod(0o500)
    cache.remove(tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_a_shared_folder_goes_with_the_last_who_uses_it(tmp_path):
    """The first to leave takes nothing from the second, and what a killed one left goes too."""
    part = tmp_path / "shared"
    (part / "left").mkdir(parents=True)
    (part / "left").chmod(0o500)
    with cache.shared(part):
        with cache.shared(part):
            (part / "made").touch()
        assert (part / "made").exists()
    assert not part.exists()
