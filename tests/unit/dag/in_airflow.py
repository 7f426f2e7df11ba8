"""Runs in Airflow's environment: parses each DAG folder that it is named, twice, and prints what Airflow sees as JSON."""

import json
import os
import sys
from pathlib import Path

WANTED = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"


def seen(folder: str, wanted: str | None = None) -> dict:
    """{errors, dags: {dag_id: {schedule, tags, tasks, code, serialized, broken}}}."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    os.environ.pop(WANTED, None)
    if wanted:
        os.environ[WANTED] = wanted
    bag = DagBag(folder, bundle_path=Path(folder), bundle_name="test")
    dags = {}
    for dag_id, dag in bag.dags.items():
        dags[dag_id] = {
            "schedule": str(dag.schedule),
            "tags": sorted(dag.tags),
            "tasks": [task.task_id for task in dag.topological_sort()],
            "code": dag.tasks[0].python_callable.__code__.co_filename,
            "serialized": json.dumps(DagSerialization.serialize_dag(dag), sort_keys=True, default=str),
            "paused": dag.is_paused_upon_creation,
        }
    return {"errors": {Path(file).name: error for file, error in bag.import_errors.items()}, "dags": dags}


if __name__ == "__main__":
    requests = json.load(sys.stdin)
    sys.stdout.write("\n" + json.dumps([seen(**request) for request in requests]))
