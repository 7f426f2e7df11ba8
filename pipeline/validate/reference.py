"""Rules across files: what one names stands in another, nothing stands there that nobody names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.findings import Finding, Where
from pipeline.spec.connectors import sftp
from pipeline.spec.document import Document
from pipeline.spec.models import CsvFormat
from pipeline.spec.tenant import Pipeline, Tenant
from pipeline.spec.wording import deny, did_you_mean, listed, nearest, shown
from pipeline.validate import glob

_PARTS: Final = {"contracts": "yaml", "mappings": "yaml", "transforms": "sql"}


def findings(tenant: Tenant) -> Iterator[Finding]:
    """Everything that does not add up between the files of a tenant."""
    for table in sorted({e.name for e in tenant.files.values() if e.part == "pipelines"}):
        yield from _files_missing(tenant, table)
    for table, pipeline in tenant.pipelines.items():
        document = tenant.documents[tenant.file(f"pipelines/{table}.yaml")]
        yield from _connector_unknown(tenant, document, pipeline)
        yield from _version(tenant, document, table)
        yield from _watermark(tenant, document, table)
        yield from _marker(tenant, document, pipeline)
    yield from _nobody_runs(tenant)
    yield from _connectors_unused(tenant)
    yield from _settings(tenant)
    yield from _test_headers(tenant)
    yield from _tests_empty(tenant)


def _files_missing(tenant: Tenant, table: str) -> Iterator[Finding]:
    where = Where(tenant.file(f"pipelines/{table}.yaml"))
    for part, ending in _PARTS.items():
        if not tenant.has(part, table):
            file = f"{part}/{table}.{ending}"
            what = f"the pipeline has no {file}."
            yield deny(
                "reference.file_missing", where, what, "a pipeline is all four files of its name.", f"write {file}"
            )
    missing = [
        name
        for name in (_input(tenant, table), "expected.csv")
        if tenant.file(f"tests/{table}/{name}") not in tenant.files
    ]
    if missing:
        fix = f"write {' and '.join(f'tests/{table}/{name}' for name in missing)}"
        yield deny(
            "reference.test_missing",
            where,
            "the pipeline has no unit test.",
            "its transform would be tried in production.",
            fix,
        )


def _input(tenant: Tenant, table: str) -> str:
    """Raw records as the mapping's format has them; while that is not known, whichever is there."""
    if mapping := tenant.mappings.get(table):
        return "input.csv" if isinstance(mapping.format, CsvFormat) else "input.jsonl"
    return "input.jsonl" if tenant.file(f"tests/{table}/input.jsonl") in tenant.files else "input.csv"


def _connector_unknown(tenant: Tenant, document: Document, pipeline: Pipeline) -> Iterator[Finding]:
    name, known = pipeline.model.connector, {e.name for e in tenant.files.values() if e.part == "connectors"}
    if name not in known:
        fix = (
            f"write one of {listed(sorted(known))}, or add connectors/{name}.yaml"
            if known
            else f"add connectors/{name}.yaml"
        )
        what = f"there is no connector `{name}`.{did_you_mean(name, known)}"
        yield deny("reference.connector_unknown", document.where(("connector",)), what, "", fix)


