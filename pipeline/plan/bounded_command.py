"""The engine's command with an end: every call has a time-out, and what it started ends with it.

An engine runs in a session of its own, so that a Ctrl-C meant for us does not reach it half way, and so that its plugins can
be found. One that takes too long is asked to write its state down, then killed with all of them. One whose apply has lost its
lease is killed at once: whatever it would still write belongs to somebody else. Fails with `Unreachable` then.
"""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from pulumi.automation import PulumiCommand
from pulumi.automation._cmd import CommandResult
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from pipeline.errors import Unreachable
from pipeline.toolchain.process import end_session

LIMITS_S: Mapping[str, float] = {"up": 1800.0, "preview": 600.0, "refresh": 600.0}  # by a command's first word
OTHERS_S = 120.0
WRITES_DOWN_S = 15.0  # what an interrupted engine gets to end what is under way and to write its state
LOOK_S = 0.25
Hears = Callable[[str], Any] | None


class BoundedCommand(PulumiCommand):
    """`pulumi` below `root`."""

    def __init__(self, root: Path) -> None:
        self.command, self._cut = str(root / "bin" / "pulumi"), threading.Event()
        said = self.run(["version"], ".", {"PULUMI_SKIP_UPDATE_CHECK": "true"}).stdout
        self.version = VersionInfo.parse(said.strip().removeprefix("v"))

    def until(self, cut: threading.Event) -> BoundedCommand:
        """The same command for one apply: its engines end when `cut` is set."""
        made = copy.copy(self)
        made._cut = cut
        return made

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Hears = None,
        on_error: Hears = None,
    ) -> CommandResult:
        """As the SDK's own, but for the time-out. It never reads from a terminal."""
        with subprocess.Popen(
            [self.command, "--non-interactive", *args],
            cwd=cwd,
            env=self._variables(additional_env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            readers = [Reader(process.stdout, on_output), Reader(process.stderr, on_error)]
            try:
                self._await(process, readers, args)
            except KeyboardInterrupt:
                interrupt(process)
                raise
            finally:
                end_session(process.pid)  # the engine, where it still runs, and plugins that it left
                for reader in readers:
                    reader.join()
        out, err = ("\n".join(reader.lines) for reader in readers)
        result = CommandResult(stdout=out, stderr=err, code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result

    def _variables(self, given: Mapping[str, str]) -> dict[str, str]:
        """Its own folder first on the path: there the plugins are that come with it."""
        path = f"{Path(self.command).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, **given, "PULUMI_AUTOMATION_API": "true", "PATH": path}

    def _await(self, process: subprocess.Popen[str], readers: list[Reader], args: list[str]) -> None:
        """Returns when the process has ended. Its output ends with it, unless a plugin that it left holds on to that."""
        limit_s = LIMITS_S.get(args[0], OTHERS_S)
        deadline = time.monotonic() + limit_s
        while process.poll() is None:
            if readers[0].is_alive():
                readers[0].join(LOOK_S)
            else:  # its output is closed: it ends now, or never
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_S)
            if self._cut.is_set():
                raise Unreachable(
                    f"{named(args)} was ended: its apply has lost the lease.",
                    why="Somebody else may work there by now.",
                    fix="look at the newest deployment, then run the same command again",
                )
            if time.monotonic() > deadline:
                interrupt(process)
                raise Unreachable(
                    f"{named(args)} did not end within {limit_s:.0f} s, so it was ended.",
                    fix="see whether AWS and Snowflake answer, then run the same command again: it finds what was begun",
                )


class Reader(threading.Thread):
    """Keeps the lines of one output of a process, and passes them on as they come."""

    def __init__(self, stream: IO[str] | None, hears: Hears) -> None:
        super().__init__(name="engine output", daemon=True)
        self.lines: list[str] = []
        self._stream, self._hears = stream, hears
        self.start()

    def run(self) -> None:
        for line in self._stream or ():
            self.lines.append(line.rstrip())
            if self._hears:
                self._hears(self.lines[-1])


def interrupt(process: subprocess.Popen[str]) -> None:
    """Asks an engine to end; returns when it has, or when it had time enough."""
    os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(WRITES_DOWN_S)


def named(args: list[str]) -> str:
    """`pulumi up` of globex.staging."""
    stack = f" of {args[args.index('--stack') + 1]}" if "--stack" in args else ""
    return f"`pulumi {args[0]}`{stack}"
