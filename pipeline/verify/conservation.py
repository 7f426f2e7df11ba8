"""No row is lost, none counts twice: what load counted against what stands, in the way that the pipeline's `rows` says.

source = loaded + quarantined + filtered, always in source rows. Where each written row bears its source row, that is
audited row by row; where rows are grouped or multiplied, object by object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.attempt import Fault, ObjectLoad
from pipeline.live import Tables
from pipeline.release import Pipeline
from pipeline.warehouse import Session


@dataclass(frozen=True)
class Standing:
    """What stands of one object under the attempt: rows and distinct source rows, in the table, in quarantine, in both."""

    rows: int = 0
    sources: int = 0
    quarantined: int = 0
    both: int = 0


def standing(session: Session, t: Tables, attempt: str) -> dict[str, Standing]:
    """source key → what stands."""
    sql = "SELECT _object, COUNT(*), COUNT(DISTINCT _row) FROM {} WHERE _attempt = %s GROUP BY _object"
    rows = {key: (int(n), int(d)) for key, n, d in session.rows(sql.format(t.rows), (attempt,))}
    broken = {key: int(d) for key, _, d in session.rows(sql.format(t.quarantine), (attempt,))}
    both = _both(session, t, attempt) if broken else {}
    return {key: Standing(*rows.get(key, (0, 0)), broken.get(key, 0), both.get(key, 0)) for key in {*rows, *broken}}


def _both(session: Session, t: Tables, attempt: str) -> dict[str, int]:
    """Source rows that were loaded and quarantined as well."""
    found = session.rows(
        f"SELECT r._object, COUNT(*) FROM {t.rows} AS r INNER JOIN {t.quarantine} AS q "
        "ON q._attempt = r._attempt AND q._object = r._object AND q._row = r._row WHERE r._attempt = %s GROUP BY r._object",
        (attempt,),
    )
    return {str(key): int(count) for key, count in found}


def faults(pipeline: Pipeline, load: ObjectLoad, standing: Mapping[str, Standing]) -> list[Fault]:
    """Every sentence of the sum that does not hold, empty where all do."""
    found = standing.get(load.source_key, Standing())
    return [Fault("load", "quality", what) for what in _wrong(pipeline, load, found)]


def _wrong(pipeline: Pipeline, load: ObjectLoad, found: Standing) -> Iterator[str]:
    rows = load.rows
    if not rows.conserved:
        yield (
            f"{rows.source} source rows are not {rows.loaded} loaded + {rows.quarantined} quarantined "
            f"+ {rows.filtered} filtered: the transform does not keep what `rows: {pipeline.rows}` says."
        )
    if found.rows != rows.written:
        yield f"{found.rows} rows stand in the table, {rows.written} were written."
    if found.quarantined != rows.quarantined:
        yield f"{found.quarantined} rows stand in quarantine, {rows.quarantined} were told to wait."
    if min(rows.loaded, rows.quarantined, rows.filtered, rows.written) < 0:
        yield "more rows came out of the transform than went in."
    if pipeline.rows in ("one_to_one", "filters"):
        yield from _row_by_row(found)
    if pipeline.rows == "aggregates" and rows.written > rows.loaded:
        yield f"{rows.written} rows came out of {rows.loaded}: the transform does not aggregate."


def _row_by_row(found: Standing) -> Iterator[str]:
    if found.sources != found.rows:
        yield f"{found.rows - found.sources} source rows stand in the table more than once."
    if found.both:
        yield f"{found.both} source rows are loaded and quarantined as well."
