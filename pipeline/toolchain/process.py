"""Running a tool of the set-up: bounded in time, its output kept in a log that the error names."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.errors import Final


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Runs `command` to its end. `Final` where it fails or takes too long; the log then holds what it printed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    name = " ".join(Path(str(part)).name for part in command[:3])
    with log.open("ab") as output:
        try:
            subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                timeout=timeout_s,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise Final(f"`{name}` took longer than {timeout_s:.0f} s.", fix=f"read {log}, then try again") from None
        except (subprocess.CalledProcessError, OSError) as error:
            raise Final(f"`{name}` failed: {last_line(log) or error}", fix=f"read {log}, then try again") from None


def last_line(log: Path) -> str:
    """The last line that says something, at most 300 characters."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def said_by(
    command: Sequence[str | Path], *, timeout_s: float = 20.0, environment: Mapping[str, str] | None = None
) -> str:
    """What a command prints, stripped; empty where it cannot be started, fails or takes too long: then it is not usable."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=True,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def started_at(pid: int) -> str:
    """When this process began, as the kernel tells it; empty where it does not run (a zombie runs no more).

    A pid alone is no identity: the system gives it away again.
    """
    if Path("/proc/self/stat").exists():
        return _started_linux(pid)
    state, _, began = said_by(["ps", "-o", "stat=,lstart=", "-p", str(pid)]).partition(" ")
    return "" if state.startswith("Z") else began.strip()


def _started_linux(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def end_session(leader: int) -> None:
    """Kills every process of the session that `leader` began: itself, and what it started, in whatever process groups."""
    for pid in _running():
        with suppress(ProcessLookupError, PermissionError):  # it ended just now; it is somebody else's
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


def _running() -> list[int]:
    if Path("/proc/self/stat").exists():
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [int(word) for word in said_by(["ps", "-A", "-o", "pid="]).split()]
