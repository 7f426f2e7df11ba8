"""What a run is bound to, out of its epoch row and the papers that it names."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import naming
from pipeline.ingest.api import ApiSource
from pipeline.publish.epoch import EpochRow
from pipeline.run import Binding
from pipeline.settings import Environment, Snowflake
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant
from pipeline.tasks import bind

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bound():
    """Called with a tenant and a pipeline of its folder: the binding, or None."""

    def bound_to(tenant: str, pipeline: str) -> Binding | None:
        read, _ = read_tenant(ROOT, tenant)
        assert read is not None
        release = compile_release(read)
        row = EpochRow(4, release.digest, "dep-1", "2026-11-25T06:00:00Z")
        papers = {
            naming.release_key(tenant, release.digest): release.bytes(),
            naming.deployment_key(tenant, "dep-1"): json.dumps(
                {"runtime": "rt", "settings": settings_document(read, "staging")}
            ).encode(),
        }
        environment = Environment("staging", "eu-west-1", "1" * 12, Snowflake("none"))
        return bind(environment, tenant, pipeline, "r-1", row, papers.__getitem__)

    return bound_to


def test_a_run_is_bound_to_its_pipeline_as_it_was_released(bound):
    """With the settings and the runtime of its deployment; of a pipeline that the release has not, there is nothing to run."""
    binding = bound("globex", "vendors")
    assert (binding.pipeline.name, binding.epoch, binding.runtime, binding.settings["tenant"]) == (
        "vendors",
        4,
        "rt",
        "globex",
    )
    assert bound("globex", "gone") is None


def test_what_is_promised_to_a_host_is_shared_by_the_pipelines_that_ask_it(bound, monkeypatch):
    """They run beside each other, in processes that know nothing of each other: together they keep the promise."""
    monkeypatch.setattr("pipeline.ingest.api.Caller", lambda *given: SimpleNamespace(pace=given[4]))
    binding = bound("initech", "customers")
    promised = binding.pipeline.connector.options["requests_per_minute"]
    assert (binding.sharing, promised) == (2, 600)
    shares = [
        ApiSource(bound("initech", name), None)._caller.pace.per_minute for name in ("customers", "currency_rates")
    ]
    assert shares == [300, 300]
