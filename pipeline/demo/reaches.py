"""Tries to reach from one tenant into another with everything that its tasks hold, and counts what came through.

Each reach is something that would harm: reading, writing, listing or becoming what belongs to the neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pipeline import cloud, naming, warehouse
from pipeline.errors import AcmeError, Retryable
from pipeline.settings import Environment

Reach = tuple[str, Callable[[], Any]]


def tried(environment: Environment, pairs: list[tuple[str, str, str]]) -> tuple[int, list[str]]:
    """(how many were tried, which succeeded). `pairs`: (from tenant, to tenant, a pipeline of the latter)."""
    reaches = [reach for mine, theirs, pipeline in pairs for reach in _all(environment, mine, theirs, pipeline)]
    return len(reaches), [name for name, reach in reaches if _came_through(reach)]


def _came_through(reach: Callable[[], Any]) -> bool:
    """A refusal is what we want; an answer that never came is no proof and is raised."""
    try:
        reach()
    except Retryable:
        raise
    except AcmeError:
        return False
    return True


def _all(environment: Environment, mine: str, theirs: str, pipeline: str) -> Iterator[Reach]:
    credentials = cloud.assume_tenant(environment, mine, "ingest", "reach")
    yield from _storage(environment, credentials, theirs)
    yield from _identities(environment, credentials, mine, theirs)
    yield from _tables(environment, mine, theirs, pipeline)


def _guarded(client: Any, call: str, **arguments: Any) -> Callable[[], Any]:
    def reach() -> Any:
        with cloud.failures(call):
            return getattr(client, call)(**arguments)

    return reach


def _storage(environment: Environment, credentials: cloud.Credentials, theirs: str) -> Iterator[Reach]:
    s3, bucket = cloud.client(environment, credentials, "s3"), environment.place.lake_bucket
    key = f"{naming.tenant_prefix(theirs)}landing/reach"
    yield "read an object", _guarded(s3, "get_object", Bucket=bucket, Key=key)
    yield "write an object", _guarded(s3, "put_object", Bucket=bucket, Key=key, Body=b"x")
    yield "delete an object", _guarded(s3, "delete_object", Bucket=bucket, Key=key)
    yield "list the prefix", _guarded(s3, "list_objects_v2", Bucket=bucket, Prefix=naming.tenant_prefix(theirs))
    yield "list the bucket", _guarded(s3, "list_objects_v2", Bucket=bucket)


def _identities(environment: Environment, credentials: cloud.Credentials, mine: str, theirs: str) -> Iterator[Reach]:
    place = environment.place
    sts = cloud.client(environment, credentials, "sts")
    become = {"RoleArn": place.role_arn(theirs), "RoleSessionName": "reach"}
    yield "become its role", _guarded(sts, "assume_role", **become, ExternalId=place.external_id(theirs))
    orchestrator = cloud.client(environment, cloud.session(environment, "orchestrator"), "sts")
    yield (
        "its role by our external id",
        _guarded(orchestrator, "assume_role", **become, ExternalId=place.external_id(mine)),
    )
    yield (
        "read a secret",
        lambda: cloud.read_secret(environment, credentials, theirs, f"erp_{'api' if theirs == 'initech' else 'drop'}"),
    )
    yield "log in as its user", lambda: _login(environment, credentials, theirs).close()


def _login(environment: Environment, credentials: cloud.Credentials, tenant: str) -> warehouse.Session:
    user = environment.place.snowflake_user(tenant)
    return warehouse.connect(environment, credentials, user=user, role=user, warehouse="")


def _tables(environment: Environment, mine: str, theirs: str, pipeline: str) -> Iterator[Reach]:
    place = environment.place
    ledger, view = place.table(theirs, pipeline, naming.LEDGER), place.published_view(theirs, pipeline)
    statements = {
        "read a view": f"SELECT * FROM {view} LIMIT 1",
        "read a ledger": f"SELECT * FROM {ledger} LIMIT 1",
        "lock a mutex": f"UPDATE {place.table(theirs, pipeline, naming.MUTEX)} SET n = n + 1",
        "copy from its stage": f"COPY INTO {place.table(mine, pipeline, naming.ROWS)} FROM @{place.stage(theirs)}",
        "use its role": f"USE ROLE {place.snowflake_user(theirs)}",
        "drop its view": f"DROP VIEW {view}",
    }
    credentials = cloud.assume_tenant(environment, mine, "load", "reach")
    for name, statement in statements.items():
        yield name, lambda statement=statement: _run(environment, credentials, mine, statement)  # type: ignore[misc]


def _run(environment: Environment, credentials: cloud.Credentials, mine: str, statement: str) -> None:
    with _login(environment, credentials, mine) as session:
        session.rows(statement)
