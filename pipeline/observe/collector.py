"""Takes events off the queue and stores each of them once.

Reads SQS through the client handed in, writes PostgreSQL. A message is deleted only after its event is committed, so a crash
repeats work and loses nothing. What is no event is kept in `dead_letters` with the reason and never blocks the rest.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.exc import DataError, OperationalError

from pipeline.events import Event, read
from pipeline.observe import incidents, lineage
from pipeline.observe.partitions import is_kept, keep
from pipeline.observe.projection import project
from pipeline.observe.store import collections, dead_letters, event_ids, events

BATCH = 10  # SQS gives no more at once
VISIBILITY_S = 60
MOST_FAILURES = 6  # about a minute


class Queue(Protocol):
    """What we use of boto3's SQS client."""

    def receive_message(self, **request: Any) -> Any: ...
    def delete_message_batch(self, **request: Any) -> Any: ...


@dataclass(frozen=True)
class Collected:
    """What one call did: events stored, repeats of known events, messages that were none."""

    stored: int = 0
    repeated: int = 0
    refused: int = 0

    def __add__(self, other: Collected) -> Collected:
        return Collected(self.stored + other.stored, self.repeated + other.repeated, self.refused + other.refused)

    @property
    def total(self) -> int:
        return self.stored + self.repeated + self.refused


def collect_once(queue: Queue, queue_url: str, records: Engine, *, wait_s: int = 0) -> Collected:
    """Takes one batch, waiting up to `wait_s` (at most 20) for its first message."""
    answer = queue.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=wait_s, VisibilityTimeout=VISIBILITY_S
    )
    messages = answer.get("Messages", [])
    if not messages:
        return Collected()
    done = store_all(records, [message["Body"] for message in messages])
    entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
    queue.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    return done


def drain(queue: Queue, queue_url: str, records: Engine, *, wait_s: int = 1) -> Collected:
    """Takes batches until the queue gives nothing for `wait_s`."""
    whole = Collected()
    while (done := collect_once(queue, queue_url, records, wait_s=wait_s)).total:
        whole += done
    return whole


def collect(
    queue: Queue,
    queue_url: str,
    records: Engine,
    stop: threading.Event,
    *,
    wait_s: int = 20,
    heard: Callable[[], None] = lambda: None,
) -> Collected:
    """Goes on until `stop` is set, finishing the batch in hand. Makes and drops partitions once a day.

    `heard` is called after each answer of the queue, also an empty one, once it is stored. While the records do not answer,
    messages wait in the queue; after `MOST_FAILURES` in a row the error is raised.
    """
    whole, kept_on, failures = Collected(), None, 0
    while not stop.is_set():
        today = datetime.now(UTC).date()
        try:
            if kept_on != today:
                _keep(records)
                kept_on = today
            whole += collect_once(queue, queue_url, records, wait_s=wait_s)
            heard()
            failures = 0
        except OperationalError:
            failures += 1
            if failures == MOST_FAILURES:
                raise
            stop.wait(random.uniform(0.5, 1) * 2**failures)  # noqa: S311  jitter, no secret
    return whole


def leave_word(records: Engine, environment: str, at: datetime) -> None:
    """When the environment's queue was last heard: by it a reader knows that the records are not behind."""
    word = insert_once(collections).values(environment=environment, heard_at=at)
    with records.begin() as connection:
        connection.execute(word.on_conflict_do_update(index_elements=["environment"], set_={"heard_at": at}))


def _keep(records: Engine) -> None:
    with records.begin() as connection:
        keep(connection, datetime.now(UTC))


def store_all(records: Engine, bodies: Iterable[str]) -> Collected:
    """Stores a batch of message bodies in one transaction."""
    now = datetime.now(UTC)
    outcomes = [_read(body, now) for body in bodies]
    with records.begin() as connection:
        _lock_tenants(connection, [event for event in outcomes if isinstance(event, Event)])
        return sum((_settle(connection, outcome, now) for outcome in outcomes), Collected())


@dataclass(frozen=True)
class _Refused:
    body: str
    reason: str


def _read(body: str, now: datetime) -> Event | _Refused:
    """The event of a message, or why it is none."""
    try:
        event = read(body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _Refused(body, f"no event: {type(error).__name__}: {error}")
    return event if (reason := _misfit(event, now)) is None else _Refused(body, reason)


def _misfit(event: Event, now: datetime) -> str | None:
    """Why a well-formed event cannot be stored, or None."""
    texts: list[Any] = [event.id, *event.ids.known().values()]  # JSON holds what it likes
    if not event.id or not all(isinstance(value, str) for value in texts):
        return "one of its ids is no text"
    data: Any = event.data
    if not isinstance(data, Mapping):
        return "its data is no object"
    return None if is_kept(event.at, now) else f"its instant {event.at.isoformat()} is outside of what is kept"


def _lock_tenants(connection: Connection, batch: list[Event]) -> None:
    """One collector at a time folds a tenant's rows; always in one order, so that two never wait for each other."""
    for tenant in sorted({event.ids.tenant for event in batch}):
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"tenant {tenant}", 0))))


def _settle(connection: Connection, outcome: Event | _Refused, now: datetime) -> Collected:
    if isinstance(outcome, _Refused):
        return _refuse(connection, outcome, now)
    try:
        with connection.begin_nested():
            return Collected(stored=1) if store(connection, outcome) else Collected(repeated=1)
    except DataError as error:  # a NUL in a text, a number out of range: PostgreSQL cannot hold it
        return _refuse(connection, _Refused(outcome.text(), f"cannot be stored: {error.orig}"), now)


def _refuse(connection: Connection, refused: _Refused, now: datetime) -> Collected:
    """NUL is the one character that PostgreSQL's text cannot hold."""
    body, reason = (text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in (refused.body, refused.reason))
    connection.execute(insert(dead_letters).values(received_at=now, reason=reason, body=body))
    return Collected(refused=1)


def store(connection: Connection, event: Event) -> bool:
    """Stores an event and all that follows from it; False where it is known already."""
    once = insert_once(event_ids).values(id=event.id, at=event.at).on_conflict_do_nothing().returning(event_ids.c.id)
    if connection.execute(once).first() is None:
        return False
    whole = {"at": event.at, "id": event.id, "name": event.name, "data": dict(event.data)}
    connection.execute(insert(events).values(**whole, **event.ids.__dict__))
    for follow in FOLLOWERS:
        follow(connection, event)
    return True


FOLLOWERS: tuple[Callable[[Connection, Event], None], ...] = (project, lineage.record, incidents.notice)
