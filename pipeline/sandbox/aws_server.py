"""ministack with a shorter memory gap: it saves its state at a clean stop only, so here it is saved while it runs, too.

Run as a file by ministack's own interpreter; imports nothing of this project. Writes what ministack itself would write.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core.persistence import save_all

EVERY_S = 1.0
ONE_AT_A_TIME = threading.Lock()  # at its end ministack saves as well, into the same files


def save(services: Mapping[str, Callable[[], Any]]) -> None:
    with ONE_AT_A_TIME:
        save_all(services)


def keep_saving() -> None:
    while True:
        time.sleep(EVERY_S)
        save(app._build_persistence_save_dict())


if __name__ == "__main__":
    logging.getLogger("persistence").setLevel(logging.WARNING)  # a line for each file and second helps nobody
    app.save_all = save
    threading.Thread(target=keep_saving, daemon=True, name="keep-saving").start()
    app.main()
