"""Work on many files at once: in this process, or in some of its own where the caller allows them.

Starts processes when the first piece of work comes, and ends them with itself. Fails with `Unreachable` where one died.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import Unreachable
from pipeline.findings import Finding

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


class Work(Protocol):
    """Takes a function and what it is about, and gives back what will return its findings."""

    def __call__(self, job: Callable[..., list[Finding]], *about: object) -> Callable[[], list[Finding]]: ...


@contextmanager
def pool(workers: int) -> Iterator[Work]:
    """`workers` 0: each piece is done here, when its findings are asked for."""
    if workers < 1:
        yield lambda job, *about: partial(job, *about)
        return
    started: list[ProcessPoolExecutor] = []

    def work(job: Callable[..., list[Finding]], *about: object) -> Callable[[], list[Finding]]:
        if not started:
            started.append(_start(workers))
        return partial(_findings, started[0].submit(job, *about).result)

    try:
        yield work
    finally:
        for processes in started:
            processes.shutdown(cancel_futures=True)


def _start(workers: int) -> ProcessPoolExecutor:
    """Spawned, not forked: the caller may hold threads and connections, which a fork would share."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet)


def _quiet() -> None:
    """Ctrl-C is the parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _findings(wait: Callable[[], list[Finding]]) -> list[Finding]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return wait()
    except BrokenProcessPool:
        fix = "try again; where memory is short, judge fewer tenants at once"
        raise Unreachable("a process that checks files ended before it answered.", fix=fix) from None
