"""Lands one run's objects in a process that holds what a task holds, and nothing of the tests: for `benchmarks.ingest`.

Reads a pickled (binding, credentials) from stdin, prints one line of JSON: bytes, seconds, MiB before and at most.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path

from pipeline.events import Event
from pipeline.ingest import landing
from pipeline.run import Known


class Silence:
    """Takes events, tells nobody."""

    def send(self, event: Event) -> None:
        del event


def peak() -> float:
    """The most memory that this program has had, in MiB. What rusage says begins with the memory of whoever started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    binding, credentials = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 the benchmark's own
    before, began = peak(), time.monotonic()
    (landed,) = landing.land(binding, Known({}), Silence(), credentials).objects
    told = {"size": landed.files[0].size, "seconds": time.monotonic() - began, "before": before, "most": peak()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
