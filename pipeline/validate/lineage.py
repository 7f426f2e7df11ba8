"""Which columns are made of which: from source field to published column, and who reads a published column.

Takes a tenant that could be read; what cannot be read is left out. For reviewers, and for whoever changes a contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.spec.quality import sql_rules
from pipeline.spec.tenant import Tenant
from pipeline.validate.columns import Reading
from pipeline.validate.statement import read
from pipeline.validate.transform import LANDED, Transform, published, read_transform


def lineage(tenant: Tenant) -> dict[str, dict[str, list[str]]]:
    """{table: {column: [`field` of the source, or `table.column` of the tenant's own]}}, each list sorted."""
    return {table: _columns(tenant, table, found) for table, found in _transforms(tenant)}


def _transforms(tenant: Tenant) -> Iterator[tuple[str, Transform]]:
    for table in sorted(set(tenant.transforms) & set(tenant.mappings)):
        found, _ = read_transform(tenant, table)
        if found is not None:
            yield table, found


def _columns(tenant: Tenant, table: str, found: Transform) -> dict[str, list[str]]:
    fields = {one.column: source for source, one in tenant.mappings[table].model.fields.items()}
    return {
        column: sorted(_origin(source, fields) for source in value.sources) for column, value in found.outputs.items()
    }


def _origin(source: tuple[str, str], fields: Mapping[str, str]) -> str:
    table, column = source
    return fields.get(column, column) if table == LANDED else f"{table}.{column}"


def readers(tenant: Tenant, table: str) -> dict[str, list[str]]:
    """{column: [file of a transform, or contract with a SQL rule, that reads it]}; the table's own rules count too."""
    found: dict[str, list[str]] = {}
    for file, reads in [*_read_by_transforms(tenant, table), *_read_by_rules(tenant)]:
        for column in sorted({column for source, column in reads if source == table}):
            found.setdefault(column, []).append(file)
    return found


def _read_by_transforms(tenant: Tenant, table: str) -> Iterator[tuple[str, frozenset[tuple[str, str]]]]:
    for other, found in _transforms(tenant):
        if other != table:
            yield f"transforms/{other}.sql", found.reads


def _read_by_rules(tenant: Tenant) -> Iterator[tuple[str, frozenset[tuple[str, str]]]]:
    for table in sorted(tenant.contracts):
        reading = Reading(published(tenant))
        for _, query in sql_rules(tenant.documents[tenant.file(f"contracts/{table}.yaml")]):
            statement, _ = read(query)
            if statement is not None:
                reading.select(statement.tree)
        if reading.used:
            yield f"contracts/{table}.yaml", frozenset(reading.used)
