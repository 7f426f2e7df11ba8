"""`status` and `trace`: what the records answer."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from pipeline.cli.app import answer_to
from pipeline.errors import Usage
from pipeline.observe.collector import leave_word
from pipeline.observe.queries import status
from pipeline.observe.reports import list_incidents
from pipeline.observe.trace import trace


@pytest.fixture
def night(keep_events, tell):
    """Globex deployed in production, one pipeline published, one failed, and a deployment on its way."""
    apply = {"dag_run": "", "pipeline": "", "commit": "4b1d9e2aaaa"}
    keep_events(
        tell("apply.deployment.live", 0, **apply, data={"epochs": {"purchase_orders": 4}, "author": "ana"}),
        tell("ingest.run.started", 60),
        tell("ingest.object.landed", 61, object="po_1.csv"),
        tell("load.attempt.loaded", 62, attempt="a-1"),
        tell(
            "publish.object.published", 63, attempt="a-1", object="po_1.csv", data={"seq": 1, "source_key": "po_1.csv"}
        ),
        tell("publish.run.published", 64, data={"epoch": 4}),
        tell("ingest.run.failed", 70, pipeline="vendors", dag_run="r-0008", data={"error": {"type": "Denied"}}),
        tell("apply.deployment.started", 80, **apply | {"deployment": "d-0003", "commit": "c0ffee1bbbb"}),
        tell("ingest.run.started", 60, tenant="initech", dag_run="r-0007"),
    )


@pytest.mark.usefixtures("night")
def test_status_shows_both_environments(records, tell):
    """Release, deployment, epochs, last runs and what is on its way, side by side."""
    with records.connect() as connection:
        answer = status(connection, "globex", tell("ingest.run.started", 3664).at)
    staging, production = answer.environments
    assert staging.deployment is None
    assert production.deployment["deployment"] == "d-0002"
    assert [row["deployment"] for row in production.pending] == ["d-0003"]
    assert [(run.pipeline, run.state) for run in production.runs] == [
        ("purchase_orders", "published"),
        ("vendors", "failed"),
    ]
    assert production.runs[0].fresh_at - answer.at == -timedelta(hours=1)
    shown = answer.text()
    assert "9f3c1e0b" in shown and "purchase_orders 4" in shown and "published 60 min ago" in shown
    assert "failed 59 min ago, never published" in shown
    assert "production: the collector was never heard" in shown
    json.dumps(answer.document())


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ("d-0002", "deployment"),
        ("r-0007", "dag_run"),
        ("a-1", "attempt"),
        ("po_1.csv", "object"),
        ("4b1d9e2", "commit"),
        ("9f3c1e0b", "release"),
        ("acme_production.globex.purchase_orders", "target"),
        ("erp_drop", "connector"),
    ],
)
@pytest.mark.usefixtures("night")
def test_any_id_leads_to_the_attempt(records, wanted, kind):
    """Whatever id a support engineer holds, the chain around it has the load."""
    with records.connect() as connection:
        found = trace(connection, wanted, "globex")
    assert found.kind == kind
    assert [row["attempt"] for row in found.rows["attempts"]] == ["a-1"]
    assert [row["seq"] for row in found.rows["receipts"]] == [1]
    assert {event.ids.tenant for event in found.events} == {"globex"}
    assert "a-1" in found.text()
    json.dumps(found.document())


@pytest.mark.usefixtures("night")
def test_a_run_leads_to_its_deployment(records):
    """From one object up to the commit that made its release live."""
    with records.connect() as connection:
        found = trace(connection, "po_1.csv")
    assert found.rows["deployments"][0]["commit"] == "4b1d9e2aaaa"


@pytest.mark.usefixtures("night")
def test_an_unknown_id_says_so(records):
    """Nothing is invented for an id that no record bears."""
    with records.connect() as connection:
        found = trace(connection, "r-9999")
    assert not found.found
    assert "nothing in the records" in found.text()


PROMISES = {
    "purchase_orders": {"schedule": "0 * * * *", "freshness_minutes": 300},
    "vendors": {"schedule": "0 * * * *", "freshness_minutes": 30},
    "lines": {"schedule": "0 0 * * *", "freshness_minutes": None},
}


def hourly(schedule, after):
    """The next full hour."""
    assert schedule == "0 * * * *"
    return after.replace(minute=0, second=0) + timedelta(hours=1)


def test_status_holds_freshness_against_the_promise(records, keep_events, tell):
    """The run that is due after the last good one, and the latency that is promised; a run that found nothing new is good."""
    deployed = {"dag_run": "", "pipeline": "", "data": {"status": "active", "promises": PROMISES}}
    keep_events(
        tell("apply.deployment.live", 0, **deployed),
        tell("ingest.run.started", 60),
        tell("ingest.manifest.frozen", 70, data={"objects": 0, "held": 0}),
        tell("ingest.run.failed", 80, pipeline="vendors"),
    )
    at = tell("ingest.run.started", 7000).at
    leave_word(records, "production", at - timedelta(seconds=9))
    with records.connect() as connection:
        answer = status(connection, "globex", at, hourly)
        listed = list_incidents(connection, at)
    assert listed.text().endswith(
        "staging: the collector was never heard; what happened since is not shown. fix: ./acme sandbox up, or start it"
    )
    assert len(listed.behind) == 1
    production = answer.environments[1]
    lines, orders, vendors = production.runs
    assert (lines.state, lines.fresh_until) == ("", None)
    assert (orders.state, orders.fresh_until) == (
        "nothing new",
        hourly("0 * * * *", orders.state_at) + timedelta(minutes=300),
    )
    assert vendors.fresh_until == hourly("0 * * * *", vendors.state_at) + timedelta(minutes=30)
    shown = answer.text()
    assert "no run yet" in shown and "on time until" in shown and "LATE since" in shown
    assert "collector" not in shown
    json.dumps(answer.document())


@pytest.mark.parametrize(
    ("said", "state"), [({"promises": {}}, "paused: no release"), ({"status": "paused"}, "paused")]
)
def test_what_does_not_run_is_not_late(records, keep_events, tell, said, state):
    """A revert to no release, and a tenant whose settings pause it."""
    deployed = {"dag_run": "", "pipeline": "", "data": {"status": "active", "promises": PROMISES, **said}}
    keep_events(
        tell("ingest.run.started", 0), tell("publish.run.published", 1), tell("apply.deployment.live", 2, **deployed)
    )
    with records.connect() as connection:
        answer = status(connection, "globex", tell("ingest.run.started", 9000).at, hourly)
    assert answer.environments[1].state == state
    assert [run.fresh_until for run in answer.environments[1].runs] == [None] * len(answer.environments[1].runs)
    assert state in answer.text()


def test_the_same_name_elsewhere_is_no_part_of_a_chain(records, keep_events, tell):
    """A scheduled run's id and a file's path are the same in every environment and pipeline."""
    run = {"dag_run": "scheduled__2026-11-25T06:00:00", "object": "/a.csv"}
    for about in ({}, {"environment": "staging"}, {"pipeline": "vendors"}, {"tenant": "initech"}):
        keep_events(tell("ingest.object.landed", 1, **run, **about))
    keep_events(tell("ingest.object.held", 2, **run, data={"faults": [{"cause": "duplicate", "what": "again"}]}))
    with records.connect() as connection:
        (incident,) = list_incidents(connection, tell("ingest.run.started").at).rows
        found = trace(connection, f"INC-{incident['number']}")
        nothing = trace(connection, "INC-9999")
    assert found.kind == "incident"
    assert {(e.ids.tenant, e.ids.environment, e.ids.pipeline) for e in found.events} == {
        ("globex", "production", "purchase_orders")
    }
    assert len(found.events) == 2
    assert [(row["environment"], row["pipeline"]) for row in found.rows["objects"]] == [
        ("production", "purchase_orders")
    ]
    assert not nothing.found


@pytest.mark.usefixtures("night")
def test_a_tenant_that_nobody_knows_is_told(records, monkeypatch):
    """A wrong word, with the right one; one that has a folder and was never deployed is only empty."""
    monkeypatch.setattr("pipeline.cli.world.Hands", lambda *_: SimpleNamespace(records=records))
    with pytest.raises(Usage, match=r"there is no tenant globx\. Did you mean `globex`\?"):
        answer_to(["observe", "status", "globx"])
    answer, _ = answer_to(["observe", "status", "_example"])
    assert "not deployed" in answer.text
    answer, _ = answer_to(["observe", "status", "globex"])
    assert answer.document["environments"]["production"]["state"] == "live"
