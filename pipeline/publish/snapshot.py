"""What is decided on under the mutex, read in one statement: the newest epoch, and rows of the ledger.

One statement sees one state of the world, and costs one round trip. Fails with `Conflict` where a row is not what its hash
says: whoever changed the ledger by hand has changed what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.live import Tables, live_rows
from pipeline.publish import ledger
from pipeline.publish.mutex import Hold
from pipeline.publish.schema import LEDGER_COLUMNS
from pipeline.release import Pipeline
from pipeline.run import LandedObject
from pipeline.warehouse import literal

NAMED_AT_MOST = 200  # objects that a statement names; with more of them it reads every live row
_COLUMNS = ", ".join(f"l.{name}" for name in LEDGER_COLUMNS)


@dataclass(frozen=True)
class Snapshot:
    """`epoch` is None where none was ever raised. `rows` were asked for, in order of seq, the newest of all among them;
    `live` are the numbers of those that are live."""

    epoch: int | None
    rows: tuple[ledger.Row, ...] = ()
    live: frozenset[int] = frozenset()

    @property
    def head(self) -> tuple[int, str]:
        """(seq, hash) where the chain goes on."""
        return (self.rows[-1].seq, self.rows[-1].hash) if self.rows else (0, ledger.FIRST)


def read(hold: Hold, t: Tables, pipeline: Pipeline, where: tuple[str, str, str], condition: str) -> Snapshot:
    """`condition` is SQL over `l`, the ledger, and `v`, its live rows: v.seq is NULL where a row is not live.

    The newest row and the newest live one are always read.
    """
    found = hold.select(
        "e.newest, l.*",
        f"FROM (SELECT MAX(epoch) AS newest FROM {t.epoch}) AS e LEFT JOIN ("
        f"SELECT v.seq AS live_seq, {_COLUMNS} FROM {t.ledger} AS l "
        f"LEFT JOIN ({live_rows(t, pipeline)}) AS v ON v.seq = l.seq "
        f"QUALIFY l.seq = MAX(l.seq) OVER () OR v.seq = MAX(v.seq) OVER () OR {condition}"
        ") AS l ON TRUE ORDER BY l.seq",
    )
    newest, first = found[0][0], found[0][2]
    records = [record[1:] for record in found] if first is not None else []
    rows = tuple(ledger.row(record[1:]) for record in records)
    ledger.demand_proof(rows, t, where)
    live = frozenset(int(record[0]) for record in records if record[0] is not None)
    return Snapshot(None if newest is None else int(newest), rows, live)


def of_publish(objects: Sequence[LandedObject], since: int) -> str:
    """The condition for these objects: whatever happened since the attempt began, and what is live of their names and bytes."""
    if len(objects) > NAMED_AT_MOST:
        return f"l.seq >= {since} OR v.seq IS NOT NULL"
    keys = ", ".join(literal(one.source_key) for one in objects) or "NULL"
    contents = ", ".join(literal(one.content_sha256) for one in objects) or "NULL"
    return f"l.seq >= {since} OR v.seq IS NOT NULL AND (l.source_key IN ({keys}) OR l.content_sha256 IN ({contents}))"
