"""Tries to reach from one tenant into another with everything that its tasks hold, and counts what came through.

Each reach is something that would harm: reading, writing, listing or becoming what belongs to the neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any

from pipeline import cloud, naming, warehouse
from pipeline.errors import AcmeError, Denied, Missing
from pipeline.settings import Environment

Reach = tuple[str, Callable[[], Any]]


def tried(environment: Environment, pipelines: Mapping[str, str]) -> tuple[int, list[str]]:
    """(how many were tried, which succeeded), from each tenant into each other. `pipelines`: one that runs, by tenant."""
    reaches = [
        (f"{mine} → {theirs}: {name}", reach)
        for mine, theirs in permutations(pipelines, 2)
        for name, reach in _all(environment, mine, theirs, pipelines)
    ]
    return len(reaches), [name for name, reach in reaches if _came_through(reach)]


def _came_through(reach: Callable[[], Any]) -> bool:
    """A refusal is what we want. An answer that never came is no proof and is raised; so is one that is no refusal."""
    try:
        reach()
    except Denied:
        return False
    except Missing as error:
        if is_hidden(error):
            return False
        raise
    return True


def is_hidden(error: AcmeError) -> bool:
    """Snowflake does not say of a thing whether it is not there or not allowed: for us it is not there."""
    return warehouse.number(error) is not None


def _all(environment: Environment, mine: str, theirs: str, pipelines: Mapping[str, str]) -> Iterator[Reach]:
    """By the whole role, which a task's session only narrows; then as a task has it."""
    whole, task = _whole_role(environment, mine), cloud.assume_tenant(environment, mine, "ingest", "reach")
    there = _object_of(environment, theirs)
    yield from _storage(environment, whole, theirs, there)
    yield from _identities(environment, whole, mine, theirs)
    yield from ((f"{name}, as a task", reach) for name, reach in _storage(environment, task, theirs, there))
    yield from _tables(environment, mine, theirs, pipelines)


def _whole_role(environment: Environment, tenant: str) -> cloud.Credentials:
    """The tenant's role without a session policy: what its own IAM policy alone lets through."""
    place = environment.place
    sts = cloud.client(environment, cloud.session(environment, "orchestrator"), "sts")
    role = {"RoleArn": place.role_arn(tenant), "ExternalId": place.external_id(tenant)}
    given = sts.assume_role(**role, RoleSessionName="reach")["Credentials"]
    return cloud.Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _object_of(environment: Environment, tenant: str) -> str:
    """The key of something that the tenant does have: what is not there is refused to everybody."""
    s3 = cloud.client(environment, cloud.session(environment, "deployer"), "s3")
    listed = s3.list_objects_v2(Bucket=environment.place.lake_bucket, Prefix=naming.tenant_prefix(tenant), MaxKeys=1)
    return str(listed["Contents"][0]["Key"])


def _guarded(client: Any, call: str, **arguments: Any) -> Callable[[], Any]:
    def reach() -> Any:
        with cloud.failures(call):
            return getattr(client, call)(**arguments)

    return reach


def _storage(environment: Environment, credentials: cloud.Credentials, theirs: str, there: str) -> Iterator[Reach]:
    s3, bucket = cloud.client(environment, credentials, "s3"), environment.place.lake_bucket
    landing, incoming = f"{naming.landing_prefix(theirs)}reach", f"{naming.incoming_prefix(theirs)}reach"
    yield "read an object", _guarded(s3, "get_object", Bucket=bucket, Key=there)
    yield "write an object", _guarded(s3, "put_object", Bucket=bucket, Key=landing, Body=b"x")
    yield "delete an object", _guarded(s3, "delete_object", Bucket=bucket, Key=incoming)
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


def _tables(environment: Environment, mine: str, theirs: str, pipelines: Mapping[str, str]) -> Iterator[Reach]:
    place = environment.place
    own, pipeline = place.table(mine, pipelines[mine], naming.ROWS), pipelines[theirs]
    ledger, view = place.table(theirs, pipeline, naming.LEDGER), place.published_view(theirs, pipeline)
    statements = {
        "read a view": f"SELECT * FROM {view} LIMIT 1",
        "read a ledger": f"SELECT * FROM {ledger} LIMIT 1",
        "lock a mutex": f"UPDATE {place.table(theirs, pipeline, naming.MUTEX)} SET n = n + 1",
        "copy from its stage": f"COPY INTO {own} FROM @{place.stage(theirs)}",
        "use its role": f"USE ROLE {place.snowflake_user(theirs)}",
        "drop its view": f"DROP VIEW {view}",
    }
    credentials = cloud.assume_tenant(environment, mine, "load", "reach")
    for name, statement in statements.items():
        yield name, lambda statement=statement: _run(environment, credentials, mine, statement)  # type: ignore[misc]


def _run(environment: Environment, credentials: cloud.Credentials, mine: str, statement: str) -> None:
    with _login(environment, credentials, mine) as session:
        session.rows(statement)
