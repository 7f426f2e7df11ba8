"""What no run will ever publish is removed from a tenant's store, as its owner, the deployer: rows of attempts that died.

Rows of an object that waits look the same, and support reads them, so nothing goes before `KEPT` is over: as long as the records
of the attempt are kept. Reads the records and the ledger, writes the store. Fails with what the warehouse said.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.apply import records
from pipeline.publish import sweeper

if TYPE_CHECKING:
    from pipeline.apply.deployment import World

KEPT = timedelta(days=180)


def sweep(world: World, tenant: str) -> dict[str, int]:
    """How many rows are gone, by pipeline of what is live; nothing where nothing is."""
    place = world.engine.environment.place
    live = records.last_live(world.records, tenant, place.environment)
    if live is None or not live.bindings:
        return {}
    before = datetime.now(UTC) - KEPT
    with world.warehouse() as session:
        return {
            name: sweeper.sweep(session, place, tenant, name, begun_before=before) for name in sorted(live.bindings)
        }
