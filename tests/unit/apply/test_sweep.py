"""What no run will publish goes when nobody needs it any more, from the pipelines that are live."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from types import SimpleNamespace

from pipeline.apply import records
from pipeline.apply import sweep as sweeping
from pipeline.apply.sweep import sweep
from tests.warehouse import landed


def test_what_died_is_swept_when_its_time_is_over(store, engine, begun, monkeypatch):
    """Of the live deployment's pipelines; before their time rows stay, for those of an object that waits look the same."""
    one = store()
    environment = SimpleNamespace(place=one.place)
    world = SimpleNamespace(
        records=engine,
        engine=SimpleNamespace(environment=environment),
        warehouse=lambda: contextlib.nullcontext(one.session),
    )
    one.publish(landed("a.csv"))
    one.candidate(landed("b.csv"))
    assert sweep(world, one.tenant) == {}  # nothing of it is live
    made = begun("dep-1", tenant=one.tenant, bindings={one.pipeline.name: "x"})
    records.finish(engine, made, "live")
    assert sweep(world, one.tenant) == {one.pipeline.name: 0}
    monkeypatch.setattr(sweeping, "KEPT", timedelta(days=-1))
    assert sweep(world, one.tenant) == {one.pipeline.name: 2}
    assert one.visible() == [(1, 10), (2, 20)]
