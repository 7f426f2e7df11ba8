"""The story's frame: its steps run one after the other, each line appears as it ends, the report says the same.

The demo does what people do: it calls the commands of `acme`, handed in, on a scratch clone with real commits. It proves its
claims beside them, by counting for itself.
"""

from __future__ import annotations

import re
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import AcmeError, Final
from pipeline.sandbox import folder as folders
from pipeline.settings import Environment, load

RAISED = re.compile(r"^(?:pipeline|airflow)[\w.]*\.\w+: (.+)$", re.MULTILINE)  # the last line of a traceback
WIDTH = 78  # of what a step says

# (words of a command) → (its JSON document, its exit code)
Acme = Callable[[Sequence[str]], tuple[Any, int]]


@dataclass
class Report:
    """The demo's report (`--report FILE`); its shape is read by other tools."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    reaches: dict[str, int] = field(default_factory=lambda: {"tried": 0, "succeeded": 0})
    detect_seconds: float | None = None
    restore_seconds: float | None = None
    diagnosis: dict[str, str] = field(default_factory=dict)
    ok: bool = False

    def document(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Broken(Final):
    """A claim of the demo did not hold."""


@dataclass
class Story:
    """What the steps share. `home` is the user's checkout and its sandbox; `clone` is where the story's commits are made.

    `fast` leaves out what proves nothing new; `ran` is what has run in each environment, `nights` how many were dropped.
    """

    home: Path
    clone: Path
    acme: Acme
    fast: bool = False
    report: Report = field(default_factory=Report)
    ran: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    nights: dict[str, int] = field(default_factory=dict)
    bad_release: str = ""

    def do(self, *words: str, expect: int = 0) -> Any:
        """Runs `acme …` on the clone; its document. `Broken` where it ends otherwise than the story says."""
        document, code = self.acme([*words, "--repo", str(self.clone)])
        if code != expect:
            raise Broken(f"`acme {' '.join(words)}` ended with {code}, not {expect}.", why=reason(document))
        return document

    def run_name(self, what: str) -> str:
        """A name for a run of our own, telling and never used before."""
        return f"r-{what}-{uuid.uuid4().hex[:6]}"

    @property
    def logs(self) -> Path:
        return folders.of(self.home).root / "logs"

    def environment(self, name: str) -> Environment:
        return load(name, self.home)

    def claim(self, holds: bool, what: str) -> None:
        """`Broken` where the claim does not hold."""
        if not holds:
            raise Broken(what)


def reason(document: Any) -> str:
    """Why a command ended as it did, out of what it answered: its findings, its failed run, its failed tenants."""
    findings = [each["what"] for each in document.get("findings", []) if each["level"] == "deny"]
    failed = [each["error"] for each in document.values() if isinstance(each, dict) and "error" in each]
    return " ".join([*findings, *failed, *_of_run(document.get("run"))]) or str(document)[:600]


def _of_run(run: Any) -> list[str]:
    """How the run ended, what ended it, and where its log is; nothing where the command started none."""
    if not run:
        return []
    states = ", ".join(f"{task} {state}" for task, state in run["tasks"].items())
    ended = f"Run {run['run']} ended as {run['state']} ({states})."
    return [part for part in (ended, last_error(Path(run["log"])), f"Its log: {run['log']}") if part]


def last_error(log: Path) -> str:
    """What ended the run's task, in the words of the error; empty where its log names none."""
    said = RAISED.findall(log.read_text(encoding="utf-8", errors="replace")) if log.exists() else []
    return said[-1] if said else ""


Step = Callable[[Story], str]


def tell(story: Story, steps: Sequence[tuple[str, Step]]) -> Report:
    """Runs the steps; a failed one ends the story and says what, why and where to look."""
    for name, step in steps:
        began = time.monotonic()
        try:
            said = step(story)
        except Exception as error:
            _ended(story, name, failure(error, story.logs), began, ok=False)
            if not isinstance(error, AcmeError):
                raise
            return story.report
        _ended(story, name, said, began, ok=True)
    story.report.ok = _holds(story.report)
    return story.report


def failure(error: Exception, logs: Path) -> str:
    """What, why and fix, a line each, and where the logs are."""
    if not isinstance(error, AcmeError):
        return f"{type(error).__name__}: {error}\nlogs: {logs}"
    what = f"{error.where}: {error.what}" if error.where else error.what
    fix = f"fix: {error.fix}" if error.fix else ""
    return "\n".join(line for line in (what, error.why, fix, f"logs: {logs}") if line)


def _holds(report: Report) -> bool:
    return report.rows["duplicates"] == 0 and report.rows["lost"] == 0 and report.reaches["succeeded"] == 0


def _ended(story: Story, name: str, said: str, began: float, *, ok: bool) -> None:
    """The step's line, at once, and its place in the report."""
    seconds = time.monotonic() - began
    story.report.steps.append({"name": name, "ok": ok, "seconds": round(seconds, 2)})
    sys.stderr.write(line(name, said, seconds, ok=ok))
    sys.stderr.flush()


def line(name: str, said: str, seconds: float, *, ok: bool) -> str:
    """Name, what was said, sign and seconds; further lines of what was said stand below its first."""
    first, *more = said.splitlines() if ok else ["failed", *wrapped(said)]
    head = f"  {name:<15} {first:<{WIDTH}} {'✓' if ok else '✗'} {seconds:3.0f} s"
    return "\n".join([head, *(f"  {'':<15} {part}" for part in more), ""])


def wrapped(text: str) -> list[str]:
    """A failure is as long as it is: broken into lines, and never cut."""
    return [
        part
        for whole in text.splitlines()
        for part in textwrap.wrap(whole, WIDTH, break_long_words=False, break_on_hyphens=False)
    ]
