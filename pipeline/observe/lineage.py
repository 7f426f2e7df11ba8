"""Lineage: our events as OpenLineage run events, kept beside them.

`run_event` is pure; `record` stores what it says. A run of ours is a run of theirs; a task or an attempt is not, it shows as
RUNNING of the same run.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from pipeline.events import Correlation, Event
from pipeline.observe.store import lineage

PRODUCER = "https://github.com/acmeconnect/platform"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
SCHEMA_URL = f"{SPEC}#/$defs/RunEvent"
CUSTOM_FACET = f"{SPEC}#/$defs/RunFacet"
STATISTICS = "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json"
NAMESPACE = uuid.UUID("6f1d3f0c-4f6e-5d0f-9c55-0d3f7d1c9a01")  # ours; any fixed one would do

TYPES: Mapping[str, str] = {
    "ingest.run.started": "START",
    "ingest.manifest.frozen": "RUNNING",
    "load.attempt.started": "RUNNING",
    "load.attempt.loaded": "RUNNING",
    "load.attempt.held": "OTHER",
    "verify.attempt.verified": "RUNNING",
    "verify.attempt.refused": "OTHER",
    "publish.object.published": "RUNNING",
    "publish.run.published": "COMPLETE",
    "publish.run.already_published": "COMPLETE",
    "publish.run.skipped": "COMPLETE",
    "publish.run.held": "OTHER",
    "publish.run.superseded": "ABORT",
    "publish.run.swept": "ABORT",
    "publish.run.failed": "FAIL",
    "ingest.run.failed": "FAIL",
    "load.attempt.failed": "RUNNING",
}


def run_event(event: Event) -> dict[str, Any] | None:
    """The OpenLineage RunEvent of an event, or None where it is about no run."""
    ids = event.ids
    if event.name not in TYPES or not (ids.tenant and ids.pipeline and ids.dag_run):
        return None
    return {
        "eventTime": event.at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": SCHEMA_URL,
        "eventType": TYPES[event.name],
        "run": {"runId": run_id(ids), "facets": {"acme": _facet(CUSTOM_FACET, {"event": event.name, **ids.known()})}},
        "job": {"namespace": _namespace(ids), "name": f"{ids.tenant}.{ids.pipeline}"},
        "inputs": [_input(ids)] if ids.connector else [],
        "outputs": [_output(event)] if ids.target else [],
    }


def run_id(ids: Correlation) -> str:
    """Always the same UUID for the same run."""
    return str(uuid.uuid5(NAMESPACE, "\n".join((ids.environment, ids.tenant, ids.pipeline, ids.dag_run))))


def record(connection: Connection, event: Event) -> None:
    document = run_event(event)
    if document is not None:
        row = {"at": event.at, "id": event.id, "tenant": event.ids.tenant, "dag_run": event.ids.dag_run}
        connection.execute(insert(lineage).values(**row, document=document).on_conflict_do_nothing())


def _facet(schema_url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": schema_url, **body}


def _namespace(ids: Correlation) -> str:
    return f"acme://{ids.environment}"


def _input(ids: Correlation) -> dict[str, Any]:
    """The source object where it is known, else the connector as a whole."""
    return {"namespace": f"{_namespace(ids)}/{ids.tenant}/{ids.connector}", "name": ids.object or ids.connector}


def _output(event: Event) -> dict[str, Any]:
    dataset: dict[str, Any] = {"namespace": f"snowflake://{event.ids.environment}", "name": event.ids.target}
    rows = event.data.get("rows")
    written = rows.get("written") if isinstance(rows, Mapping) else None
    if isinstance(written, int):
        dataset["outputFacets"] = {"outputStatistics": _facet(STATISTICS, {"rowCount": written})}
    return dataset
