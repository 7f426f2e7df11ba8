"""Which deployment is live for a pipeline: the newest row of `p__epoch`.

A deployment is live at one instant: the COMMIT of its epoch rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import Busy
from pipeline.live import Tables
from pipeline.naming import Place
from pipeline.publish import mutex
from pipeline.publish.schema import AT
from pipeline.warehouse import Rollback, Session, literal


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
    with mutex.held(session, [t.mutex for t in named.values()]) as hold:
        standing = hold.select("e.*", f"FROM ({_asked(named, deployment)}) AS e")
        found = _own(standing)
        if len(found) == len(named):
            raise Rollback
        number = 1 + max(above, *(int(newest) for _, newest, _ in standing))
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        for name, t in named.items():
            session.execute(f"INSERT INTO {t.epoch} (epoch, release, deployment, {AT}) VALUES (%s, %s, %s, %s)",
                            (number, release, deployment, at))  # fmt: skip
            found[name] = number
    if _own(session.rows(_asked(named, deployment))) != found:
        raise Busy("the warehouse ended this transaction before its time, and nothing was committed.", where=tenant)
    return found


def _asked(named: Mapping[str, Tables], deployment: str) -> str:
    """All tables in one statement: (pipeline, newest epoch or 0, this deployment's or NULL)."""
    return " UNION ALL ".join(
        f"SELECT {literal(name)} AS pipeline, COALESCE(MAX(epoch), 0) AS newest, "
        f"MAX(IFF(deployment = {literal(deployment)}, epoch, NULL)) AS own FROM {t.epoch}"
        for name, t in named.items()
    )


def _own(standing: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    return {str(name): int(own) for name, _, own in standing if own is not None}
