"""The DAG file of one tenant: a few lines that hand a document to the runtime's `dag.build`.

What a run does is decided by the epoch row that it reads first, never by this file; so the file holds only what Airflow
must know before a run: schedule, tags, pool, time-outs, and which runtime.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline import naming
from pipeline.release import Pipeline, Release

TIMEOUT_MINUTES = {"priority": 60, "standard": 90, "trial": 60}
TEMPLATE = '''"""Airflow DAGs of {tenant}, written by its deployment. Do not edit: the next one writes it anew."""
import json, os, sys
from pathlib import Path

FOLDER = Path(__file__).parent
RUNTIME = str(FOLDER / "{runtimes}" / "{runtime}.zip")
os.environ.setdefault("ACME_ENVIRONMENTS", str(FOLDER / "environments"))
for name in [name for name in sys.modules if name.partition(".")[0] == "pipeline"]:
    if not str(getattr(sys.modules[name], "__file__", "")).startswith(RUNTIME):
        del sys.modules[name]  # of another runtime
sys.path.insert(0, RUNTIME)

from pipeline.dag import build

globals().update(build(json.loads(r"""{document}""")))
'''


def document(release: Release, settings: Mapping[str, Any], runtime: str) -> dict[str, Any]:
    """What `dag.build` is handed: {tenant, environment, cell, status, tier, runtime, pipelines: {name: {…}}}."""
    pipelines = {pipeline.name: _pipeline(pipeline, settings) for pipeline in release.pipelines}
    shared = {key: settings[key] for key in ("tenant", "environment", "cell", "status", "tier")}
    return {**shared, "runtime": runtime, "pipelines": pipelines}


def _pipeline(pipeline: Pipeline, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schedule": pipeline.schedule,
        "connector": pipeline.connector.name,
        "kind": pipeline.connector.kind,
        "timeout_minutes": TIMEOUT_MINUTES[settings["tier"]],
    }


def render(release: Release, settings: Mapping[str, Any], runtime: str) -> str:
    """The file's text. JSON escapes every quote and backslash that could end the string that it stands in."""
    text = json.dumps(document(release, settings, runtime), sort_keys=True, ensure_ascii=True).replace(
        '"""', r"\u0022\u0022\u0022"
    )
    return TEMPLATE.format(tenant=release.tenant, runtimes=naming.RUNTIME_FOLDER, runtime=runtime, document=text)
