"""Workers outside Airflow, for what Airflow does to them only now and then: killed while they load, two at once, too late.

They run the very tasks of a DAG (`pipeline.tasks`), on globex's orders in production.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline import tasks
from pipeline.demo.claims import ORDERS, deployer
from pipeline.demo.story import Story
from pipeline.live import Tables
from pipeline.sandbox import folder as folders
from pipeline.tasks import Result, Start
from pipeline.warehouse import Session

CODE = Path(__file__).parents[2]
LOADING = "import sys; from pipeline import tasks; tasks.load(tasks.Start(*sys.argv[1:]), {})"
WITHIN_S = 60.0
LOOK_EVERY_S = 0.01
Said = Mapping[str, Any]


def start(run: str, task: str, try_number: int = 1) -> Start:
    """A task of a run of globex's orders in production."""
    return Start(ORDERS[0], "production", ORDERS[1], run, task, try_number)


def landed(run: str) -> None:
    """The run's manifest is frozen."""
    tasks.ingest(start(run, "ingest"), {})


def audited(run: str, try_number: int = 1) -> Said:
    """A new attempt at the run's manifest, loaded and verified: what it would hand to publish."""
    said: Said = {}
    steps: list[tuple[str, Callable[[Start, Said], Result]]] = [("load", tasks.load), ("verify", tasks.verify)]
    for name, task in steps:
        said = {**said, **task(start(run, name, try_number), said).said}
    return said


def published(run: str, said: Said) -> str:
    """What the fence says to this worker."""
    return tasks.publish(start(run, "publish"), said).outcome


def at_once(run: str, tries: Sequence[int]) -> list[str]:
    """So many workers of one run side by side, as two of Airflow's may be; what the fence says to each."""
    with ThreadPoolExecutor(max_workers=len(tries)) as pool:
        return list(pool.map(lambda number: published(run, audited(run, number)), tries))


def killed(story: Story, run: str) -> None:
    """A worker of this run, ended by kill -9 when its first rows stand in the table and before it can tell anybody."""
    at = start(run, "load")
    words = [sys.executable, "-c", LOADING, at.tenant, at.environment, at.pipeline, at.run, at.task]
    path = folders.of(story.home).log("killed-worker")
    with deployer(story, "production") as session, path.open("ab") as log:
        before = _attempts(story, session)
        worker = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(CODE)}, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + WITHIN_S
            while _attempts(story, session) == before and worker.poll() is None and time.monotonic() < deadline:
                time.sleep(LOOK_EVERY_S)
        finally:
            worker.kill()
            code = worker.wait(WITHIN_S)
    story.claim(code == -signal.SIGKILL, f"the worker ended with {code} before it could be killed; see {path}")


def _attempts(story: Story, session: Session) -> int:
    """How many attempts have rows in the table, published or not."""
    t = Tables(story.environment("production").place, *ORDERS)
    [(number,)] = session.rows(f"SELECT COUNT(DISTINCT _attempt) FROM {t.rows}")
    return int(number)
