"""A process is told from every other, and ended with its group and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from pipeline.sandbox import process

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('child', child.pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def begin(tmp_path):
    """Starts a command; ends all of them after the test."""
    begun = []

    def start(command, name="part"):
        log = tmp_path / f"{name}.log"
        begun.append(process.start(command, dict(os.environ), log, tmp_path / f"{name}.json"))
        wait_until(lambda: log.read_text().endswith("\n"))
        return begun[-1]

    yield start
    for each in begun:
        process.end(each, how=signal.SIGKILL, patience_s=5)


def wait_until(claim, within_s=10):
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_started_process_is_found_again_by_its_record(begin, tmp_path):
    """Another command knows it as well as the one that started it."""
    begun = begin(SLEEPER)
    assert process.recorded(tmp_path / "part.json") == begun
    assert begun.alive


def test_nothing_runs_that_was_not_written_down(tmp_path):
    """Where the starter dies before it has recorded the process, the process never becomes the command."""
    starter = (
        "import os, sys; from pathlib import Path; from pipeline.sandbox import process;"
        "process.write_json = lambda *_: os._exit(9);"
        "process.start(['touch', sys.argv[1]], dict(os.environ), Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    arguments = [str(tmp_path / name) for name in ("touched", "log", "record")]
    done = subprocess.run([sys.executable, "-c", starter, *arguments], timeout=30, check=False)
    assert done.returncode == 9
    time.sleep(0.3)
    assert not (tmp_path / "touched").exists()


def test_an_ended_process_is_not_found(begin, tmp_path):
    """Neither as a zombie of ours, nor as a record."""
    begun = begin(SLEEPER)
    process.end(begun)
    assert not begun.alive
    assert process.recorded(tmp_path / "part.json") is None


def test_a_pid_that_was_given_away_is_left_alone(begin):
    """The same pid with another start is somebody else: it lives on."""
    begun = begin(SLEEPER)
    process.end(replace(begun, started="1"))
    assert begun.alive


def test_who_does_not_listen_is_killed(begin):
    """TERM is a question, KILL is not."""
    begun = begin(STUBBORN)
    process.end(begun, patience_s=0.3)
    assert not begun.alive


def test_the_children_of_a_process_end_with_it(begin, tmp_path):
    """The whole group goes, also where the parent just left."""
    begun = begin(PARENT)
    child = int((tmp_path / "part.log").read_text().split()[1])
    process.end(begun)
    wait_until(lambda: not process.started_at(child))


def test_no_record_is_no_process(tmp_path):
    """Before the first start there is nothing to end."""
    assert process.recorded(tmp_path / "none.json") is None
