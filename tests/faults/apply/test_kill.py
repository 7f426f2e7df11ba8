"""`kill -9` of an apply at any instant: the next one finishes the job, and nothing is there twice, lost, or locked."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline.apply import records
from pipeline.plan.engine import command
from tests.staging import Staging

KILLS = int(os.environ.get("ACME_KILLS", "4"))
SEED = int(os.environ.get("ACME_KILLS_SEED", "0"))
TURNS = ("made", "changed")
PIPELINES = ("purchase_order_lines", "purchase_orders", "vendors")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """What an apply takes that nobody kills: seconds, and checkpoints of its engine."""

    seconds: float
    checkpoints: int


@pytest.fixture(scope="session")
def undisturbed(staging) -> tuple[list[Turn], set[str]]:
    """Both turns of a tenant that is left in peace, and the resources that it has then."""
    staging.add_tenant("whole")
    turns = []
    for _ in TURNS:
        began, before = time.monotonic(), staging.checkpoints("whole")
        staging.apply("whole")
        turns.append(Turn(time.monotonic() - began, staging.checkpoints("whole") - before))
        staging.change("whole")
    return turns, urns(staging, "whole")


@pytest.mark.parametrize("number", range(KILLS // len(TURNS)))
def test_the_next_apply_finishes_what_a_killed_one_began(staging, undisturbed, number):
    """A new tenant, killed while it is made, and killed again while it is changed; alone, or together with its engine."""
    turns, expected = undisturbed
    chance, tenant, group = random.Random(f"{SEED}.{number}"), f"t{SEED}_{number}", bool(number % 2)
    staging.add_tenant(tenant)
    for name, turn in zip(TURNS, turns, strict=True):
        when, is_time = instant(staging, tenant, turn, chance)
        cut = staging.kill(tenant, is_time, group=group)
        log.info("%s, killed after %s, engine too: %s, still at work: %s", name, when, group, cut)
        staging.apply(tenant)
        assert urns(staging, tenant) == expected
        assert_whole(staging, tenant)
        staging.change(tenant)


def instant(staging: Staging, tenant: str, turn: Turn, chance: random.Random) -> tuple[str, Callable[[], bool]]:
    """A random one: of the whole apply, or, since most happens there, of its engine's work."""
    if chance.random() < 1 / 3:
        after_s, began = turn.seconds * chance.uniform(0.1, 1), time.monotonic()
        return f"{after_s:.1f} s", lambda: time.monotonic() - began > after_s
    after, before = chance.randint(1, turn.checkpoints), staging.checkpoints(tenant)
    return f"{after} of {turn.checkpoints} checkpoints", lambda: staging.checkpoints(tenant) - before >= after


def urns(staging: Staging, tenant: str) -> set[str]:
    """The resources' names in the tenant's state, with the tenant's name taken out. None is there twice."""
    found = [resource["urn"] for resource in staging.state(tenant)["resources"]]
    assert len(found) == len({*found})
    return {urn.replace(tenant, "TENANT") for urn in found}


def assert_whole(staging: Staging, tenant: str) -> None:
    hands = staging.hands
    assert not staging.state(tenant).get("pending_operations")
    assert staging.locks(tenant) == []
    live = records.newest(hands.records, tenant, "staging")
    assert live is not None
    assert live.state == "live"
    for pipeline in PIPELINES:
        rows = staging.epoch_rows(tenant, pipeline)
        assert len({deployment for _, deployment in rows}) == len(rows)  # one row a deployment
        assert rows[-1][1] == live.id
    assert_nothing_drifted(staging, tenant)
    assert staging.apply(tenant)[tenant]["outcome"] == "unchanged"


def assert_nothing_drifted(staging: Staging, tenant: str) -> None:
    """What the state names exists, as the program wants it: read anew from the world, there is nothing to do."""
    stack = staging.hands.engine.stack(f"{tenant}.staging", lambda: None, stands=True)
    command(stack, ["refresh", "--yes", "--skip-preview"])
    assert staging.run("plan", tenant)["tenants"][tenant]["steps"] == []
