"""What customers' real APIs do while their data changes: docs/reference/emulator-gaps.md."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest

from pipeline import cloud
from pipeline.cli.world import readable
from pipeline.ingest.api import ApiSource
from pipeline.ingest.landing import open_with
from pipeline.release import Pipeline
from pipeline.run import Binding
from pipeline.spec.compilation import compile_release, settings_document
from tests.live.conftest import REPOSITORY, Live

pytestmark = pytest.mark.live


def keys(live: Live, binding: Binding) -> Counter[tuple[str, ...]]:
    """How often each key came in one pull from the beginning."""
    pipeline = binding.pipeline
    fields = [field.source for field in pipeline.mapping.fields if field.column in pipeline.key]
    secret = cloud.read_secret(
        live.environment,
        cloud.assume_tenant(live.environment, live.tenant, "peek", "acme-live"),
        live.tenant,
        binding.connector_settings["secret"],
    )
    with closing(open_with(binding, secret)) as source:
        assert isinstance(source, ApiSource)
        return Counter(
            tuple(str(record.get(name)) for name in fields) for _, page in source._answers("") for record in page
        )


def pipelines(live: Live) -> list[Binding]:
    """What the tenant pulls from APIs, bound as a probe is."""
    tenant = readable(REPOSITORY, live.tenant)
    release, settings = compile_release(tenant), settings_document(tenant, live.environment.name)
    pulled: list[Pipeline] = [one for one in release.pipelines if one.connector.kind == "api" and one.key]
    return [
        Binding(live.environment, tenant.name, one, "acme-live", 0, release.digest, "", "", settings) for one in pulled
    ]


def test_a_second_pull_misses_nothing_of_the_first(live: Live) -> None:
    """A page may repeat a record, which merge and overlap make harmless; none may be skipped."""
    bound = pipelines(live)
    if not bound:
        pytest.skip(f"{live.tenant} pulls from no API: name another by $ACME_LIVE_TENANT")
    for binding in bound:
        first, second = keys(live, binding), keys(live, binding)
        assert {*first} <= {*second}
