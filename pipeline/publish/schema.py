"""The tables and the view of one pipeline, as DDL that may run twice.

Runs in autocommit as the deployer, before the epoch rises (DDL commits what is open, so it never stands in a transaction).
Only additive: columns are added and widened; what a release no longer names stays. Fails with `Conflict` where a column
would change its nature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.errors import Conflict
from pipeline.live import Tables, visible
from pipeline.naming import EPOCH, LEDGER, MUTEX, QUARANTINE, ROWS, Place, published_schema, store_schema
from pipeline.release import Pipeline, shape_of
from pipeline.warehouse import Session

AT = '"AT"'  # quoted: time travel has the word
MARKS = {"_attempt": "VARCHAR(64)", "_object": "VARCHAR(4096)", "_row": "NUMBER(38,0)"}
QUARANTINE_COLUMNS = {
    **MARKS,
    "_file": "VARCHAR(4096)",
    "reasons": "VARCHAR",
    "raw": "VARCHAR",
    "release": "VARCHAR(64)",
}
MUTEX_COLUMNS = {"k": "NUMBER(38,0)", "n": "NUMBER(38,0)"}
EPOCH_COLUMNS = {"epoch": "NUMBER(38,0)", "release": "VARCHAR(64)", "deployment": "VARCHAR(128)", AT: "VARCHAR(32)"}
COUNTS = ("source", "loaded", "quarantined", "filtered", "written")
LEDGER_COLUMNS = {
    "seq": "NUMBER(38,0)",
    "kind": "VARCHAR(8)",
    "source_key": "VARCHAR(4096)",
    "content_sha256": "VARCHAR(64)",
    "files": "VARCHAR",
    "attempt": "VARCHAR(64)",
    "epoch": "NUMBER(38,0)",
    "release": "VARCHAR(64)",
    "runtime": "VARCHAR(64)",
    "deployment": "VARCHAR(128)",
    "run": "VARCHAR(256)",
    **{f"rows_{count}": "NUMBER(38,0)" for count in COUNTS},
    "watermark": "VARCHAR(256)",
    "policy_bundle": "VARCHAR(64)",
    AT: "VARCHAR(32)",  # ISO 8601 in UTC, the very text that is hashed
    "previous": "VARCHAR(64)",
    "hash": "VARCHAR(64)",
}
# what the tenant's role may do with each kind of table, and no more
RIGHTS: Mapping[str, tuple[str, ...]] = {
    MUTEX: ("SELECT", "UPDATE"),
    EPOCH: ("SELECT",),
    ROWS: ("INSERT", "SELECT"),
    QUARANTINE: ("INSERT", "SELECT"),
    LEDGER: ("INSERT", "SELECT"),
}


def build(session: Session, place: Place, tenant: str, pipelines: Iterable[Pipeline]) -> list[str]:
    """Make the tables and views of these pipelines what their contracts say; the statements that ran."""
    ran: list[str] = []
    for pipeline in pipelines:
        for statement in tables(place, tenant, pipeline):
            session.execute(statement)
            ran.append(statement)
        rows = Tables(place, tenant, pipeline.name).rows
        found = standing(session, rows)
        changed = [*additions(rows, found, pipeline), *widenings(rows, found, pipeline)]
        for statement in [*changed, *view(place, tenant, pipeline)]:
            session.execute(statement)
            ran.append(statement)
    return ran


def tables(place: Place, tenant: str, pipeline: Pipeline) -> list[str]:
    """CREATE what is not there, and give the tenant's role its rights."""
    t = Tables(place, tenant, pipeline.name)
    contract = {column.name: column.type for column in pipeline.contract.columns}
    shapes = {
        t.rows: {**contract, **MARKS},
        t.quarantine: QUARANTINE_COLUMNS,
        t.mutex: MUTEX_COLUMNS,
        t.epoch: EPOCH_COLUMNS,
        t.ledger: LEDGER_COLUMNS,
    }
    created = [f"CREATE TABLE IF NOT EXISTS {name} ({_columns(shape)})" for name, shape in shapes.items()]
    return [*created, _one_row(t.mutex), *_grants(t, place.snowflake_user(tenant))]


def _columns(shape: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in shape.items())


def _one_row(mutex: str) -> str:
    """MERGE takes the table's lock, so two deployers cannot make two rows."""
    return (
        f"MERGE INTO {mutex} AS m USING (SELECT 1 AS k, 0 AS n) AS s ON m.k = s.k "
        "WHEN NOT MATCHED THEN INSERT (k, n) VALUES (s.k, s.n)"
    )


def _grants(t: Tables, role: str) -> list[str]:
    return [f"GRANT {', '.join(rights)} ON TABLE {getattr(t, kind)} TO ROLE {role}" for kind, rights in RIGHTS.items()]


def view(place: Place, tenant: str, pipeline: Pipeline) -> list[str]:
    """The secure view of the contract's columns, readable by the tenant's role; grants to its consumers stay."""
    t = Tables(place, tenant, pipeline.name)
    names = ", ".join(column.name for column in pipeline.contract.columns)
    created = f"CREATE OR REPLACE SECURE VIEW {t.view} ({names}) COPY GRANTS AS {visible(t, pipeline)}"
    return [created, f"GRANT SELECT ON VIEW {t.view} TO ROLE {place.snowflake_user(tenant)}"]


def schemas(place: Place, tenant: str) -> tuple[str, str]:
    """The store's and the published schema, fully qualified."""
    return f"{place.database}.{store_schema(tenant)}", f"{place.database}.{published_schema(tenant)}"


def standing(session: Session, table: str) -> dict[str, str]:
    """Column → type of a table as it stands, both in lower and upper case as DESCRIBE spells them folded to ours."""
    return {str(row[0]).lower(): str(row[1]).upper() for row in session.rows(f"DESCRIBE TABLE {table}")}


def additions(table: str, standing: Mapping[str, str], pipeline: Pipeline) -> list[str]:
    """ADD COLUMN for each contract column that is not there. Another deployer may be at it, hence IF NOT EXISTS."""
    return [
        f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column.name} {column.type}"
        for column in pipeline.contract.columns
        if column.name not in standing
    ]


def widenings(table: str, standing: Mapping[str, str], pipeline: Pipeline) -> list[str]:
    """ALTER COLUMN for each contract column that is wider than what stands. Never narrower: an older release may come back."""
    found = []
    for column in pipeline.contract.columns:
        old = standing.get(column.name, column.type)
        if _wider(table, column.name, old, column.type):
            found.append(f"ALTER TABLE {table} ALTER COLUMN {column.name} SET DATA TYPE {column.type}")
    return found


def _wider(table: str, column: str, old: str, new: str) -> bool:
    (old_name, old_sizes), (new_name, new_sizes) = shape_of(old), shape_of(new)
    if old_name != new_name or (new_name == "NUMBER" and old_sizes[1] != new_sizes[1]):
        raise Conflict(
            f"column {column} is {old} and cannot become {new}.",
            where=table,
            why="Rows of older releases stand in it.",
            fix="add a column under a new name, and leave this one out in a later release",
        )
    return new_name in ("NUMBER", "VARCHAR", "BINARY") and new_sizes > old_sizes
