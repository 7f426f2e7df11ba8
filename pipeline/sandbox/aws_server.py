"""ministack, closer to AWS in two points that we rely on.

It saves its state at a clean stop only: here it is saved while it runs, too. It takes a session for its own ARN in a policy's
`aws:PrincipalArn`: here that is the session's role, as in AWS. Run as a file by ministack's own interpreter; imports nothing of
this project. Writes what ministack itself would write.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.persistence import save_all

EVERY_S = 1.0
SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.*")
resolve = iam_evaluator._resolve_condition_key
ONE_AT_A_TIME = threading.Lock()  # at its end ministack saves as well, into the same files


def resolve_as_aws(key: str, context: Any) -> Any:
    value = resolve(key, context)
    return SESSION.sub(r"arn:aws:iam::\1:role/\2", value) if key.lower() == "aws:principalarn" and value else value


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
    iam_evaluator._resolve_condition_key = resolve_as_aws
    threading.Thread(target=keep_saving, daemon=True, name="keep-saving").start()
    app.main()
