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

EVERY_S = 10.0
LAST_BYTES = 20_000
WAITS = re.compile(r"acme: (waits .+?)(?:\"|$)", re.MULTILINE)
T = TypeVar("T")


def watched(work: Callable[[], T], say: Callable[[float], None], *, every_s: float = EVERY_S) -> T:
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
    return said[-1] if said else ""
