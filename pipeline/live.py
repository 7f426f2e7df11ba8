"""What readers see of a pipeline, as SQL: the rows of the live objects, by write mode.

Live is an object whose newest ledger row is a load. `also` lets an attempt count that is not published yet, so that verify
can ask what readers would see.
"""

from __future__ import annotations

from pipeline.naming import EPOCH, LEDGER, MUTEX, QUARANTINE, ROWS, Place
from pipeline.release import Pipeline

__all__ = ["Tables", "identity", "live_rows", "visible"]

FUTURE = 10**18  # a seq above every seq


class Tables:
    """The fully qualified names of one pipeline's tables."""

    def __init__(self, place: Place, tenant: str, pipeline: str) -> None:
        self.rows = place.table(tenant, pipeline, ROWS)
        self.quarantine = place.table(tenant, pipeline, QUARANTINE)
        self.mutex = place.table(tenant, pipeline, MUTEX)
        self.epoch = place.table(tenant, pipeline, EPOCH)
        self.ledger = place.table(tenant, pipeline, LEDGER)
        self.view = place.published_view(tenant, pipeline)


def identity(pipeline: Pipeline) -> tuple[str, ...]:
    """What makes two ledger rows speak of one object: its name; where the customer overwrites one name, its bytes as well."""
    return ("source_key", "content_sha256") if pipeline.same_name == "new" else ("source_key",)


def live_rows(tables: Tables, pipeline: Pipeline) -> str:
    """The ledger rows of the live objects: seq, source_key, content_sha256, attempt, watermark, at."""
    parts = ", ".join(identity(pipeline))
    return (
        f'SELECT seq, source_key, content_sha256, attempt, watermark, "AT" FROM {tables.ledger} '
        f"WHERE kind IN ('load', 'revoke') "
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {parts} ORDER BY seq DESC) = 1 AND kind = 'load'"
    )


def visible(tables: Tables, pipeline: Pipeline, *, also: tuple[str, str] | None = None) -> str:
    """The SELECT of the published view. `also`: (attempt, source_key) as SQL literals, taken as published last of all."""
    names = [column.name for column in pipeline.contract.columns]
    columns = ", ".join(f"r.{name}" for name in names)
    joined = f"FROM {tables.rows} AS r INNER JOIN live AS l ON r._attempt = l.attempt AND r._object = l.source_key"
    select = f"SELECT {columns} {joined}"
    if pipeline.write == "replace":
        select += " WHERE l.seq = (SELECT MAX(seq) FROM live)"
    if pipeline.write == "merge":
        newest = ", ".join([*(f"r.{name} DESC NULLS LAST" for name in pipeline.version), "l.seq DESC", "r._row DESC"])
        keys = ", ".join(f"r.{name}" for name in pipeline.key)
        select += f" QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {newest}) = 1"
    return f"WITH live AS ({_live(tables, pipeline, also)}) {select}"


def _live(tables: Tables, pipeline: Pipeline, also: tuple[str, str] | None) -> str:
    published = f"SELECT seq, source_key, attempt FROM ({live_rows(tables, pipeline)}) AS p"
    if also is None:
        return published
    attempt, source_key = also
    kept = "" if pipeline.same_name == "new" else f" WHERE p.source_key <> {source_key}"
    return f"{published}{kept} UNION ALL SELECT {FUTURE}, {source_key}, {attempt}"
