"""Work on many files at once: in this process, or in some of its own where the caller allows them.

Starts processes when the first piece of work comes, and ends them with itself. Fails with `Unreachable` where one died.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Protocol

from pipeline.errors import Unreachable
from pipeline.findings import Finding


class Work(Protocol):
    """Takes a function and what it is about, and gives back what will return its findings."""

    def __call__(self, job: Callable[..., list[Finding]], *about: object) -> Callable[[], list[Finding]]: ...


@contextmanager
def pool(workers: int) -> Iterator[Work]:
    """`workers` 0: each piece is done here, when its findings are asked for."""
    if workers < 1:
        yield lambda job, *about: partial(job, *about)
        return
    # spawned, not forked: the caller may hold threads and connections, which a fork would share
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet) as processes:
        try:
            yield lambda job, *about: partial(_findings, processes.submit(job, *about).result)
        except BaseException:
            processes.shutdown(wait=False, cancel_futures=True)
            raise


def _quiet() -> None:
    """Ctrl-C is the parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _findings(wait: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return wait()
    except BrokenProcessPool:
        fix = "try again; where memory is short, judge fewer tenants at once"
        raise Unreachable("a process that checks files ended before it answered.", fix=fix) from None
