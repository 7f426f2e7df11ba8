"""Waits for a run and says, now and then, that it goes on and what it waits for.

The run is Airflow's: whoever stops watching stops nothing. Reads the run's log in the sandbox's folder.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

EVERY_S, FIRST_S, AGAIN_S = 10.0, 30.0, 60.0
LAST_BYTES = 20_000
WAITS = re.compile(r"acme: (waits [^\"\[\n]+)")  # behind it a log's own form may say where it was written
T = TypeVar("T")


def watched(work: Callable[[], T], say: Callable[[float], object], *, every_s: float = EVERY_S) -> T:
    """What `work` returns or raises. `say(seconds)` is called while it lasts. Ctrl-C leaves at once, and `work` alone."""
    box: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue()

    def run() -> None:
        try:
            box.put((work(), None))
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            box.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    began = time.monotonic()
    while True:
        try:
            done, error = box.get(timeout=every_s)
        except queue.Empty:
            say(time.monotonic() - began)
            continue
        if error is not None:
            raise error
        return done  # type: ignore[return-value]  # None only where `work` returned it


def waits_for(logs: Path, dag: str, run: str) -> str:
    """What the run's newest log says last that it waits for; empty where it says nothing of it."""
    found = sorted(logs.glob(f"{dag}.{run}.*.log"), key=lambda path: path.stat().st_mtime)
    if not found:
        return ""
    with found[-1].open("rb") as log:
        log.seek(max(0, found[-1].stat().st_size - LAST_BYTES))
        said = WAITS.findall(log.read().decode("utf-8", "replace"))
    return said[-1].strip() if said else ""


class Word:
    """What is said of a run while it lasts: at first that it can be left, then what is new, and once a minute that it goes on.

    A run that waits for nothing is not worth a word in its first half minute.
    """

    def __init__(self, name: str, waits: Callable[[], str]) -> None:
        self._name, self._waits = name, waits
        self._last: str | None = None
        self._next_s = 0.0

    def __call__(self, seconds: float) -> str:
        """A line, or nothing."""
        waits, first = self._waits(), self._last is None
        if (first and not waits and seconds < FIRST_S) or (waits == self._last and seconds < self._next_s):
            return ""
        self._last, self._next_s = waits, seconds + AGAIN_S
        left = " (Ctrl-C leaves it to itself)" if first else ""
        return f"{self._name}: {seconds:.0f} s{f', {waits}' if waits else ''}{left}\n"
