"""The tenant's place in Snowflake, asked as its own user: login, warehouse, schemas, stage, tables and every grant of its role.

Grants are compared with what stacks and deployments make: a missing one stops a run, one too many is a hole. A table that would
have to change its nature is told before a deployment tries.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline import naming, warehouse
from pipeline.errors import Conflict, Denied, Missing
from pipeline.findings import Finding
from pipeline.gate.probes.subject import RUN, Subject
from pipeline.live import Tables
from pipeline.publish import schema
from pipeline.release import Pipeline

STATEMENT_S = 15
Grant = tuple[str, str, str]  # privilege, kind, name


def session(subject: Subject, schema_: str = "") -> warehouse.Session:
    """The tenant's own session, on the warehouse of its tier, each statement bounded."""
    user = subject.place.snowflake_user(subject.name)
    return warehouse.connect(
        subject.environment,
        subject.credentials("peek"),
        user=user,
        role=user,
        warehouse=warehouse_of(subject),
        query_tag=f'{{"tenant":"{subject.name}","task":"{RUN}"}}',
        schema=schema_ or naming.published_schema(subject.name),
        statement_timeout_s=STATEMENT_S,
        server_binds=True,
    )


def warehouse_of(subject: Subject) -> str:
    return subject.place.warehouse(subject.settings["cell"], priority=subject.settings["tier"] == "priority")


def ask(subject: Subject) -> Iterator[Finding]:
    """Everything of the tenant's that must stand there."""
    with session(subject) as own:
        held = grants(own, subject.place.snowflake_user(subject.name))
        yield from _missing(subject, held)
        yield from _surplus(subject, held)
        if ("USAGE", "STAGE", subject.place.stage(subject.name)) in held:
            yield from _stage(subject, own)
        yield from _tables(subject, own, held)


def grants(own: warehouse.Session, role: str) -> set[Grant]:
    rows = own.records(f"SHOW GRANTS TO ROLE {role}")
    return {
        (str(row["privilege"]).upper(), str(row["granted_on"]).upper(), str(row["name"]).replace('"', ""))
        for row in rows
    }


def needed(subject: Subject) -> set[Grant]:
    """What the tenant's stack grants."""
    place, name = subject.place, subject.name
    store, published = schema.schemas(place, name)
    return {
        ("USAGE", "DATABASE", place.database),
        ("USAGE", "WAREHOUSE", warehouse_of(subject)),
        ("USAGE", "SCHEMA", store),
        ("USAGE", "SCHEMA", published),
        ("USAGE", "STAGE", place.stage(name)),
    }


def _missing(subject: Subject, held: set[Grant]) -> Iterator[Finding]:
    for privilege, kind, name in sorted(needed(subject) - held):
        yield _grant(subject, privilege, kind, name)


def _grant(subject: Subject, privilege: str, kind: str, name: str) -> Finding:
    role = subject.place.snowflake_user(subject.name)
    what = f"the role {role} has no {privilege} on {kind.lower()} {name}."
    mend = f"GRANT {privilege} ON {kind} {name} TO ROLE {role}; as the deployer; then: {subject.again}"
    return subject.finding("probe.grant_missing", what, "A run needs it, and stops without it.", mend)


def _surplus(subject: Subject, held: set[Grant]) -> Iterator[Finding]:
    role = subject.place.snowflake_user(subject.name)
    for privilege, kind, name in sorted(held - needed(subject)):
        if not (_by_a_deployment(subject, privilege, kind, name) or _passing(privilege, kind, name)):
            what = f"the role {role} has {privilege} on {kind.lower()} {name}, which no run needs."
            mend = f"REVOKE {privilege} ON {kind} {name} FROM ROLE {role}; as the deployer; then: {subject.again}"
            why = "Whatever runs as this tenant could do more than its work."
            yield subject.finding("probe.grant_excess", what, why, mend)


def _by_a_deployment(subject: Subject, privilege: str, kind: str, name: str) -> bool:
    """Rights on the tenant's own tables by their kind, whatever release made them."""
    store, published = schema.schemas(subject.place, subject.name)
    within, _, last = name.rpartition(".")
    if within == published:
        return (privilege, kind) == ("SELECT", "VIEW")
    parts = naming.read_store_table(last)
    return within == store and parts is not None and privilege in schema.RIGHTS[parts[1]]


def _passing(privilege: str, kind: str, name: str) -> bool:
    """What runs and probes at work just now have: temporary tables, a scratch schema."""
    last = name.rpartition(".")[2]
    scratch = kind == "SCHEMA" and privilege == "USAGE" and naming.read_probe_schema(last) is not None
    return scratch or (kind == "TABLE" and naming.is_scratch(last))


def _stage(subject: Subject, own: warehouse.Session) -> Iterator[Finding]:
    """It leads to the tenant's landed files, and nowhere else."""
    store = schema.schemas(subject.place, subject.name)[0]
    rows = own.records(f"SHOW STAGES LIKE '{naming.STAGE}' IN SCHEMA {store}")
    url = f"s3://{subject.place.lake_bucket}/{naming.landing_prefix(subject.name)}"
    if rows and str(rows[0]["url"]) != url:
        what = f"the stage {subject.place.stage(subject.name)} leads to {rows[0]['url']}, not to {url}."
        mend = f"acme apply {subject.name} -e {subject.environment.name}; then: {subject.again}"
        yield subject.finding("probe.conflict", what, "A load would read somebody else's files, or none.", mend)


def _tables(subject: Subject, own: warehouse.Session, held: set[Grant]) -> Iterator[Finding]:
    """Tables that stand; those that do not, the deployment makes, with their grants."""
    store, published = schema.schemas(subject.place, subject.name)
    tables, views = _names(own, f"SHOW TABLES IN SCHEMA {store}"), _names(own, f"SHOW VIEWS IN SCHEMA {published}")
    for pipeline in subject.release.pipelines:
        kinds = {kind: naming.store_table(pipeline.name, kind) for kind in naming.STORE_TABLES}
        wanted = {
            (privilege, "TABLE", f"{store}.{name}")
            for kind, name in kinds.items()
            if name in tables
            for privilege in schema.RIGHTS[kind]
        }
        if naming.view(pipeline.name) in views:
            wanted.add(("SELECT", "VIEW", f"{published}.{naming.view(pipeline.name)}"))
        for missing in sorted(wanted - held):
            yield _grant(subject, *missing)
        if kinds[naming.ROWS] in tables:
            yield from _nature(subject, own, pipeline)


def _names(own: warehouse.Session, sql: str) -> set[str]:
    return {str(row["name"]).upper() for row in own.records(sql)}


def _nature(subject: Subject, own: warehouse.Session, pipeline: Pipeline) -> Iterator[Finding]:
    rows = Tables(subject.place, subject.name, pipeline.name).rows
    where = subject.where(f"contracts/{pipeline.name}.yaml")
    try:
        schema.widenings(rows, schema.standing(own, rows), pipeline)
    except Conflict as error:
        yield subject.refused(error, where=where)
    except (Denied, Missing):
        return  # the missing grant is told
