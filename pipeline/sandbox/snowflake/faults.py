"""Faults on demand: statements that fail or wait, by a pattern of their text."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass

from pipeline.sandbox.snowflake.problem import Problem


@dataclass
class Fault:
    """`times` statements matching `pattern` (and the tag) wait `delay_s`, then fail with `number` unless it is 0."""

    pattern: re.Pattern[str]
    tag: str
    times: int
    number: int
    delay_s: float


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, pattern: str, tag: str, times: int, number: int, delay_s: float) -> None:
        compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        with self._lock:
            self._faults.append(Fault(compiled, tag, times, number, delay_s))

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def strike(self, sql: str, tag: str) -> None:
        for fault in self._due(sql, tag):
            time.sleep(fault.delay_s)
            if fault.number:
                raise Problem(fault.number, "57014", "A fault was asked for.")

    def _due(self, sql: str, tag: str) -> list[Fault]:
        with self._lock:
            due = [f for f in self._faults if f.times > 0 and f.tag in tag and f.pattern.search(sql)]
            for fault in due:
                fault.times -= 1
            self._faults = [fault for fault in self._faults if fault.times > 0]
        return due
