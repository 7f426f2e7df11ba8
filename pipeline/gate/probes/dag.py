"""The tenant's DAG file in the real Airflow: built and serialized in an environment of its version, with all that it imports.

Starts that environment's Python on a folder of its own, with nothing of this process's. The same file, runtime and environment
are not asked about twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline import naming
from pipeline.errors import Final, Unreachable
from pipeline.findings import Finding
from pipeline.gate.cache import Cache
from pipeline.gate.probes.subject import Subject

SCRIPT = Path(__file__).with_name("in_airflow.py")
TIMEOUT_S = 50.0


def ask(subject: Subject) -> Iterator[Finding]:
    """Told once a pipeline; what cannot be asked here is told as well."""
    if not subject.dag_file:
        return
    if subject.hands.airflow is None:
        what = "the DAG file could not be built: there is no environment of Airflow here."
        yield subject.unanswered(what, fix=f"./acme doctor --fix; then: {subject.again}")
        return
    digest, _ = subject.runtime
    about: list[str | bytes] = [
        SCRIPT.read_bytes(),
        subject.dag_file,
        digest,
        str(subject.hands.airflow),
        subject.environment.name,
    ]
    try:
        yield from Cache(subject.hands.cache).findings(
            "probe_dag", about, lambda: list(_findings(subject, _seen(subject)))
        )
    except Unreachable as error:  # this machine is slow: that says nothing of the file
        yield subject.unanswered(error.what)


def _findings(subject: Subject, seen: Mapping[str, Any]) -> Iterator[Finding]:
    where = subject.where("pipelines")
    version = f"Airflow {seen['airflow']}"
    for name in seen["missing"]:
        what = f"the DAG's tasks import `{name}`, which the environment of {version} does not hold."
        mend = f"add it to the environment's requirements (docs/how-to/upgrade-a-package.md); then: {subject.again}"
        yield subject.finding("probe.package_missing", what, "A run stops where it is imported.", mend, where=where)
    wanted = {naming.dag_id(subject.name, pipeline.name): pipeline.name for pipeline in subject.release.pipelines}
    broken = {dag_id: reason for dag_id, reason in seen["dags"].items() if reason}
    gone = {} if seen["errors"] else dict.fromkeys(sorted(set(wanted) - set(seen["dags"])), "it is not there")
    for dag_id, reason in {**broken, **gone}.items():
        place = subject.where(f"pipelines/{wanted.get(dag_id, dag_id)}.yaml")
        what = f"{version} cannot build the DAG {dag_id}: {reason}."
        yield subject.finding("probe.dag_broken", what, "", f"mend the pipeline; then: {subject.again}", where=place)
    for error in seen["errors"]:
        yield subject.finding(
            "probe.dag_broken", f"{version} cannot read the DAG file: {error}", "", subject.again, where=where
        )


def _seen(subject: Subject) -> dict[str, Any]:
    """What the environment printed. `Unreachable` where it took too long, `Final` where it broke."""
    digest, content = subject.runtime
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "dags")
        runtime = folder / naming.RUNTIME_FOLDER / f"{digest}.zip"
        runtime.parent.mkdir(parents=True)
        runtime.write_bytes(content)
        (folder / ".airflowignore").write_text(f"{naming.RUNTIME_FOLDER}/\n", encoding="utf-8")
        (folder / f"{subject.name}.py").write_text(subject.dag_file, encoding="utf-8")
        return _run(subject, folder, runtime, Path(name, "home"))


def _run(subject: Subject, folder: Path, runtime: Path, home: Path) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AIRFLOW", "AWS_"))}
    given = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    try:
        done = subprocess.run(
            [str(subject.hands.airflow), str(SCRIPT), str(folder), str(runtime)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**kept, **given},
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(f"Airflow did not read the DAG file within {TIMEOUT_S:.0f} s.") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:]
        raise Final(f"Airflow's environment broke: {' '.join(last)}", fix="./acme doctor --fix") from None
    document: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return document
