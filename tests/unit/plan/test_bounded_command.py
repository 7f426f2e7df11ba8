"""Every call of the engine ends: by itself, at its limit, or when its apply has lost the lease; what it started ends with it."""

from __future__ import annotations

import threading
import time

import pytest
from pulumi.automation.errors import CommandError

from pipeline.errors import Unreachable
from pipeline.plan import bounded_command
from pipeline.plan.bounded_command import BoundedCommand
from pipeline.toolchain.process import started_at

# `up` hangs with a plugin in a process group of its own; `refresh` writes its state down when it is asked to end
PULUMI = """#!/bin/bash
shift
case $1 in
version) echo v3.259.0 ;;
up) trap '' INT; set -m; sleep 600 & echo $! > plugin; wait; wait ;;
refresh) trap 'echo yes > written; exit 1' INT; echo began; sleep 600 & wait ;;
preview) sleep 600 & echo one; echo two ;;
*) echo wrong >&2; exit 7 ;;
esac
"""


@pytest.fixture
def command(tmp_path, monkeypatch):
    """An engine that hangs in every way, with limits that a test can wait for."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(PULUMI)
    program.chmod(0o755)
    monkeypatch.setattr(bounded_command, "LIMITS_S", {"up": 0.5, "refresh": 0.5, "preview": 60})
    monkeypatch.setattr(bounded_command, "WRITES_DOWN_S", 2)
    return BoundedCommand(tmp_path)


def plugin_ended(folder) -> bool:
    pid, deadline = int((folder / "plugin").read_text()), time.monotonic() + 10
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not started_at(pid)


def test_what_it_says_is_passed_on_and_a_plugin_that_it_leaves_does_not_hold_us(command, tmp_path):
    """The plugin holds the output open for ten minutes."""
    heard = []
    assert command.run(["preview"], str(tmp_path), {}, heard.append).stdout == "one\ntwo"
    assert heard == ["one", "two"]
    with pytest.raises(CommandError, match="wrong"):
        command.run(["stack", "init"], str(tmp_path), {})


def test_one_that_hangs_is_ended_with_its_plugins(command, tmp_path, monkeypatch):
    """Although it does not listen; the error says of which stack."""
    monkeypatch.setattr(bounded_command, "WRITES_DOWN_S", 0.2)
    with pytest.raises(Unreachable, match=r"`pulumi up` of globex\.staging did not end within 0 s"):
        command.run(["up", "--stack", "globex.staging"], str(tmp_path), {})
    assert plugin_ended(tmp_path)


def test_one_that_listens_writes_its_state_down_first(command, tmp_path):
    """It is asked to end before it is killed."""
    with pytest.raises(Unreachable):
        command.run(["refresh"], str(tmp_path), {})
    assert (tmp_path / "written").read_text() == "yes\n"


def test_without_its_lease_it_ends_at_once_and_none_begins(command, tmp_path, monkeypatch):
    """It is not asked: what it would write down is somebody else's. Other applies' engines go on."""
    monkeypatch.setattr(bounded_command, "LIMITS_S", {})
    cut = threading.Event()
    threading.Timer(0.3, cut.set).start()
    with pytest.raises(Unreachable, match="lost the lease"):
        command.until(cut).run(["up"], str(tmp_path), {})
    assert plugin_ended(tmp_path)
    with pytest.raises(Unreachable, match="lost the lease"):
        command.until(cut).run(["up"], str(tmp_path), {})
    assert command.run(["preview"], str(tmp_path), {}).code == 0
