"""Rows are a function of their events, in whatever order these arrive."""

import random

import pytest
from sqlalchemy import select

from pipeline.observe import store

TABLES = (store.deployments, store.runs, store.attempts, store.objects, store.receipts)


@pytest.fixture
def story(tell):
    """A deployment, and a run that is held once and then published."""
    rows = {"source": 10, "loaded": 9, "quarantined": 1, "filtered": 0, "written": 9}
    live = {"epochs": {"purchase_orders": 4}, "commit": "4b1d9e2", "author": "ana", "settings": "s1", "runtime": "t1"}
    first, second = {"attempt": "a-1"}, {"attempt": "a-2"}
    return [
        tell("apply.deployment.started", 0, dag_run="", pipeline="", data={"author": "ana"}),
        tell("apply.deployment.live", 2, dag_run="", pipeline="", commit="4b1d9e2", data=live),
        tell("ingest.run.started", 10, data={"epoch": 4}),
        tell("ingest.object.landed", 11, object="po_1.csv", data={"content_sha256": "ab"}),
        tell("ingest.manifest.frozen", 12, data={"objects": 1}),
        tell("load.attempt.started", 13, **first, data={"epoch": 4}),
        tell("load.attempt.held", 14, **first, data={"findings": [{"code": "load.rows_quarantined"}]}),
        tell("load.attempt.started", 20, **second, data={"epoch": 4}),
        tell("load.attempt.loaded", 21, **second, data={"rows": rows}),
        tell("verify.attempt.verified", 22, **second),
        tell("publish.object.published", 23, **second, object="po_1.csv", data={"seq": 1, "source_key": "po_1.csv"}),
        tell("publish.run.published", 24, data={"rows": rows}),
    ]


def everything(records):
    with records.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in TABLES
        }


def test_the_newest_word_stands(records, keep_events, story):
    """After the whole story each row says what is so now, with the facts that came on the way."""
    keep_events(*story)
    rows = everything(records)
    deployment, run = rows["deployments"][0], rows["runs"][0]
    assert (deployment["state"], deployment["epochs"], deployment["author"]) == ("live", {"purchase_orders": 4}, "ana")
    assert (run["state"], run["epoch"], run["objects"], run["rows"]["loaded"]) == ("published", 4, 1, 9)
    assert run["error"] is None
    assert [(a["attempt"], a["state"]) for a in rows["attempts"]] == [("a-1", "held"), ("a-2", "published")]
    assert rows["attempts"][0]["error"] == {"findings": [{"code": "load.rows_quarantined"}]}
    assert rows["objects"][0]["state"] == "published"
    assert (rows["receipts"][0]["seq"], rows["receipts"][0]["kind"]) == (1, "load")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_does_not_matter(records, keep_events, story, seed):
    """Shuffled, one by one and repeated, the same events end in the same rows."""
    shuffled = story * 2
    random.Random(seed).shuffle(shuffled)
    for event in shuffled:
        keep_events(event)
    shuffled_rows = everything(records)
    with records.begin() as connection:
        for table in store.metadata.sorted_tables:
            connection.execute(table.delete())
    keep_events(*story)
    assert shuffled_rows == everything(records)


def test_a_tenant_never_touches_another(records, keep_events, tell):
    """Two tenants whose runs bear the same id have a row each."""
    keep_events(tell("ingest.run.started"), tell("ingest.run.failed", 5, tenant="initech"))
    assert [(r["tenant"], r["state"]) for r in everything(records)["runs"]] == [
        ("globex", "landing"),
        ("initech", "failed"),
    ]


@pytest.mark.parametrize("data", [{}, {"epoch": "four", "rows": [], "objects": None}, {"epochs": 3, "error": "text"}])
def test_missing_and_odd_data_do_no_harm(keep_events, story, data):
    """Every kind of event is taken without the data that we hope for."""
    assert keep_events(*(type(e)(e.id, e.name, e.at, e.ids, data) for e in story)).stored == len(story)


def test_rows_are_those_of_all_objects(records, keep_events, tell):
    """A run of two published objects counts both, once each; an attempt counts what its load says of each object."""
    first, second = {"source": 5, "loaded": 4}, {"source": 7, "loaded": 7}
    objects = [{"source_key": "a", "rows": first}, {"source_key": "b", "rows": second}]
    load = tell("load.attempt.loaded", 1, attempt="a-1", data={"objects": objects})
    keep_events(load)
    assert everything(records)["attempts"][0]["rows"] == {"source": 12, "loaded": 11}
    for n, rows in enumerate((first, second, second)):
        keep_events(tell("publish.object.published", 2 + n, object="ab"[min(n, 1)], data={"rows": rows}))
    keep_events(tell("publish.run.published", 9, data={"objects": {"a": "published", "b": "published"}}))
    run = everything(records)["runs"][0]
    assert (run["rows"], run["objects"]) == ({"source": 12, "loaded": 11}, 2)
