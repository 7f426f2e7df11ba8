"""The story's frame: its steps run one after the other, each line appears as it ends, the report says the same.

The demo does what people do: it calls the commands of `acme`, handed in, on a scratch clone with real commits. It proves its
claims beside them, by counting for itself.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import AcmeError, Final
from pipeline.settings import Environment, load

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
    """What the steps share. `home` is the user's checkout and its sandbox; `clone` is where the story's commits are made."""

    home: Path
    clone: Path
    acme: Acme
    report: Report = field(default_factory=Report)
    notes: dict[str, Any] = field(default_factory=dict)

    def do(self, *words: str, expect: int = 0) -> Any:
        """Runs `acme …` on the clone; its document. `Broken` where it ends otherwise than the story says."""
        document, code = self.acme([*words, "--repo", str(self.clone)])
        if code != expect:
            raise Broken(f"`acme {' '.join(words)}` ended with {code}, not {expect}: {brief(document)}")
        return document

    def environment(self, name: str) -> Environment:
        return load(name, self.home)

    def claim(self, holds: bool, what: str) -> None:
        """`Broken` where the claim does not hold."""
        if not holds:
            raise Broken(what)


def brief(document: Any) -> str:
    """The start of a document, for an error."""
    return str(document)[:600]


Step = Callable[[Story], str]


def tell(story: Story, steps: Sequence[tuple[str, Step]]) -> Report:
    """Runs the steps; a failed one ends the story and says what, why and where to look."""
    for name, step in steps:
        began = time.monotonic()
        try:
            said = step(story)
        except AcmeError as error:
            _line(name, f"{error.sentence()}  logs: .sandbox/logs", "✗", began)
            story.report.steps.append({"name": name, "ok": False, "seconds": round(time.monotonic() - began, 2)})
            return story.report
        _line(name, said, "✓", began)
        story.report.steps.append({"name": name, "ok": True, "seconds": round(time.monotonic() - began, 2)})
    story.report.ok = _holds(story.report)
    return story.report


def _holds(report: Report) -> bool:
    return report.rows["duplicates"] == 0 and report.rows["lost"] == 0 and report.reaches["succeeded"] == 0


def _line(name: str, said: str, sign: str, began: float) -> None:
    first, *more = said.splitlines() or [""]
    seconds = f"{time.monotonic() - began:3.0f} s"
    lines = [f"  {name:<15} {first:<78} {sign} {seconds}", *(f"  {'':<15} {line}" for line in more)]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()
