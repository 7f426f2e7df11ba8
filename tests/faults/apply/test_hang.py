"""An engine that hangs in a call of a provider is ended at its limit; the next apply finds what it had begun, and is whole."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import settings
from pipeline.apply import records
from pipeline.apply.records import leases
from pipeline.sandbox.providers.aws.package import package
from pipeline.sandbox.providers.serving import serve
from tests.staging import Staging

TENANT = "hanging"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
LIMIT_S = 8
IMPATIENT = f"""
import runpy
from pipeline.plan import bounded_command
bounded_command.LIMITS_S, bounded_command.WRITES_DOWN_S = {{"up": {LIMIT_S}}}, 1
runpy.run_module("pipeline.cli", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def hanging_provider():
    """The provider `aws`, whose log groups are made and never answered for."""
    released, whole = threading.Event(), package()

    def create(world, inputs):
        made = whole.types[LOGS].create(world, inputs)
        released.wait(120)
        return made

    server, port = serve(replace(whole, types={**whole.types, LOGS: replace(whole.types[LOGS], create=create)}))
    yield port
    released.set()
    server.stop(0).wait(5)


def apply_with(staging: Staging, provider: int, folder: Path) -> dict[str, Any]:
    """An apply whose engines are attached to this provider, and have a limit that a test can wait for."""
    described = (settings.folder(staging.checkout) / "staging.toml").read_text()
    served = staging.hands.environment.providers
    (folder / "staging.toml").write_text(described.replace(served, f"aws:{provider},{served.rpartition(',')[2]}"))
    command = [sys.executable, "-c", IMPATIENT, "apply", TENANT, "--repo", str(staging.checkout), "--json"]
    variables = {**staging.variables, settings.FOLDER_VARIABLE: str(folder)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)[TENANT]
    return told


def test_an_engine_that_hangs_is_ended_and_the_next_apply_finishes(staging, hanging_provider, tmp_path):
    """The record says why, the lease is free and says since when, the log group exists once and in the state."""
    staging.add_tenant(TENANT)
    told = apply_with(staging, hanging_provider, tmp_path)
    assert f"`pulumi up` of {TENANT}.staging did not end within {LIMIT_S} s" in told["error"]
    newest = records.newest(staging.hands.records, TENANT, "staging")
    assert (newest.state, newest.error) == ("failed", told["error"])
    with staging.hands.records.connect() as connection:
        (left,) = connection.execute(leases.select().where(leases.c.tenant == TENANT)).all()
    assert {*left.holder} == {"since"}
    assert staging.apply(TENANT)[TENANT]["outcome"] == "live"
    held = [one["id"] for one in staging.state(TENANT)["resources"] if one["type"] == LOGS]
    assert held == [f"/acme/staging/{TENANT}"]
    assert not staging.state(TENANT).get("pending_operations")
    assert staging.locks(TENANT) == []
