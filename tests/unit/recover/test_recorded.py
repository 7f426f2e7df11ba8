"""What a command says of a run that just ended: it waits for the records, and not for long."""

import threading

from pipeline.recover.recorded import Waiting, Where, ended, heard, incidents_of, waiting
from pipeline.recover.rerun import plan

WHERE = Where("production", "globex", "purchase_orders")
HELD = {"faults": [{"kind": "load", "cause": "duplicate", "what": "other bytes arrived under the known name /a.csv."}]}


def test_what_a_run_left_waiting(records, keep_events, tell):
    """State, incident and object by its name, until the object is dismissed; other pipelines and environments are apart."""
    dismissed = tell("recover.object.dismissed", 90, dag_run="", object="/a.csv")
    keep_events(
        tell("ingest.object.held", 1, object="/a.csv", data=HELD),
        tell("ingest.object.held", 1, object="/b.csv", data=HELD, pipeline="vendors"),
        tell("ingest.object.held", 1, object="/c.csv", data=HELD, environment="staging"),
        tell("ingest.manifest.frozen", 2, data={"objects": 0, "held": 1}),
    )
    assert ended(records, WHERE, "r-0007", well=False) == "held"
    assert not heard(records, dismissed.id, within_s=0)
    with records.connect() as connection:
        (number,) = incidents_of(connection, WHERE, "r-0007")
        (waits,) = waiting(connection, WHERE)
    assert waits == Waiting("/a.csv", "duplicate", "other bytes arrived under the known name /a.csv.", number)
    (line,) = plan("globex", "purchase_orders", [], [waits]).lines
    assert (line.fate, line.source_key) == ("held", "/a.csv")
    assert f"known name /a.csv. (INC-{number})" in line.text()

    keep_events(dismissed)
    assert heard(records, dismissed.id)
    with records.connect() as connection:
        assert (waiting(connection, WHERE), incidents_of(connection, WHERE, "r-0007")) == ((), ())


def test_a_run_that_failed_and_was_tried_again_has_not_ended_before_its_last_try(records, keep_events, tell):
    """The records hear of the first try first; they are asked until they say what Airflow says, or until it is late."""
    keep_events(tell("ingest.run.failed", 0))
    assert ended(records, WHERE, "r-0007", well=False) == "failed"
    assert ended(records, WHERE, "r-0007", well=True, within_s=0.1) == ""
    later = threading.Timer(0.1, lambda: keep_events(tell("publish.run.published", 9)))
    later.start()
    assert ended(records, WHERE, "r-0007", well=True) == "published"
    later.join()


def test_a_pipeline_of_which_nothing_is_known_says_what_a_run_would_do():
    """Not how few objects it has."""
    assert "nothing was published yet: a run loads whatever" in plan("globex", "purchase_orders", []).text()
