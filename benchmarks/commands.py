"""How long a person waits for a command: whole processes, several runs each. `python -m benchmarks.commands [RUNS]`

Prints minimum, median and maximum wall seconds. The sandbox is started first and stays up; nothing is changed in it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS: Sequence[tuple[str, Sequence[str]]] = (
    ("launcher, environments there", ("--version",)),
    ("doctor", ("doctor",)),
    ("validate one tenant", ("validate", "globex")),
    ("gate one tenant, own OPA or the sandbox's", ("gate", "globex")),
    ("sandbox up, everything running", ("sandbox", "up")),
    ("status", ("observe", "status", "globex")),
    ("plan one tenant", ("plan", "globex")),
)


def seconds(words: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [ROOT / "acme", *words],
        cwd=ROOT,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=300,
    )
    return time.perf_counter() - began


def main(runs: int) -> None:
    cold = [restart() for _ in range(2)]
    print(
        f"{'sandbox: down, then up with its data':<44} {min(cold):6.2f} {statistics.median(cold):6.2f} {max(cold):6.2f}"
    )
    for name, words in COMMANDS:
        seconds(words)
        taken = [seconds(words) for _ in range(runs)]
        print(f"{name:<44} {min(taken):6.2f} {statistics.median(taken):6.2f} {max(taken):6.2f}")


def restart() -> float:
    seconds(("sandbox", "down"))
    return seconds(("sandbox", "up"))


if __name__ == "__main__":
    print(f"{'':<44} {'min':>6} {'median':>6} {'max':>6}   seconds")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
