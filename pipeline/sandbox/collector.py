"""The collector as a part of the sandbox: what both environments tell stands in the records a moment later.

Reads the environments' files below the sandbox's folder and their queues; writes the records, and a beat a while for each
environment, by which the sandbox knows that it is well. What does not answer yet is asked again, with the settings as they
are by then: AWS may have come back with other keys, a part on another port. Only being ended ends it, or a fault of its own.
"""

from __future__ import annotations

import hashlib
import random
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import settings
from pipeline.errors import AcmeError, Unreachable
from pipeline.naming import ENVIRONMENTS
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.ports import listens

NAME = "collector"
WAIT_S = 10  # a long poll ends as soon as a message comes
LOOK_S, LONGEST_S = 0.2, 2.0  # between two looks whether all is there, between two tries where something fails
WORD_EVERY = timedelta(seconds=WAIT_S)
FRESH_S = 3 * WAIT_S  # a beat that is older is no sign of life


def beat(folder: Folder, environment: str) -> Path:
    """The file whose age says when this environment was last looked after."""
    return folder.process(NAME).with_name(f"{NAME}.{environment}.beat")


def forget(folder: Folder) -> None:
    """A beat says nothing of a process that is to be started."""
    for environment in ENVIRONMENTS:
        beat(folder, environment).unlink(missing_ok=True)


def beats(folder: Folder) -> bool:
    """Whether every environment was looked after a moment ago."""
    return all(_age_s(beat(folder, environment)) < FRESH_S for environment in ENVIRONMENTS)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def version(source_root: Path) -> str:
    """What tells this code from an earlier one of the same place, without reading it."""
    files = sorted((source_root / "pipeline" / "observe").rglob("*.py"))
    seen = "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(seen.encode()).hexdigest()[:12]


def main(folder: Folder) -> int:
    """Until it is told to end (0), or one environment's thread has failed in a way that nobody foresaw (1)."""
    stop, broken = threading.Event(), threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    for name in ENVIRONMENTS:
        threading.Thread(target=_guarded, args=(folder, name, stop, broken), daemon=True).start()
    stop.wait()
    return 1 if broken.is_set() else 0


def _guarded(folder: Folder, environment: str, stop: threading.Event, broken: threading.Event) -> None:
    """A thread that ends otherwise than it was told ends the part: half a collector would look like a whole one."""
    try:
        follow(folder, environment, stop)
    except BaseException:
        broken.set()
        raise
    finally:
        stop.set()


def follow(folder: Folder, environment: str, stop: threading.Event) -> None:
    """One environment's events, until `stop`. What keeps it from them is told once."""
    said, wait_s = "", LOOK_S

    def heard() -> None:
        nonlocal said, wait_s
        if said:
            sys.stderr.write(f"{environment}: collecting again\n")
        said, wait_s = "", LOOK_S
        beat(folder, environment).touch()

    while not stop.is_set():
        beat(folder, environment).touch()
        try:
            if place := _place(folder, environment):
                _collect(place, stop, heard)
                continue
        except AcmeError as error:
            wait_s = min(2 * wait_s, LONGEST_S)
            if str(error) != said:
                said = str(error)
                sys.stderr.write(f"{environment}: {said}\n")
        stop.wait(random.uniform(0.5, 1) * wait_s)  # noqa: S311  jitter, no secret


def _place(folder: Folder, environment: str) -> settings.Environment | None:
    """The environment as its file says now; None where what it names cannot be there yet. Costs nearly nothing."""
    file = folder.environments / f"{environment}.toml"
    if not file.exists() or not folder.credentials.exists():
        return None
    found = settings.read(tomllib.loads(file.read_text(encoding="utf-8")))
    addresses = [str(found.aws_endpoint), found.records]
    return found if all(listens(_port(address)) for address in addresses) else None


def _port(address: str) -> int:
    from urllib.parse import urlsplit

    return urlsplit(address).port or 0


def _collect(environment: settings.Environment, stop: threading.Event, heard: Callable[[], None]) -> None:
    """Takes events until `stop`. It looks first, which is cheap, and pays for the records when there is something to store."""
    from pipeline import cloud

    queue = environment.place.events_queue
    sqs = cloud.client(environment, cloud.session(environment, NAME), "sqs")
    with cloud.failures(f"queue {queue}"):
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        heard()
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=WAIT_S, VisibilityTimeout=0)  # what is seen stays where it is
        _store(environment, sqs, url, stop, heard)


def _store(
    environment: settings.Environment, sqs: Any, url: str, stop: threading.Event, heard: Callable[[], None]
) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from pipeline.observe import store
    from pipeline.observe.collector import collect, leave_word

    records, word_at = store.connect(environment.records), datetime.min.replace(tzinfo=UTC)

    def tell() -> None:
        nonlocal word_at
        heard()
        if (now := datetime.now(UTC)) - word_at > WORD_EVERY:
            leave_word(records, environment.name, now)
            word_at = now

    try:
        store.migrate(records)
        tell()
        collect(sqs, url, records, stop, wait_s=WAIT_S, heard=tell)
    except SQLAlchemyError as error:
        raise Unreachable("the records do not answer.", why=str(error).partition("\n")[0]) from error
    finally:
        records.dispose()


if __name__ == "__main__":
    sys.exit(main(Folder(Path(sys.argv[1]))))
