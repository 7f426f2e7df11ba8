"""DAG files as Airflow itself reads them: every tenant's, two runtimes side by side, a broken pipeline beside good ones."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.plan import dag_file, runtime
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]
TENANTS = ("globex", "initech")


def write_runtime(folder: Path, package: Path) -> str:
    """The runtime's zip below `folder`; its digest."""
    built = runtime.build(package)
    runtimes = folder / "runtime"
    runtimes.mkdir(parents=True, exist_ok=True)
    (runtimes / f"{built.digest}.zip").write_bytes(built.content)
    (folder / ".airflowignore").write_text("runtime/\n")
    return built.digest


def document(tenant: str, digest: str) -> dict:
    read, findings = read_tenant(ROOT, tenant)
    assert read is not None, findings
    return dag_file.document(compile_release(read), settings_document(read, "staging"), digest)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Three DAG folders: all tenants; the same with another runtime for initech; one with a broken pipeline."""
    base = tmp_path_factory.mktemp("dags")
    every, two, broken = base / "every", base / "two", base / "broken"
    changed = base / "changed" / "pipeline"
    shutil.copytree(ROOT / "pipeline", changed, ignore=shutil.ignore_patterns("__pycache__"))
    (changed / "tasks.py").write_text((changed / "tasks.py").read_text() + "\n# another runtime\n")
    for folder in (every, two, broken):
        folder.mkdir()
        first = write_runtime(folder, ROOT / "pipeline")
        for tenant in TENANTS:
            (folder / f"{tenant}.py").write_text(dag_file.text_of(document(tenant, first)))
    other = write_runtime(two, changed)
    (two / "initech.py").write_text(dag_file.text_of(document("initech", other)))
    spoiled = document("globex", first)
    del spoiled["pipelines"]["vendors"]["timeout_minutes"]
    (broken / "globex.py").write_text(dag_file.text_of(spoiled))
    return {"every": str(every), "two": str(two), "broken": str(broken), "first": first, "other": other}


@pytest.fixture(scope="module")
def seen(folders, toolset, tmp_path_factory):
    """What Airflow saw, asked once for all tests: its import alone takes seconds."""
    requests = [
        {"folder": folders["every"]},
        {"folder": folders["two"]},
        {"folder": folders["broken"]},
        {"folder": folders["every"], "wanted": "globex__vendors"},
        {"folder": folders["every"]},
    ]
    home = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AIRFLOW"))}
    environment |= {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [toolset.airflow_python, Path(__file__).with_name("in_airflow.py")],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    names = ("every", "two", "broken", "one", "again")
    return dict(zip(names, json.loads(done.stdout.splitlines()[-1]), strict=True))


def test_every_tenants_file_parses_and_serializes(seen):
    """One DAG a pipeline, four tasks in the order of the flow, and no import error."""
    assert seen["every"]["errors"] == {}
    expected = {
        f"{tenant}__{path.stem}" for tenant in TENANTS for path in (ROOT / f"tenants/{tenant}/pipelines").glob("*.yaml")
    }
    assert set(seen["every"]["dags"]) == expected
    assert all(dag["tasks"] == ["ingest", "load", "verify", "publish"] for dag in seen["every"]["dags"].values())


def test_tags_are_what_support_searches_by(seen):
    """Tenant, environment, connector, target and runtime; no deployment, which would make a version of every DAG."""
    tags = seen["every"]["dags"]["globex__purchase_orders"]["tags"]
    assert [tag.partition(":")[0] for tag in tags] == ["connector", "environment", "runtime", "target", "tenant"]


def test_two_runtimes_live_side_by_side(seen, folders):
    """Each tenant's tasks run the code of the runtime that its own file names."""
    dags = seen["two"]["dags"]
    assert folders["first"] in dags["globex__vendors"]["code"]
    assert folders["other"] in dags["initech__customers"]["code"]
    assert folders["first"] != folders["other"]


def test_one_broken_pipeline_shows_and_hides_no_sibling(seen):
    """In its place stands a DAG tagged `broken` that fails with the reason."""
    dags = seen["broken"]["dags"]
    assert dags["globex__vendors"]["tags"] == ["broken"]
    assert dags["globex__vendors"]["tasks"] == ["broken"]
    assert dags["globex__purchase_orders"]["tasks"] == ["ingest", "load", "verify", "publish"]
    assert seen["broken"]["errors"] == {}


def test_only_the_wanted_dag_is_built_at_a_tasks_start(seen):
    """A task's start pays for its own DAG and not for its neighbours'."""
    assert set(seen["one"]["dags"]) & {"globex__vendors", "globex__purchase_orders"} == {"globex__vendors"}


def test_a_second_parse_makes_no_new_version(seen):
    """Nothing in a DAG depends on the clock or on chance."""
    first = {dag_id: dag["serialized"] for dag_id, dag in seen["every"]["dags"].items()}
    again = {dag_id: dag["serialized"] for dag_id, dag in seen["again"]["dags"].items()}
    assert first == again
