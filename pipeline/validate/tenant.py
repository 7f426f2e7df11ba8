"""Is a tenant well-formed and consistent? Every finding of its files, and of what they say of each other, at once.

Reads a checkout or a mapping of path → bytes; writes nothing, asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.findings import Finding, Where, in_order
from pipeline.spec.document import Document, parse
from pipeline.spec.folder import read_folder
from pipeline.spec.layout import prefix
from pipeline.spec.tenant import Tenant, read_files
from pipeline.spec.wording import deny
from pipeline.validate import cell, contract, cycle, mapping, place, reference, schedule, transform
from pipeline.validate.transform import Transform


def validate_tenant(source: Path | Mapping[str, bytes | None], tenant: str) -> list[Finding]:
    """All findings of a tenant. `source` is a repository, or its files by their path from its root."""
    return read_and_validate(source, tenant)[1]


def read_and_validate(source: Path | Mapping[str, bytes | None], tenant: str) -> tuple[Tenant, list[Finding]]:
    """What could be read, and all findings. The tenant is whole where none of them denies."""
    files, found = read_folder(source, tenant) if isinstance(source, Path) else (_of(source, tenant), [])
    if not files and not found:
        where = Where(prefix(tenant).rstrip("/"))
        return Tenant(tenant), [
            deny("document.missing_file", where, "there is no such tenant.", fix=f"run `acme new tenant {tenant}`")
        ]
    read, more = read_files(files, tenant)
    placed = cell.unknown_cells(_settings(read), cell.cells_of(_declared(source)))
    return read, in_order([*found, *more, *_across(read), *placed])


def _settings(read: Tenant) -> Iterator[Document]:
    return (document for file, document in read.documents.items() if read.files[file].part == "environments")


def _declared(source: Path | Mapping[str, bytes | None]) -> Document | None:
    """The platform's list of cells, where it is at hand."""
    if isinstance(source, Path):
        path = source / cell.CELLS_FILE
        content = path.read_bytes() if path.is_file() else None
    else:
        content = source.get(cell.CELLS_FILE)
    return parse(cell.CELLS_FILE, content.decode("utf-8", "replace"))[0] if content else None


def _of(files: Mapping[str, bytes | None], tenant: str) -> dict[str, bytes | None]:
    return {file: content for file, content in files.items() if file.startswith(prefix(tenant))}


def _across(read: Tenant) -> Iterator[Finding]:
    """Rules that need more than one file. A file that could not be read is left out: its own findings say why."""
    yield from reference.findings(read)
    yield from place.findings(read)
    yield from schedule.findings(read)
    for table in sorted(read.mappings):
        yield from mapping.findings(read, _document(read, "mappings", table), table)
    for table in sorted(read.contracts):
        document = _document(read, "contracts", table)
        yield from contract.queries(read, document, table)
        if table in read.pipelines:
            yield from contract.key_missing(read, document, table)
    transforms: dict[str, Transform] = {}
    for table in sorted(set(read.transforms) & set(read.mappings)):
        found, faults = transform.read_transform(read, table)
        yield from faults
        if found is not None:
            transforms[table] = found
            yield from _transform(read, table, found)
    yield from cycle.findings(transforms)


def _transform(read: Tenant, table: str, found: Transform) -> Iterator[Finding]:
    """A `*` stands for columns that nobody named, so nothing can be said of them."""
    if found.statement.stars:
        return
    if found.known:
        yield from mapping.unused(read, _document(read, "mappings", table), table, found)
    if (promised := read.contracts.get(table)) is not None and table in read.pipelines:
        yield from contract.unfilled(_document(read, "contracts", table), promised, found)
        yield from transform.against_contract(read, found, promised, table)


def _document(read: Tenant, part: str, table: str) -> Document:
    return read.documents[read.file(f"{part}/{table}.yaml")]