def _version(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    """Version columns decide which row of a key counts: they must be there, and never empty."""
    model, contract = tenant.pipelines[table].model, tenant.contracts.get(table)
    if model.version and model.write != "merge":
        why = "only a merge asks which row of a key counts."
        yield deny(
            "reference.version", document.where(("version",)), f"`{model.write}` takes no version.", why, "remove it"
        )
    columns = {column.name: column for column in contract.columns} if contract else {}
    for index, name in enumerate(model.version if contract else ()):
        where = document.where(("version", index))
        if name not in columns:
            fix = f"write `{nearest(name, columns) or next(iter(columns))}`, or add it to the contract"
            yield deny(
                "reference.version",
                where,
                f"the contract has no column `{name}`.{did_you_mean(name, columns)}",
                "",
                fix,
            )
        elif not columns[name].required:
            yield deny(
                "reference.version",
                where,
                f"`{name}` may be empty.",
                "an empty version decides nothing.",
                "require it in the contract",
            )


def _watermark(tenant: Tenant, document: Document, table: str) -> Iterator[Finding]:
    pipeline, mapping = tenant.pipelines[table], tenant.mappings.get(table)
    watermark = getattr(pipeline.fetch, "watermark", None)
    if watermark and pipeline.model.write != "merge":
        what = f"a pull by watermark holds what changed, and `{pipeline.model.write}` takes it for more."
        why = "replace would drop all other rows, append would keep what is read again twice."
        yield deny(
            "reference.watermark_write", document.where(("write",)), what, why, "write `merge`, or remove `watermark`"
        )
    known = {*mapping.model.fields, *mapping.model.skip} if mapping else set()
    if watermark and mapping and watermark.field not in known:
        what = f"the mapping knows no field {shown(watermark.field)}.{did_you_mean(watermark.field, known)}"
        fix = f"write one of {listed(sorted(known))}"
        yield deny("reference.watermark_field", document.where(("watermark", "field")), what, "", fix)


def _marker(tenant: Tenant, document: Document, pipeline: Pipeline) -> Iterator[Finding]:
    """A marker says that a file is whole; it is no file itself."""
    connector, fetch = tenant.connectors.get(pipeline.model.connector), pipeline.fetch
    if not (connector and isinstance(connector.options, sftp.Options) and isinstance(fetch, sftp.Fetch)):
        return
    marker = connector.options.complete_when.marker
    if marker and (both := glob.common(fetch.files, marker)) is not None:
        what = f"the pattern takes the connector's markers too, for example `{both}`."
        yield deny(
            "reference.marker_taken", document.where(("files",)), what, "", f"narrow it, so that no `{marker}` fits"
        )


def _nobody_runs(tenant: Tenant) -> Iterator[Finding]:
    for file, entry in tenant.files.items():
        if entry.part in (*_PARTS, "tests") and not tenant.has("pipelines", entry.name):
            what = f"there is no pipeline `{entry.name}` that uses this."
            known = [e.name for e in tenant.files.values() if e.part == "pipelines"]
            hint = did_you_mean(entry.name, known)
            fix = f"add pipelines/{entry.name}.yaml, or remove this file"
            yield deny("reference.pipeline_missing", Where(file), f"{what}{hint}", "", fix)


def _connectors_unused(tenant: Tenant) -> Iterator[Finding]:
    used = {pipeline.model.connector for pipeline in tenant.pipelines.values()}
    broken = {e.name for e in tenant.files.values() if e.part == "pipelines"} - set(tenant.pipelines)
    for name in sorted(set(tenant.connectors) - used) if not broken else ():
        where = Where(tenant.file(f"connectors/{name}.yaml"))
        found = deny(
            "reference.connector_unused", where, f"no pipeline uses `{name}`.", "", "use it, or remove it everywhere"
        )
        yield replace(found, level="warn")


def _settings(tenant: Tenant) -> Iterator[Finding]:
    known = {e.name for e in tenant.files.values() if e.part == "connectors"}
    for environment, settings in tenant.environments.items():
        document = tenant.documents[tenant.file(f"environments/{environment}.yaml")]
        given = set(settings.head.connectors)
        for name in sorted(known - given):
            what = f"{environment} does not say where `{name}` stands."
            where = document.where(("connectors",), key=True)
            yield deny("reference.settings_missing", where, what, "", f"add `{name}:` with its endpoint and secret")
        for name in sorted(given - known):
            what = f"there is no connector `{name}`.{did_you_mean(name, known)}"
            where = document.where(("connectors", name), key=True)
            yield deny("reference.settings_unknown", where, what, "", f"remove it, or add connectors/{name}.yaml")


def _test_headers(tenant: Tenant) -> Iterator[Finding]:
    for table, files in tenant.tests.items():
        if (contract := tenant.contracts.get(table)) and "expected.csv" in files:
            wanted = [column.name for column in contract.columns]
            file = tenant.file(f"tests/{table}/expected.csv")
            if _header(files["expected.csv"]) != wanted:
                what = "the header is not the contract's columns in their order."
                yield deny("reference.test_header", Where(file, 1, 1), what, "", f"write {','.join(wanted)}")
        yield from _input_fields(tenant, table)


def _input_fields(tenant: Tenant, table: str) -> Iterator[Finding]:
    mapping = tenant.mappings.get(table)
    for name in ("input.csv", "input.jsonl") if mapping else ():
        text, file = tenant.tests[table].get(name), tenant.file(f"tests/{table}/{name}")
        if text is None or mapping is None:
            continue
        delimiter = getattr(mapping.format, "delimiter", ",")
        given = _header(text, delimiter) if name == "input.csv" else _keys(text)
        if given is None:
            yield deny(
                "reference.test_header",
                Where(file, 1, 1),
                "the records cannot be read.",
                fix="write one JSON object a line",
            )
            continue
        if mapping.model.unknown_fields != "quarantine":
            continue
        known = {*mapping.model.fields, *mapping.model.skip}
        for field in sorted(set(given) - known - {source.split(".")[0] for source in known}):
            what = f"the mapping knows no field {shown(field)}.{did_you_mean(field, known)}"
            yield deny("reference.test_header", Where(file, 1, 1), what, "", "map it, skip it, or remove it here")


def _header(text: str, delimiter: str = ",") -> list[str]:
    return next(csv.reader(io.StringIO(text[:65_536]), delimiter=delimiter), [])


def _keys(text: str) -> list[str] | None:
    """The top-level names of all records, or None where a line is no JSON object."""
    try:
        records = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return sorted({key for record in records for key in record}) if all(isinstance(r, dict) for r in records) else None


def _tests_empty(tenant: Tenant) -> Iterator[Finding]:
    """A test without records, or that expects no row, passes whatever its transform does."""
    for table, files in sorted(tenant.tests.items()):
        for name, text in sorted(files.items()):
            kept = [line for line in text.splitlines() if line.strip()]
            if len(kept) <= (0 if name.endswith(".jsonl") else 1):
                what = f"the file holds no {'row' if name == 'expected.csv' else 'record'}."
                why, fix = "such a test passes whatever the transform does.", "write some as the source sends them"
                yield deny("reference.test_empty", Where(tenant.file(f"tests/{table}/{name}")), what, why, fix)
