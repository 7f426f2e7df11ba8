"""Lets go of an object that waits, by its name: no scheduled run holds or lands these bytes again, and its incident is over.

Works under the tenant's own role; no administrator's keys. Writes a paper into the lake and sends an event. Fails with
`Missing` where no run has seen such an object.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime

from pipeline import cloud
from pipeline.errors import Missing
from pipeline.events import Correlation, Event
from pipeline.ingest import dismissal
from pipeline.ingest.lake import Lake
from pipeline.recover.recorded import Where
from pipeline.settings import Environment


def let_go(environment: Environment, where: Where, source_key: str, reason: str, by: str) -> str:
    """The id of the event that says it."""
    run = f"dismiss-{uuid.uuid4().hex[:10]}"
    credentials = cloud.assume_tenant(environment, where.tenant, "ingest", run)
    s3 = cloud.client(environment, credentials, "s3")
    lake = Lake(s3, environment.place.lake_bucket, where.tenant, where.pipeline)
    version = dismissal.last_version(lake, source_key)
    if version is None:
        raise Missing(f"no run has seen {source_key}.", where=f"{where.tenant} {where.pipeline}")
    dismissal.dismiss(lake, source_key, version, reason, by)
    event = _event(where, source_key, version, {"reason": reason, "by": by})
    cloud.SqsSink(environment, cloud.session(environment, "orchestrator")).send(event)
    return event.id


def _event(where: Where, source_key: str, version: str, said: dict[str, str]) -> Event:
    """Its id follows from what is dismissed: said twice, it is one."""
    name, ids = "recover.object.dismissed", Correlation(**where.__dict__, object=source_key)
    identity = "\n".join((name, *where.__dict__.values(), source_key, version))
    return Event(hashlib.sha256(identity.encode()).hexdigest(), name, datetime.now(UTC), ids, said)
