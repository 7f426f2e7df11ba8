"""Runs in Airflow's environment: builds and serializes the DAGs of one folder, and looks for what their runtime imports.

Reads a folder and a zip that it is named, prints one JSON document: {airflow, errors, missing, dags: {dag_id: reason or ""}}.
"""

import ast
import importlib.metadata
import importlib.util
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path


def seen(folder: Path, runtime: Path) -> dict[str, object]:
    """What Airflow sees. A DAG that was built in the place of a broken pipeline tells its reason."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    bag = DagBag(str(folder), bundle_path=folder, bundle_name="probe")
    dags = {}
    for dag_id, dag in bag.dags.items():
        DagSerialization.serialize_dag(dag)
        dags[dag_id] = _reason(dag) if "broken" in dag.tags else ""
    return {
        "airflow": importlib.metadata.version("apache-airflow"),
        "errors": [str(error).strip().splitlines()[-1] for error in bag.import_errors.values()],
        "missing": sorted(name for name in imported(runtime) if importlib.util.find_spec(name) is None),
        "dags": dags,
    }


def _reason(dag: object) -> str:
    try:
        dag.tasks[0].python_callable()  # type: ignore[attr-defined]  # Airflow's, not known here
    except Exception as error:  # noqa: BLE001  the reason is all that it does
        return str(error)
    return "it is marked as broken"


def imported(runtime: Path) -> set[str]:
    """The packages that the runtime's code names anywhere, Python's own and itself left out."""
    with zipfile.ZipFile(runtime) as archive:
        sources = [archive.read(name) for name in archive.namelist() if name.endswith(".py")]
    roots = {name.partition(".")[0] for source in sources for name in _names(ast.parse(source))}
    return roots - set(sys.stdlib_module_names) - {"pipeline"}


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


if __name__ == "__main__":
    document = seen(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write("\n" + json.dumps(document))
