"""An engine that hangs in a call of a provider is ended at its limit; the next apply finds what it had begun, and is whole."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from pipeline.apply import records
from pipeline.apply.deployment import Request, deploy
from pipeline.apply.records import leases
from pipeline.errors import Unreachable
from pipeline.plan import bounded_command
from pipeline.plan.engine import Engine
from pipeline.sandbox.providers.aws.package import package
from pipeline.sandbox.providers.serving import serve

TENANT = "hanging"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
LIMIT_S = 6.0


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


def test_an_engine_that_hangs_is_ended_and_the_next_apply_finishes(staging, hanging_provider, monkeypatch):
    """The record says why, the lease is free and says since when, the log group exists once and in the state."""
    monkeypatch.setattr(bounded_command, "LIMITS_S", {"up": LIMIT_S})
    monkeypatch.setattr(bounded_command, "WRITES_DOWN_S", 1.0)
    staging.add_tenant(TENANT)
    engine = staging.hands.engine
    snowflake = engine.environment.providers.rpartition(",")[2]
    attached = {"PULUMI_DEBUG_PROVIDERS": f"aws:{hanging_provider},{snowflake}"}
    slow = Engine(staging.hands.engine.root, engine.home, engine.environment, attached)
    world = replace(staging.hands.world(), engine=slow)
    desired = staging.hands.desired(TENANT)
    with pytest.raises(Unreachable, match=f"`pulumi up` of {TENANT}.staging did not end"):
        deploy(desired, world, Request("c", "a@b.example", "commit"))
    newest = records.newest(world.records, TENANT, "staging")
    assert newest.state == "failed"
    assert "did not end within 6 s" in newest.error
    with world.records.connect() as connection:
        (left,) = connection.execute(leases.select().where(leases.c.tenant == TENANT)).all()
    assert {*left.holder} == {"since"}
    assert staging.apply(TENANT)[TENANT]["outcome"] == "live"
    held = [one["id"] for one in staging.state(TENANT)["resources"] if one["type"] == LOGS]
    assert held == [f"/acme/staging/{TENANT}"]
    assert not staging.state(TENANT).get("pending_operations")
    assert staging.locks(TENANT) == []
