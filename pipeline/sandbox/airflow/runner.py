"""Runs in Airflow's environment: processes that have paid for the imports and run one DAG after the other.

Serves a loopback port: a client sends one JSON line, {dag, run, folder, conf}, and hears one, {dag, run, state, tasks,
seconds, log}. Two processes accept on one socket, so two runs go side by side and further ones wait in line. What a run
prints goes into its own log.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import hashlib
import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUNDLE = "airflow.dag_processing.bundles.local.LocalDagBundle"
WORKERS = 2
DATABASE_WITHIN_S = 120
PRELOADED = (
    "airflow.api_fastapi.execution_api.app",
    "airflow.dag_processing.dagbag",
    "airflow.models.dagrun",
    "airflow.providers.standard.decorators.python",
    "airflow.sdk.execution_time.supervisor",
    "asyncssh",
    "boto3",
    "httpx",
    "snowflake.connector",
)
WARM_UP = """from airflow.sdk import DAG, task
with DAG("warm_up_{number}", schedule=None) as dag:
    task(lambda: None, task_id="warm_up")()
"""


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    home = Path(os.environ["AIRFLOW_HOME"])
    (home / "runs").mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", port), backlog=64) as server:
        preload()
        migrate(home)
        asyncio.run(serve_once())
        number = next((number for number in range(1, WORKERS) if os.fork() == 0), 0)
        with printing_to(home / "runs" / f"worker.{number}.log"):
            prepare(home, number)
        while True:
            _serve(server.accept()[0], home / "runs")


def migrate(home: Path) -> None:
    """Brings Airflow's database to its version, once for each; waits for the database, which starts beside us."""
    import importlib.metadata

    await_database(os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    mark = home / f"migrated.{importlib.metadata.version('apache-airflow')}"
    if not mark.exists():
        from airflow.utils.db import initdb

        initdb()
        mark.touch()


def await_database(url: str) -> None:
    """Returns when a login works; raises the last refusal after two minutes."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    deadline = time.monotonic() + DATABASE_WITHIN_S
    while True:
        try:
            engine.connect().close()
        except sqlalchemy.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _serve(client: socket.socket, logs: Path) -> None:
    with client, client.makefile("rw", encoding="utf-8") as line:
        request = json.loads(line.readline() or "{}")
        if "dag" not in request:
            line.write(json.dumps({"ready": True}) + "\n")
            return
        log = logs / f"{request['dag']}.{request['run'].replace(':', '')}.{time.time_ns()}.log"
        with printing_to(log):
            answer = _answered(request)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a task's run leaves its own handler behind
        line.write(json.dumps({**answer, "dag": request["dag"], "run": request["run"], "log": str(log)}) + "\n")


@contextmanager
def printing_to(log: Path) -> Iterator[None]:
    """Points stdout and stderr, also those of libraries and children, at `log`."""
    before = os.dup(1), os.dup(2)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for kept, number in zip(before, (1, 2), strict=True):
            os.dup2(kept, number)
            os.close(kept)
        os.close(out)


def preload() -> None:
    """What every worker imports and configures, once for all: they are forked afterwards."""
    from sqlalchemy.orm import configure_mappers

    for name in PRELOADED:
        importlib.import_module(name)
    configure_mappers()
    serve_one_version()


def serve_one_version() -> None:
    """The tasks that run here speak the newest version of the execution API; each older one costs half a second at the start."""
    from airflow.api_fastapi.execution_api import routes, versions
    from cadwyn import HeadVersion, Version, VersionBundle
    from cadwyn.route_generation import _DELETED_ROUTE_TAG

    versions.bundle = VersionBundle(HeadVersion(), Version(versions.bundle.versions[0].value))
    router = routes.execution_api_router
    router.routes = [route for route in router.routes if _DELETED_ROUTE_TAG not in getattr(route, "tags", ())]


async def serve_once() -> None:
    """A first request to the execution API that serves tasks in process: it makes its routes then, seconds of work, for all."""
    import httpx
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    transport = in_process_api_server().atransport
    async with httpx.AsyncClient(transport=transport, base_url="http://in-process.invalid") as client:
        (await client.get("/health")).raise_for_status()


def prepare(home: Path, number: int) -> None:
    """A first run, so that no later one waits for what Airflow imports and compiles then."""
    folder = home / "warm_up" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "warm_up.py").write_text(WARM_UP.format(number=number), encoding="utf-8")
    run({"dag": f"warm_up_{number}", "run": "warm_up", "folder": str(folder)})


def _answered(request: Mapping[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    try:
        answer = run(request)
    except Exception as error:  # noqa: BLE001  told as the state `lost`; the traceback stands in the run's log
        traceback.print_exc()
        answer = {"state": "lost", "tasks": {}, "why": str(error).partition("\n")[0]}
    return {**answer, "seconds": round(time.monotonic() - began, 2)}


def run(request: Mapping[str, Any]) -> dict[str, Any]:
    """One DAG run by `dag.test()`: {state, tasks: {task: state}}. `LookupError` where the folder has no such DAG."""
    folder = request["folder"]
    name = Path(folder).name
    bundle = {"name": name, "classpath": BUNDLE, "kwargs": {"path": folder}}
    os.environ["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"] = json.dumps([bundle])
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = folder
    bag = known(folder, name)
    if request["dag"] not in bag.dags:
        why = f"its file does not parse ({bag.import_errors})" if bag.import_errors else "the pipeline is not live here"
        raise LookupError(f"there is no DAG {request['dag']}: {why}")
    done = bag.dags[request["dag"]].test(run_conf={"run": request["run"], **request.get("conf", {})})
    return {"state": str(done.state), "tasks": {ti.task_id: str(ti.state) for ti in done.get_task_instances()}}


@dataclass
class Known:
    """The folder's DAGs as this process has parsed them, with the runtime that they brought."""

    bag: Any
    files: str
    runtime: Any

    def holds(self, folder: Path) -> bool:
        """The files parsed and are the same, and no other tenant's file has brought another runtime since."""
        same = self.files == digest(folder) and self.runtime is sys.modules.get("pipeline.dag")
        return same and not self.bag.import_errors


KNOWN: dict[str, Known] = {}


def digest(folder: Path) -> str:
    """Of the folder's DAG files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()


def known(folder: str, bundle: str) -> Any:
    """The folder's DAGs, parsed and written to Airflow's database when a file is new to this process."""
    if folder not in KNOWN or not KNOWN[folder].holds(Path(folder)):
        files = digest(Path(folder))
        KNOWN[folder] = Known(synced(folder, bundle), files, sys.modules.get("pipeline.dag"))
    return KNOWN[folder].bag


def synced(folder: str, bundle: str) -> Any:
    """One process at a time: two would insert the same rows."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    with Path(os.environ["AIRFLOW_HOME"], "sync.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        DagBundlesManager().sync_bundles_to_db()
        bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name=bundle)
        sync_bag_to_db(bag, bundle, None)
    return bag


if __name__ == "__main__":
    main()
