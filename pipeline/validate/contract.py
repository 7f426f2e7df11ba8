"""Rules of a contract against what fills it: every column filled, a key where the write mode needs one, safe SQL rules."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.findings import Finding
from pipeline.release import Contract
from pipeline.spec.contract import PROPERTIES
from pipeline.spec.document import Document
from pipeline.spec.quality import sql_rules
from pipeline.spec.tenant import Tenant
from pipeline.spec.wording import deny, nearest
from pipeline.validate import clause, grouping
from pipeline.validate.columns import Reading
from pipeline.validate.statement import Projection, read
from pipeline.validate.transform import Transform, published


def unfilled(document: Document, contract: Contract, transform: Transform) -> Iterator[Finding]:
    """Columns that no column of the transform fills, with the one that was likely meant for it."""
    given = {projection.name for projection in transform.statement.projections}
    for index, column in enumerate(contract.columns):
        if column.name not in given:
            where = document.where((*PROPERTIES, index, "name"))
            file = f"transforms/{transform.file.rsplit('/', 1)[1]}"
            what = f"`{column.name}` is filled by no column of {file}."
            meant = _meant(column.name, index, contract, transform)
            yield deny("contract.column_unfilled", where, what, "", _fix(column.name, meant, transform, file))


def _meant(name: str, index: int, contract: Contract, transform: Transform) -> Projection | None:
    """A column that the contract does not have: the one of the same place, else of the nearest name."""
    promised = {column.name for column in contract.columns}
    forgotten = [p for p in transform.statement.projections if _is_column(p, name) and p.name != name]
    if forgotten:  # `a b` selects a AS b, where the comma between them was left out
        return forgotten[0]
    free = {p.name: p for p in transform.statement.projections if p.name and p.name not in promised}
    every = transform.statement.projections
    if index < len(every) and every[index].name in free and len(every) == len(contract.columns):
        return every[index]
    return free.get(nearest(name, free) or "")


def _fix(name: str, meant: Projection | None, transform: Transform, file: str) -> str:
    if meant is None:
        return f"select a column AS {name} in {file}, or remove `{name}` here"
    text = " ".join(transform.statement.text(meant).split())
    if _is_column(meant, name):
        return f"put a comma behind `{name}` in {file}:{transform.where(meant).line}, or write `AS {name}`"
    return f"write `{text} AS {name}` in {file}:{transform.where(meant).line}, or keep `{meant.name}` here"


def _is_column(projection: Projection, name: str) -> bool:
    from sqlglot import exp

    return isinstance(projection.node, exp.Column) and projection.node.name.lower() == name


def key_missing(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    """A merge goes by the primary key."""
    contract, pipeline = tenant.contracts[table], tenant.pipelines[table].model
    if pipeline.write == "merge" and not any(column.key for column in contract.columns):
        what = f"the pipeline merges, and `{table}` has no primary key."
        fix = "mark columns with `primaryKey: true` and `primaryKeyPosition`, or write `append`"
        yield deny("contract.key_missing", document.where(PROPERTIES, key=True), what, "a merge goes by it.", fix)


def queries(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    """SQL rules read the table itself and its siblings, and give one value."""
    for path, query in sql_rules(document):
        where = document.where(path)
        statement, faults = read(query)
        if statement is not None:
            tables = published(tenant)
            if table in tenant.contracts:
                tables.setdefault(table, {})
            reading = Reading(tables)
            columns = reading.select(statement.tree)
            faults = [*reading.faults, *clause.faults(statement.tree), *grouping.faults(statement.tree)]
            if len(columns) != 1:
                yield deny(
                    "contract.query",
                    where,
                    "the rule does not give one value.",
                    fix="write SELECT COUNT(*) FROM … WHERE …",
                )
        for fault in faults:
            yield deny("contract.query", where, f"in this rule {fault.what}", fault.why, fault.fix)
