"""The last look before production goes live: what is new is probed, a way back is not, a denial keeps what was live."""

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.apply import records
from pipeline.apply.last_look import look
from pipeline.errors import Final
from pipeline.findings import Finding
from pipeline.plan.desired import Desired
from pipeline.plan.runtime import Runtime
from pipeline.settings import Environment, Snowflake
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]
PRODUCTION = Environment("production", "eu-west-1", "222222222222", Snowflake("acme-production"))
REFUSED = Finding("probe.credential", "deny", "gate", "the key is refused.", fix="ask")


@pytest.fixture
def wanted() -> Desired:
    """Globex in production as the repository says."""
    tenant = read_tenant(ROOT, "globex")[0]
    settings = settings_document(tenant, "production")
    return Desired(PRODUCTION, compile_release(tenant), settings, Runtime("1" * 64, b""), "2" * 64)


@pytest.fixture
def lived(engine, begun):
    """Call it with what was desired and how that deployment ended."""

    def ended(desired, state="live"):
        digests = dict(zip(("release", "settings"), desired.identity, strict=False))
        records.finish(engine, begun(f"dep-{uuid.uuid4().hex}", environment="production", **digests), state)

    return ended


def asked(engine, desired, *findings):
    """How often the probe was asked."""
    times = []
    look(desired, engine, lambda it: times.append(it) or findings)
    return len(times)


def test_what_is_new_in_production_is_probed_and_a_denial_stops_it(engine, wanted, lived):
    """Release or settings that were never live here; a deployment that failed was not live."""
    lived(wanted, "failed")
    warned = replace(REFUSED, level="warn")
    assert asked(engine, wanted, warned) == 1
    with pytest.raises(Final, match=r"probe\.credential: the key is refused") as refused:
        look(wanted, engine, lambda _: [warned, REFUSED, replace(REFUSED, what="more.")])
    assert "(and 1 more)" in refused.value.what
    assert "acme gate globex --probe -e production" in refused.value.fix


def test_a_way_back_waits_for_nobodys_system(engine, wanted, lived):
    """Release and settings that were both live here before go live again without a probe; each new one of them is probed."""
    lived(wanted)
    assert asked(engine, wanted, REFUSED) == 0
    newer = replace(wanted, release=replace(wanted.release, pipelines=wanted.release.pipelines[:1]))
    assert asked(engine, newer) == 1
    lived(newer)
    assert asked(engine, wanted, REFUSED) == 0
    assert asked(engine, replace(wanted, settings={**wanted.settings, "cell": "eu2"})) == 1


def test_staging_and_what_does_not_run_are_not_held_up(engine, wanted):
    """Staging is where a change is tried; a paused tenant has no runs that could fail."""
    assert asked(engine, replace(wanted, environment=replace(PRODUCTION, name="staging")), REFUSED) == 0
    assert asked(engine, replace(wanted, settings={**wanted.settings, "status": "paused"}), REFUSED) == 0
