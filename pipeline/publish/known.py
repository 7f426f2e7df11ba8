"""What the ledger knows of a pipeline's objects, for the run that is about to look at its source."""

from __future__ import annotations

from pipeline.live import Tables, live_rows
from pipeline.naming import Place
from pipeline.release import Pipeline
from pipeline.run import Known
from pipeline.warehouse import Session


def known(session: Session, place: Place, tenant: str, pipeline: Pipeline) -> Known:
    """Live contents by name, contents taken back, and the watermark, as of now. Publish decides again under the mutex."""
    t = Tables(place, tenant, pipeline.name)
    live = session.rows(f"SELECT source_key, content_sha256, watermark FROM ({live_rows(t, pipeline)}) ORDER BY seq")
    marks = [mark for _, _, mark in live if mark is not None]
    return Known(
        live={key: content for key, content, _ in live},
        revoked=_revoked(session, t),
        contents=frozenset(content for _, content, _ in live),
        newest=live[-1][1] if live else None,
        watermark=marks[-1] if marks else None,
    )


def _revoked(session: Session, t: Tables) -> frozenset[tuple[str, str]]:
    """(source_key, content) whose newest row is a revoke."""
    rows = session.rows(
        f"SELECT source_key, content_sha256 FROM {t.ledger} WHERE kind IN ('load', 'revoke') "
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY source_key, content_sha256 ORDER BY seq DESC) = 1 AND kind = 'revoke'"
    )
    return frozenset((str(key), str(content)) for key, content in rows)
