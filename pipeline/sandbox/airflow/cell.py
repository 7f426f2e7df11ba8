"""A cell as the sandbox has it: syncs dags/ from S3 as MWAA does, and has a DAG run by the runner.

Reads the environment's DAGs bucket; talks to the runner's loopback port. Fails with `Unreachable` where it does not answer
in time.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import naming
from pipeline.errors import Unreachable

CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class DagRun:
    """How a run ended. `state`: success | failed | lost (it never became a run, `why` says it); `tasks`: Airflow's states."""

    dag: str
    run: str
    state: str
    tasks: Mapping[str, str]
    seconds: float
    log: str
    why: str = ""


@dataclass(frozen=True)
class Cell:
    """`folder` is where dags/ is synced to, one folder a tenant so that no run pays for its neighbours' files."""

    port: int
    folder: Path
    s3: Any = field(repr=False)
    bucket: str
    prefix: str

    def sync(self, tenant: str) -> Path:
        """Brings the tenant's DAG file and the runtimes; returns the tenant's DAGs folder."""
        mine = self.folder / tenant
        runtimes = self.folder / naming.RUNTIME_FOLDER
        for folder in (mine, runtimes):
            folder.mkdir(parents=True, exist_ok=True)
        self._bring(naming.dag_file(tenant), mine / f"{tenant}.py")
        for digest in self._runtimes():
            if not (runtimes / f"{digest}.zip").exists():
                self._bring(naming.runtime_file(digest), runtimes / f"{digest}.zip")
        if not (mine / naming.RUNTIME_FOLDER).exists():
            (mine / naming.RUNTIME_FOLDER).symlink_to(runtimes)
            (mine / ".airflowignore").write_text(f"{naming.RUNTIME_FOLDER}/\n", encoding="utf-8")
        return mine

    def _runtimes(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}dags/runtime/"
        )
        return [Path(entry["Key"]).stem for page in pages for entry in page.get("Contents", [])]

    def _bring(self, key: str, path: Path) -> None:
        body = self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}{key}")["Body"].read()
        half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")  # two runs at once bring the same runtime
        half.write_bytes(body)
        half.replace(path)

    def run(
        self, tenant: str, pipeline: str, run: str, conf: Mapping[str, Any] | None = None, timeout_s: float = 600.0
    ) -> DagRun:
        """One run of the pipeline's DAG, after a sync."""
        folder = self.sync(tenant)
        request = {"dag": naming.dag_id(tenant, pipeline), "run": run, "folder": str(folder), "conf": dict(conf or {})}
        return DagRun(**ask(self.port, request, timeout_s))


def ask(port: int, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """The runner's answer to one request; `{}` asks whether it is ready."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), CONNECT_TIMEOUT_S) as client,
            client.makefile("rw", encoding="utf-8") as line,
        ):
            client.settimeout(timeout_s)
            line.write(json.dumps(request) + "\n")
            line.flush()
            said = line.readline()
    except TimeoutError as error:
        raise Unreachable(
            f"no answer within {timeout_s:.0f} s: the run goes on by itself.",
            fix=f"acme observe trace {request['run']}" if "run" in request else "./acme sandbox up",
        ) from error
    except OSError as error:
        raise Unreachable(
            f"the sandbox's Airflow does not answer on port {port} ({error}).", fix="./acme sandbox up"
        ) from error
    if not said:
        raise Unreachable("the sandbox's Airflow went away during the run.", fix="./acme sandbox up, then run it again")
    answer: dict[str, Any] = json.loads(said)
    return answer
