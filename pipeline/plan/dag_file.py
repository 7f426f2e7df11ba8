"""The DAG file of one tenant: a few lines that hand a document to the runtime's `dag.build`.

What a run does is decided by the epoch row that it reads first, never by this file; so the file holds only what Airflow
must know before a run: schedule, tags, pool, time-outs, and which runtime.
"""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from typing import Any

from pipeline import naming
from pipeline.release import Pipeline, Release

TIMEOUT_MINUTES = {"priority": 60, "standard": 90, "trial": 60}
RETRY_S, SANDBOX_RETRY_S = 60, 1
TEMPLATE = '''"""Airflow DAGs of {tenant}, written by its deployment. Do not edit: the next one writes it anew."""
import os, sys
from pathlib import Path

FOLDER = Path(__file__).parent
RUNTIME = str(FOLDER / "{runtimes}" / "{runtime}.zip")
os.environ.setdefault("ACME_ENVIRONMENTS", str(FOLDER / "environments"))
for name in [name for name in sys.modules if name.partition(".")[0] == "pipeline"]:
    if "{runtime}.zip" not in str(getattr(sys.modules[name], "__file__", "")):
        del sys.modules[name]  # of another runtime
sys.path.insert(0, RUNTIME)

from pipeline.dag import build

globals().update(build(
{document}
))
'''


def document(release: Release, settings: Mapping[str, Any], runtime: str, *, sandbox: bool = False) -> dict[str, Any]:
    """What `dag.build` is handed: {tenant, environment, cell, status, tier, runtime, pipelines: {name: {…}}}."""
    pipelines = {pipeline.name: _pipeline(pipeline, settings) for pipeline in release.pipelines}
    shared = {key: settings[key] for key in ("tenant", "environment", "cell", "status", "tier")}
    retry_seconds = SANDBOX_RETRY_S if sandbox else RETRY_S
    return {**shared, "runtime": runtime, "retry_seconds": retry_seconds, "pipelines": pipelines}


def _pipeline(pipeline: Pipeline, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schedule": pipeline.schedule,
        "connector": pipeline.connector.name,
        "kind": pipeline.connector.kind,
        "timeout_minutes": TIMEOUT_MINUTES[settings["tier"]],
    }


def render(release: Release, settings: Mapping[str, Any], runtime: str, *, sandbox: bool = False) -> str:
    """The file's text. In the sandbox a retry comes soon."""
    return text_of(document(release, settings, runtime, sandbox=sandbox))


def text_of(content: Mapping[str, Any]) -> str:
    """The document stands in it as a Python literal, so no value can become code."""
    shown = pprint.pformat(dict(content), width=120)
    return TEMPLATE.format(
        tenant=content["tenant"], runtimes=naming.RUNTIME_FOLDER, runtime=content["runtime"], document=shown
    )
