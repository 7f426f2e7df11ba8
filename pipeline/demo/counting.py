"""Counts rows for itself: the source's own records on one side, what stands in the warehouse on the other.

It asks no ledger for the truth about rows: it counts the tables, and compares. What the ledger lets count twice is twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.demo.story import Broken
from pipeline.live import Tables, live_rows
from pipeline.release import Release
from pipeline.sandbox import folder as folders
from pipeline.sandbox import sources
from pipeline.settings import Environment
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import Tenant, read_tenant
from pipeline.warehouse import Session


@dataclass(frozen=True)
class Count:
    """Source rows, and where they are. `duplicates`: rows that stand twice; `lost`: rows that stand nowhere."""

    source: int = 0
    loaded: int = 0
    quarantined: int = 0
    filtered: int = 0
    duplicates: int = 0
    lost: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in Count.__dataclass_fields__))


def count(
    clone: Path,
    home: Path,
    environment: Environment,
    pipelines: Iterable[tuple[str, str]],
    connect: Callable[[], Session],
) -> Count:
    """All these (tenant, pipeline) together."""
    total = Count()
    with connect() as session:
        for tenant, name in pipelines:
            release = compile_release(_read(clone, tenant))
            total += _pipeline(session, environment, release, name, _at_source(home, environment, release, name))
    return total


def _read(clone: Path, tenant: str) -> Tenant:
    read, findings = read_tenant(clone, tenant)
    if read is None:
        raise Broken(f"{tenant} cannot be read: {findings[0].what}")
    return read


def _pipeline(session: Session, environment: Environment, release: Release, name: str, source: int) -> Count:
    """Counts what readers see, by its key where it has one: a row that stands twice shows."""
    t, pipeline = Tables(environment.place, release.tenant, name), release.pipeline(name)
    live = live_rows(t, pipeline)
    identity = ", ".join(pipeline.key) if pipeline.write == "merge" else "*"
    [(seen, different)] = session.rows(
        f"SELECT (SELECT COUNT(*) FROM {t.view}), (SELECT COUNT(*) FROM (SELECT DISTINCT {identity} FROM {t.view}))"
    )
    [(quarantined,)] = session.rows(
        f"SELECT COUNT(*) FROM {t.quarantine} AS q INNER JOIN ({live}) AS l ON q._attempt = l.attempt AND q._object = l.source_key"
    )
    [(filtered,)] = session.rows(
        f"SELECT COALESCE(SUM(rows_filtered), 0) FROM {t.ledger} WHERE seq IN (SELECT seq FROM ({live}))"
    )
    twice = int(seen) - int(different) + _again(session, t)
    accounted = int(different) + int(quarantined) + int(filtered)
    return Count(source, int(different), int(quarantined), int(filtered), twice, source - accounted)


def _again(session: Session, t: Tables) -> int:
    """Rows of objects that counted already: two receipts for the same bytes, none taken back; whatever readers see of it."""
    before = "OVER (PARTITION BY source_key ORDER BY seq)"
    [(rows,)] = session.rows(
        "SELECT COALESCE(SUM(rows_loaded), 0) FROM (SELECT kind, content_sha256, rows_loaded, "
        f"LAG(kind) {before} AS kind_before, LAG(content_sha256) {before} AS content_before "
        f"FROM {t.ledger} WHERE kind IN ('load', 'revoke')) AS receipts "
        "WHERE kind = 'load' AND kind_before = 'load' AND content_before = content_sha256"
    )
    return int(rows)


def _at_source(home: Path, environment: Environment, release: Release, name: str) -> int:
    """The records that the customer's system itself holds for this pipeline."""
    from pipeline.demo.source_records import of_api, of_files

    folder, pipeline = folders.of(home), release.pipeline(name)
    source = sources.find(folder, release.tenant, environment.name)
    if pipeline.connector.kind == "api":
        return of_api(folder, source, str(pipeline.fetch["resource"]).strip("/"))
    return of_files(folder, source, str(pipeline.connector.options["directory"]), str(pipeline.fetch["files"]))
