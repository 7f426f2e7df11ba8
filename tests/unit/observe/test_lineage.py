"""Our events as OpenLineage run events."""

import uuid
from datetime import datetime

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from pipeline.observe import store
from pipeline.observe.lineage import TYPES, run_event, run_id

# The required keys and types of RunEvent in the OpenLineage specification 2-0-2, written out.
FACETS = {"additionalProperties": {"type": "object", "required": ["_producer", "_schemaURL"]}}
DATASET = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        "namespace": {"type": "string"},
        "name": {"type": "string"},
        "outputFacets": FACETS,
        "facets": FACETS,
    },
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventTime": {"type": "string"},
        "producer": {"type": "string", "pattern": "^https://"},
        "schemaURL": {"type": "string", "pattern": "^https://openlineage.io/spec/.*RunEvent$"},
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "run": {"type": "object", "required": ["runId"], "properties": {"runId": {"type": "string"}, "facets": FACETS}},
        "job": {"type": "object", "required": ["namespace", "name"]},
        "inputs": {"type": "array", "items": DATASET},
        "outputs": {"type": "array", "items": DATASET},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_each_event_of_a_run_is_a_run_event(tell, name):
    """What the specification requires is there, and of the right type."""
    document = run_event(tell(name, object="po_1.csv", data={"rows": {"written": 9}}))
    Draft202012Validator(RUN_EVENT).validate(document)
    assert datetime.fromisoformat(document["eventTime"]).tzinfo is not None
    uuid.UUID(document["run"]["runId"])
    assert document["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 9


def test_a_run_keeps_its_id(tell, ids):
    """All events of one run bear one run id; another tenant's run of the same name bears another."""
    started, ended = run_event(tell("ingest.run.started")), run_event(tell("publish.run.published"))
    assert started["run"]["runId"] == ended["run"]["runId"] == run_id(ids)
    assert (started["eventType"], ended["eventType"]) == ("START", "COMPLETE")
    assert run_id(ids.but(tenant="initech")) != run_id(ids)


def test_what_is_about_no_run_is_no_lineage(tell):
    """A deployment, or a run without its ids, gives nothing."""
    assert run_event(tell("apply.deployment.live")) is None
    assert run_event(tell("ingest.run.started", dag_run="")) is None


def test_lineage_is_stored(records, keep_events, tell):
    """Each run event stands in the records, once."""
    keep_events(tell("ingest.run.started"), tell("apply.deployment.live"))
    with records.connect() as connection:
        stored = connection.execute(select(store.lineage)).mappings().all()
    assert [row["document"]["eventType"] for row in stored] == ["START"]
