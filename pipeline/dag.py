"""Builds a tenant's Airflow DAGs out of the document in its DAG file. The only module that imports Airflow.

Logic lives in `tasks`; here a task only says how its outcome ends in Airflow: done, skipped (nothing new, superseded), to be
retried, or failed for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, get_current_context, get_parsing_context, task
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from pipeline import naming, tasks
from pipeline.errors import Final
from pipeline.tasks import Result, Start

START = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: what changes between two parses makes a new DAG version
RETRIES = 2
STAGES: Mapping[str, Callable[[Start, Mapping[str, Any]], Result]] = {
    "ingest": tasks.ingest,
    "load": tasks.load,
    "verify": tasks.verify,
    "publish": tasks.publish,
}


def build(document: Mapping[str, Any]) -> dict[str, DAG]:
    """The DAGs by their ids; only the wanted one where Airflow is about to run it.

    One bad pipeline never hides its siblings: in its place stands a DAG that fails with the reason.
    """
    wanted = get_parsing_context().dag_id
    dags = {}
    for name, pipeline in document["pipelines"].items():
        dag_id = naming.dag_id(document["tenant"], name)
        if wanted in (None, dag_id):
            dags[dag_id] = _or_broken(dag_id, document, name, pipeline)
    return dags


def _or_broken(dag_id: str, document: Mapping[str, Any], name: str, pipeline: Mapping[str, Any]) -> DAG:
    try:
        return _dag(dag_id, document, name, pipeline)
    except Exception as error:  # noqa: BLE001  shown as a DAG of its own, and its siblings live on
        return _broken(dag_id, f"{type(error).__name__}: {error}")


def _dag(dag_id: str, document: Mapping[str, Any], name: str, pipeline: Mapping[str, Any]) -> DAG:
    timeout = timedelta(minutes=pipeline["timeout_minutes"])
    dag = DAG(
        dag_id,
        schedule=pipeline["schedule"] if document["status"] == "active" else None,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=timeout,
        tags=_tags(document, name, pipeline),
        default_args={
            "retries": RETRIES,
            "retry_delay": timedelta(seconds=document["retry_seconds"]),
            "execution_timeout": timeout,
            "pool": document["tenant"],
        },
    )
    with dag:
        _chain({"tenant": document["tenant"], "environment": document["environment"], "pipeline": name})
    return dag


def _tags(document: Mapping[str, Any], name: str, pipeline: Mapping[str, Any]) -> list[str]:
    """What support searches by. No deployment id: it would make a new version of every DAG."""
    known = {
        "tenant": document["tenant"],
        "environment": document["environment"],
        "connector": pipeline["connector"],
        "target": name,
        "runtime": document["runtime"][:12],
    }
    return sorted(f"{key}:{value}" for key, value in known.items())


def _chain(ids: Mapping[str, str]) -> None:
    """ingest → load → verify → publish; each hears what the one before it said."""
    said: Any = {}
    for stage, run in STAGES.items():
        said = task(_ending(stage, run, ids), task_id=stage)(said)


def _ending(
    stage: str, run: Callable[[Start, Mapping[str, Any]], Result], ids: Mapping[str, str]
) -> Callable[..., Any]:
    def execute(said: Mapping[str, Any]) -> Mapping[str, Any]:
        context: Any = get_current_context()
        conf = context["dag_run"].conf or {}
        start = Start(
            **ids,
            run=conf.get("run") or context["run_id"],
            task=stage,
            try_number=context["ti"].try_number,
            replay=tuple(conf.get("replay", ())),
        )
        try:
            result = run(start, said)
        except Final as error:
            raise AirflowFailException(error.sentence()) from error
        return _told(result, stage)

    return execute


def _told(result: Result, stage: str) -> Mapping[str, Any]:
    """What the next task hears; or the run's end where there is nothing more to do, or nothing may be done."""
    if result.ending == "fail":
        raise AirflowFailException(result.reason)
    later = list(STAGES)[list(STAGES).index(stage) + 1 :]
    if result.ending == "skip" and later:
        raise DownstreamTasksSkipped(tasks=later)
    return {**result.said, "outcome": result.outcome}


def _broken(dag_id: str, reason: str) -> DAG:
    def execute() -> None:
        raise AirflowFailException(reason)

    with DAG(dag_id, schedule=None, start_date=START, tags=["broken"]) as dag:
        task(execute, task_id="broken")()
    return dag
