"""kill -9 at random instants: the next run finishes the job, nothing counts twice, nothing is lost, no lock stays.

`ACME_KILLS` says how many times, `ACME_SEED` at which instants.
"""

import json
import os
import random
import subprocess
import sys
import time

from pipeline.publish.fence import Kind
from tests.warehouse import Store

KILLS = int(os.environ.get("ACME_KILLS", "6"))
SEED = int(os.environ.get("ACME_SEED", "7"))
ROWS = 3000


def start(store: Store, landed, tag: str) -> subprocess.Popen:
    """A worker that has its session and waits."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.fence.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    told = {
        "world": store.world.document(),
        "tenant": store.tenant,
        "epoch": store.epoch,
        "tag": tag,
        "manifest": store.manifest(landed).bytes().decode(),
    }
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait(timeout=10)
    process.stdin.close()
    process.stdout.close()


def drop(store: Store, number: int):
    """An object of its own keys."""
    first = number * ROWS
    return store.drop(f"{number}.csv", "\n".join(["Id,Val", *(f"{n},{n}" for n in range(first, first + ROWS))]))


def test_a_killed_run_is_finished_by_the_next(store):
    """Whatever the instant: load, verify or publish."""
    one, luck = store(), random.Random(SEED)
    process = start(one, drop(one, 0), "calm")
    began = time.monotonic()
    go(process)
    assert process.stdout.readline() == "published\n"
    whole_s = time.monotonic() - began
    end(process)
    for number in range(1, KILLS + 1):
        landed = drop(one, number)
        process = start(one, landed, f"kill-{number}")
        go(process)
        time.sleep(luck.uniform(0, whole_s))
        end(process)
        one.server_ends(f"kill-{number}")  # as the server does, minutes after a client is gone
        assert one.run(landed).kind in (Kind.PUBLISHED, Kind.ALREADY_PUBLISHED)
    assert one.visible() == [(n, n) for n in range((KILLS + 1) * ROWS)]
    assert one.chain() == []
