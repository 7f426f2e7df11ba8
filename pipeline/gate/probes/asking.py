"""Questions asked side by side, all within one deadline. Starts a thread a question; one that is late is left behind.

A question's error is raised again where its answer is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Asked(Generic[T]):
    """One question on its way. `late`: it was not answered in time."""

    ask: Callable[[], T]
    late: bool = True
    _answer: T | None = None
    _error: BaseException | None = None

    def run(self) -> None:
        try:
            self._answer = self.ask()
        except BaseException as error:  # noqa: BLE001  raised again by whoever takes the answer
            self._error = error
        self.late = False

    def take(self) -> T:
        """The answer of a question that is not late."""
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]  # None is an answer where T says so


def together(questions: Mapping[str, Callable[[], T]], until: float) -> dict[str, Asked[T]]:
    """Every question, asked in a thread of its own that nobody waits for after `until` (of the monotonic clock)."""
    asked = {name: Asked(ask) for name, ask in questions.items()}
    threads = [threading.Thread(target=one.run, name=f"probe {name}", daemon=True) for name, one in asked.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return asked
