"""Takes back what a bad release published: a revoke row each, and the older truth shows again at once.

Works under the tenant's own role and Snowflake user; no administrator's keys. Fails with `Conflict` where the world moved on.
"""

from __future__ import annotations

import uuid
from typing import Any

from pipeline import attempt, cloud
from pipeline.errors import Missing
from pipeline.live import Tables
from pipeline.publish.epoch import read_epoch
from pipeline.publish.ledger import Row
from pipeline.publish.revoke import live, revoke
from pipeline.run import Binding
from pipeline.settings import Environment
from pipeline.tasks import bind
from pipeline.warehouse import Session, connect


def take_back(environment: Environment, s3: Any, tenant: str, pipeline: str, release: str) -> list[Row]:
    """Revokes every live object that was published under `release`; the rows that were appended."""
    run = f"revoke-{uuid.uuid4().hex[:10]}"
    credentials = cloud.assume_tenant(environment, tenant, "publish", run)
    with _session(environment, credentials, tenant) as session:
        binding = bound(environment, s3, session, tenant, pipeline, run)
    with attempt.session(binding, credentials, "revoke") as session:
        standing = live(session, Tables(environment.place, tenant, pipeline), binding.pipeline)
    seqs = [row.seq for row in standing if row.release.startswith(release)]
    sink = cloud.SqsSink(environment, cloud.session(environment, "orchestrator"))
    return revoke(binding, seqs, credentials, sink) if seqs else []


def _session(environment: Environment, credentials: cloud.Credentials, tenant: str) -> Session:
    user = environment.place.snowflake_user(tenant)
    return connect(environment, credentials, user=user, role=user, warehouse="")


def bound(environment: Environment, s3: Any, session: Session, tenant: str, pipeline: str, run: str) -> Binding:
    """What a run of this pipeline would be bound to now. `Missing` where it is not live."""
    row = read_epoch(session, environment.place, tenant, pipeline)
    binding = bind(environment, tenant, pipeline, run, row, lambda key: _object(environment, s3, key)) if row else None
    if binding is None:
        fix = f"acme apply {tenant} -e {environment.name}"
        raise Missing(f"{tenant} {pipeline} is not live in {environment.name}.", fix=fix)
    return binding


def _object(environment: Environment, s3: Any, key: str) -> bytes:
    with cloud.failures(key):
        body: bytes = s3.get_object(Bucket=environment.place.lake_bucket, Key=key)["Body"].read()
    return body
