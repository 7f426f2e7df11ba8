"""The last look before a deployment goes live in production: what is new here is probed once more, a way back is not.

New is a release or settings that were never live here. Who returns to what was live waits for nobody's system: a rollback must
work above all when the customer's side does not. Reads the records; fails with `Final` where the probe denies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Engine as Records

from pipeline.apply import records
from pipeline.errors import Final
from pipeline.findings import Finding
from pipeline.plan.desired import Desired

Probe = Callable[[Desired], Iterable[Finding]]
PROBED = "production"  # staging is where a change is tried


def look(desired: Desired, known: Records, probe: Probe) -> None:
    """Returns where nothing stands in the way."""
    if desired.environment.name != PROBED or desired.settings["status"] != "active" or _was_live(desired, known):
        return
    found = [finding for finding in probe(desired) if finding.denies]
    if found:
        others = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Final(
            f"the probe of {PROBED} refuses: {found[0].code}: {found[0].what}{others}",
            where=desired.tenant,
            why="Its runs would fail there; what was live before stays live.",
            fix=f"acme gate {desired.tenant} --probe -e {PROBED} shows all; mend them and apply again",
        )


def _was_live(desired: Desired, known: Records) -> bool:
    where = (desired.tenant, desired.environment.name)
    release, settings, _, _ = desired.identity
    return records.was_live(known, *where, release=release) and records.was_live(known, *where, settings=settings)
