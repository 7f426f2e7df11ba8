"""One started process: told from every other by pid and start time, ended with its whole group and nothing else.

A pid alone is no identity: the system gives it away again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.sandbox.folder import read_json, write_json
from pipeline.toolchain.process import started_at


@dataclass(frozen=True)
class Process:
    """`started` is the system's own word for when this pid began."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # a dead child of ours would stay a zombie
        return bool(self.started) and started_at(self.pid) == self.started


# Waits for a word before it becomes the command: whoever starts it writes down who it is first, and where that one is
# killed in between, the word never comes and nothing is left running that nobody knows.
WHEN_TOLD = ("/bin/sh", "-c", 'read -r go && exec "$@" < /dev/null', "part")


def start(words: Sequence[str], environment: Mapping[str, str], log: Path, record: Path) -> Process:
    """The command `words` in a session of its own, its output appended to `log`, its identity in `record`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [*WHEN_TOLD, *words],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process = Process(popen.pid, started_at(popen.pid))
    write_json(record, {"pid": process.pid, "started": process.started, "command": list(words)})
    if popen.stdin is not None:
        with suppress(BrokenPipeError), popen.stdin as word:
            word.write(b"go\n")
    popen.returncode = 0  # it outlives us on purpose: Popen must not warn that nobody waited
    return process


def recorded(record: Path) -> Process | None:
    """The process that `start` wrote down, if it still runs."""
    document = read_json(record, None)
    process = Process(document["pid"], document["started"]) if document else None
    return process if process and process.alive else None


def command(record: Path) -> list[str]:
    """What was started under this record, running or not."""
    words: list[str] = read_json(record, {}).get("command", [])
    return words


def end(process: Process, *, how: signal.Signals = signal.SIGTERM, patience_s: float = 10) -> None:
    """Ask it, wait, then KILL what is left of its group. Nothing happens where the pid is somebody else's by now."""
    if not process.alive:
        return
    with suppress(ProcessLookupError):
        os.kill(process.pid, how)
    wait(process, patience_s)
    _kill_group(process)  # a group keeps its number from being given away while anybody is in it
    wait(process, patience_s)


def _kill_group(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait(process: Process, patience_s: float) -> bool:
    """Whether it ended in time."""
    deadline = time.monotonic() + patience_s
    while process.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
