"""The collector: each event once, whatever comes along."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from pipeline.observe import collector, store
from pipeline.observe.collector import Collected, collect, collect_once, drain, store_all
from pipeline.observe.lineage import TYPES
from pipeline.observe.projection import RUN_STATES


class ListedQueue:
    """A queue of SQS's shape over a list: what is not deleted is given again."""

    def __init__(self, bodies):
        self.waiting = {str(n): body for n, body in enumerate(bodies)}
        self.on_empty = lambda: None

    def receive_message(self, **request):
        taken = list(self.waiting.items())[: request["MaxNumberOfMessages"]]
        if not taken:
            self.on_empty()
            return {}
        return {"Messages": [{"Body": body, "ReceiptHandle": handle} for handle, body in taken]}

    def delete_message_batch(self, **request):
        for entry in request["Entries"]:
            self.waiting.pop(entry["ReceiptHandle"])


def count(records, table):
    with records.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_an_event_counts_once(records, tell):
    """The same event in one batch and in the next is stored a single time."""
    event = tell("ingest.run.started").text()
    assert store_all(records, [event, event]) == Collected(stored=1, repeated=1)
    assert store_all(records, [event]) == Collected(repeated=1)
    assert count(records, store.events) == 1


def test_a_repeat_with_another_instant_counts_once(records, tell):
    """The id alone decides, also when the partition's key differs."""
    event = tell("ingest.run.started")
    again = json.loads(event.text()) | {"at": tell("ingest.run.started", 60).at.isoformat()}
    assert store_all(records, [event.text(), json.dumps(again)]) == Collected(stored=1, repeated=1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no json", "JSONDecodeError"),
        ("[]", "AttributeError"),
        ('{"schema": 2}', "schema 2"),
        ('{"schema": 1}', "KeyError"),
        ("Freight costs 5", "JSONDecodeError"),
    ],
)
def test_what_is_no_event_is_kept_with_the_reason(records, tell, body, reason):
    """A bad message does not hold up the good one beside it."""
    assert store_all(records, [body, tell("ingest.run.started").text()]) == Collected(stored=1, refused=1)
    with records.connect() as connection:
        letter = connection.execute(select(store.dead_letters)).mappings().one()
    assert letter["body"] == body
    assert reason in letter["reason"]


def test_what_the_store_cannot_hold_is_kept_with_the_reason(records, tell):
    """An instant without a partition and a NUL in a text are refused, and only they."""
    late = json.loads(tell("ingest.run.started").text()) | {"at": "2001-01-01T00:00:00+00:00"}
    nul = tell("ingest.run.started", object="a\0b").text()
    assert store_all(records, [json.dumps(late), nul, tell("ingest.run.started").text()]) == Collected(1, 0, 2)
    assert count(records, store.events) == 1


def test_messages_go_only_after_the_commit(records, tell, monkeypatch):
    """Where storing fails, every message stays in the queue."""
    queue = ListedQueue([tell("ingest.run.started").text()])

    def fail(*_):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(collector, "FOLLOWERS", (fail,))
        with pytest.raises(RuntimeError):
            collect_once(queue, "url", records)
    assert len(queue.waiting) == 1
    assert count(records, store.events) == 0
    assert collect_once(queue, "url", records) == Collected(stored=1)
    assert not queue.waiting


def test_drain_takes_all(records, tell):
    """More than one batch is taken until nothing is left."""
    queue = ListedQueue([tell("ingest.object.landed", n, object=f"o{n}").text() for n in range(23)])
    assert drain(queue, "url", records) == Collected(stored=23)


def test_the_loop_ends_when_told(records, tell):
    """A stop that is set while it waits ends the loop, with the work done."""
    stop = threading.Event()
    queue = ListedQueue([tell("ingest.run.started").text()])
    queue.on_empty = stop.set
    assert collect(queue, "url", records, stop, wait_s=0) == Collected(stored=1)


def test_the_loop_outlives_a_short_silence_of_the_records(records, tell, monkeypatch):
    """Where the records do not answer for a moment, the messages wait in the queue and are stored afterwards."""
    stop, waits = threading.Event(), []
    monkeypatch.setattr(stop, "wait", waits.append)
    queue = ListedQueue([tell("ingest.run.started").text()])
    queue.on_empty = stop.set
    answers = [OperationalError("SELECT 1", {}, Exception("gone")), None]

    def follow(*_):
        if (error := answers.pop(0)) is not None:
            raise error

    monkeypatch.setattr(collector, "FOLLOWERS", (follow,))
    assert collect(queue, "url", records, stop, wait_s=0) == Collected(stored=1)
    assert len(waits) == 1


def test_the_loop_gives_up_on_a_long_silence(records, tell, monkeypatch):
    """After six failures in a row the error is raised and the message is still in the queue."""
    stop, waits = threading.Event(), []
    monkeypatch.setattr(stop, "wait", waits.append)
    queue = ListedQueue([tell("ingest.run.started").text()])

    def fail(*_):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(collector, "FOLLOWERS", (fail,))
    with pytest.raises(OperationalError):
        collect(queue, "url", records, stop, wait_s=0)
    assert len(queue.waiting) == 1
    assert waits == sorted(waits)


def test_two_collectors_store_each_event_once(records, tell):
    """Two at once on the same messages: every event is stored by one of them, and no incident is opened twice."""
    bodies = [tell("ingest.run.failed", n, tenant=f"tenant_{n % 4}", dag_run=f"r-{n}").text() for n in range(12)]
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(lambda order: store_all(records, order), [bodies, bodies[::-1]]))
    assert sum(half.stored for half in halves) == sum(half.repeated for half in halves) == 12
    assert count(records, store.events) == count(records, store.signals) == 12
    assert count(records, store.incidents) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["error", "faults", "findings", "rows", "objects", "epoch", "epochs", "seq", "receipt", "cause", "host", "tier"]
)
NAMES = st.sampled_from(
    sorted({*RUN_STATES, *TYPES, "apply.deployment.live", "apply.deployment.failed", "publish.object.revoked"})
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, data=st.dictionaries(KEYS, JSON, max_size=5))
def test_no_data_of_an_event_stops_the_collector(records, tell, name, data):
    """Whatever stands in `data`, the message is stored, or kept with the reason."""
    about = tell("ingest.run.started").ids.but(object="o", attempt="a")
    assert store_all(records, [tell(name, about=about, data=data).text()]).total == 1
