"""`status` and `trace`: what the records answer."""

import json
from datetime import timedelta

import pytest

from pipeline.observe.queries import status
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
