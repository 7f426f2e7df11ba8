"""Whoever waits for a run hears that it goes on, and what it waits for."""

import os
import threading

import pytest

from pipeline.recover.watching import Word, waits_for, watched


def test_a_long_run_is_heard_of():
    """While it lasts, and not afterwards; what it returns is returned, what it raises is raised."""
    go, heard = threading.Event(), []

    def say(seconds):
        heard.append(seconds)
        go.set()

    assert watched(lambda: go.wait(10), say, every_s=0.01)
    assert heard
    assert watched(lambda: "done", heard.clear, every_s=10) == "done"

    def fail():
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        watched(fail, heard.append)


def test_ctrl_c_leaves_the_run_to_itself():
    """It goes on, whoever looks."""
    go, ended = threading.Event(), threading.Event()

    def work():
        go.wait(10)
        ended.set()

    def interrupted(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(work, interrupted, every_s=0.01)
    assert not ended.is_set()
    go.set()
    assert ended.wait(10)


def test_what_a_run_waits_for_stands_in_its_newest_log(tmp_path):
    """The last word of it; of another run, or of none, nothing."""
    old, new = (tmp_path / f"initech__customers.r-1.{number}.log" for number in (1, 2))
    old.write_text("INFO - acme: waits 9 s for old.example: it answered HTTP 429\n")
    new.write_text(
        'INFO - acme: waits 30 s for erp.example: it answered HTTP 429\n{"event": "acme: waits 12 s for erp.example: x", "n": 1}\n'
    )
    os.utime(old, (1, 1))
    assert waits_for(tmp_path, "initech__customers", "r-1") == "waits 12 s for erp.example: x"
    new.write_text("acme: waits 61 s for erp.example: it answered HTTP 429 [pipeline.ingest.http] loc=http.py:186\n")
    assert waits_for(tmp_path, "initech__customers", "r-1") == "waits 61 s for erp.example: it answered HTTP 429"
    assert waits_for(tmp_path, "initech__customers", "r-2") == ""


def test_what_is_said_is_news():
    """The first word, another reason, and once a minute the same one again."""
    reasons = iter(["", "", "", "waits 61 s", "waits 61 s", "waits 61 s"])
    word = Word("run r-1", lambda: next(reasons))
    said = [word(seconds) for seconds in (10, 30, 40, 50, 60, 115)]
    assert said == [
        "",
        "run r-1: 30 s (Ctrl-C leaves it to itself)\n",
        "",
        "run r-1: 50 s, waits 61 s\n",
        "",
        "run r-1: 115 s, waits 61 s\n",
    ]
    assert Word("run r-2", lambda: "waits 9 s")(10) == "run r-2: 10 s, waits 9 s (Ctrl-C leaves it to itself)\n"
