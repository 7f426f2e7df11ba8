"""A deployment during a running load: it does not wait for the load, and the load ends as superseded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from pipeline.publish import fence, schema
from pipeline.publish.fence import Kind
from tests.warehouse import Store

ROWS = 20_000


def load(one: Store, landed, begun: threading.Event) -> tuple[fence.Candidate, fence.Outcome]:
    """A run from its binding on, as the tasks do it."""
    binding, manifest = one.binding(), one.manifest(landed)
    begun.set()
    attempt = one.load(landed)
    candidate = fence.Candidate(binding, manifest, attempt, one.verify(attempt))
    return candidate, fence.settle(candidate, one.connect)


def test_a_load_that_a_deployment_overtakes_ends_as_superseded(store):
    """Nothing of it counts, nothing fails, and the next run under the new deployment publishes the same object once."""
    one = store()
    landed = one.drop("orders.csv", "\n".join(["Id,Val", *(f"{n},{n}" for n in range(ROWS))]))
    begun = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(load, one, landed, begun)
        assert begun.wait(60)
        schema.build(one.session, one.place, one.tenant, [one.pipeline])  # the DDL of an apply, while rows are written
        one.deploy("d-2")
        _, outcome = running.result(timeout=120)
    assert outcome.kind is Kind.SUPERSEDED
    assert one.visible() == []
    assert one.run(landed).kind is Kind.PUBLISHED
    assert one.visible() == [(n, n) for n in range(ROWS)]
    assert one.chain() == []


def test_late_publish_of_what_an_older_deployment_loaded_is_turned_away(store):
    """The load had ended, its publish came after the deployment: the fence reads the epoch under its lock."""
    one = store()
    candidate = one.candidate(one.drop("a.csv", "Id,Val\n1,10\n2,20"))
    one.deploy("d-2")
    assert fence.settle(candidate, one.connect).kind is Kind.SUPERSEDED
    assert one.visible() == []
