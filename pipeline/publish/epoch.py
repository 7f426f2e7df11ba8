"""Which deployment is live for a pipeline: the newest row of `p__epoch`.

A deployment is live at one instant: the COMMIT of its epoch rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.live import Tables
from pipeline.naming import Place
from pipeline.publish import mutex
from pipeline.publish.schema import AT
from pipeline.warehouse import Rollback, Session


@dataclass(frozen=True)
class EpochRow:
    """`at` is ISO 8601 in UTC."""

    epoch: int
    release: str
    deployment: str
    at: str


def read_epoch(session: Session, place: Place, tenant: str, pipeline: str) -> EpochRow | None:
    """The newest row, or None: not live yet."""
    table = Tables(place, tenant, pipeline).epoch
    rows = session.rows(f"SELECT epoch, release, deployment, {AT} FROM {table} ORDER BY epoch DESC LIMIT 1")
    return EpochRow(int(rows[0][0]), *rows[0][1:]) if rows else None


def raise_epochs(
    session: Session,
    place: Place,
    tenant: str,
    pipelines: Iterable[str],
    *,
    release: str,
    deployment: str,
    above: int = 0,
) -> dict[str, int]:
    """One row a pipeline in one transaction: from its COMMIT on the deployment is live. → {pipeline: epoch}.

    All get one number, higher than any of theirs and than `above` (the tenant's newest deployment). Said again with the
    same deployment id, as after a COMMIT whose answer was lost, it finds its rows and does nothing.
    """
    named = {name: Tables(place, tenant, name) for name in sorted(set(pipelines))}
    if not named:
        return {}
    found: dict[str, int] = {}
    with mutex.held(session, [t.mutex for t in named.values()]):
        found = _rows_of(session, named, deployment)
        if len(found) == len(named):
            raise Rollback
        number = 1 + max(above, *(_newest(session, t) for t in named.values()))
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        for name, t in named.items():
            session.execute(f"INSERT INTO {t.epoch} (epoch, release, deployment, {AT}) VALUES (%s, %s, %s, %s)",
                            (number, release, deployment, at))  # fmt: skip
            found[name] = number
    return found


def _rows_of(session: Session, named: dict[str, Tables], deployment: str) -> dict[str, int]:
    found = {}
    for name, t in named.items():
        rows = session.rows(f"SELECT MAX(epoch) FROM {t.epoch} WHERE deployment = %s", (deployment,))
        if rows[0][0] is not None:
            found[name] = int(rows[0][0])
    return found


def _newest(session: Session, t: Tables) -> int:
    return int(session.rows(f"SELECT COALESCE(MAX(epoch), 0) FROM {t.epoch}")[0][0])
