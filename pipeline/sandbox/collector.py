"""The collector as a part of the sandbox: what both environments tell reaches the records within a second or two.

Reads the environments' files below the folder that it is named, and their queues; writes the records. Whatever does not
answer yet is asked again; only being ended ends it.
"""

from __future__ import annotations

import signal
import sys
import threading
import tomllib
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy.exc import SQLAlchemyError

from pipeline import cloud, settings
from pipeline.errors import AcmeError
from pipeline.naming import ENVIRONMENTS
from pipeline.observe import store
from pipeline.observe.collector import collect

AGAIN_S = 0.5
WAIT_S = 5  # a long poll ends as soon as a message comes
NOT_YET = (AcmeError, BotoCoreError, ClientError, SQLAlchemyError, FileNotFoundError, tomllib.TOMLDecodeError)


def main(folder: Path) -> None:
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    threads = [
        threading.Thread(target=follow, args=(folder / f"{name}.toml", stop), daemon=True) for name in ENVIRONMENTS
    ]
    for thread in threads:
        thread.start()
    stop.wait()


def follow(file: Path, stop: threading.Event) -> None:
    """One environment's events, until `stop`."""
    said = ""
    while not stop.is_set():
        try:
            _collect(settings.read(tomllib.loads(file.read_text(encoding="utf-8"))), stop)
        except NOT_YET as error:
            if str(error) != said:
                said = str(error)
                sys.stderr.write(f"{file.stem}: {said}\n")
            stop.wait(AGAIN_S)


def _collect(environment: settings.Environment, stop: threading.Event) -> None:
    records = store.connect(environment.records)
    store.migrate(records)
    sqs = cloud.client(environment, cloud.session(environment, "collector"), "sqs")
    url = sqs.get_queue_url(QueueName=environment.place.events_queue)["QueueUrl"]
    collect(sqs, url, records, stop, wait_s=WAIT_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
