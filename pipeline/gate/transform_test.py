"""Does a transform do what its author says? tests/<table>/: raw records in, through mapping and transform, expected rows out.

A transform that reads other tables of its tenant finds in them what their own tests expect.
Reads a tenant's files that were handed in, runs the embedded engine. Rows are compared as a multiset, NULL is an empty cell,
numbers and times count by value. Run it where nothing else was denied: the statement is then one SELECT of known functions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from typing import Any

from pipeline.findings import Finding, Where, denied
from pipeline.gate.cache import Cache
from pipeline.gate.change import Files
from pipeline.gate.engine import Beside, Refused, Result, bench
from pipeline.gate.records import read_records, read_table
from pipeline.release import Column, Contract, Pipeline, canonical, document_of
from pipeline.spec import snowflake_type
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import read_files

CODE = "transform.test_failed"
TRANSFORM, EXPECTED = "transform", "expected.csv"  # parts of a test that a finding is about, as are the inputs
SHOWN = 20  # rows of a difference
Row = tuple[Any, ...]


def check(tenant: str, files: Files, cache: Cache) -> list[Finding]:
    """The findings of every table's test. A tenant that cannot be read has none here: others say why."""
    read, wrong = read_files({path: content for path, content in files.items() if content is not None}, tenant)
    if denied(wrong) or any(pipeline.fetch is None for pipeline in read.pipelines.values()):
        return []
    found: list[Finding] = []
    pipelines = compile_release(read).pipelines
    for pipeline in pipelines:
        case = Case(pipeline, read.tests.get(pipeline.name, {}), _beside(pipeline, pipelines, read.tests))
        anywhere = cache.findings("transform_test", case.about(), lambda case=case: list(_test(case)))  # type: ignore[misc]
        found += [_placed(one, tenant, pipeline.name) for one in anywhere]
    return found


@dataclass(frozen=True)
class Case:
    """One pipeline's test. `beside` are the columns and tests of the other tables that its transform may read."""

    pipeline: Pipeline
    test: Mapping[str, str]
    beside: Mapping[str, tuple[Sequence[Column], str]]

    def about(self) -> list[str | bytes]:
        """All that the result hangs on, which is not whose it is."""
        pipeline = self.pipeline
        parts = (pipeline.mapping, pipeline.transform, pipeline.contract.columns, self.test, self.beside)
        return [engine_version(), *(canonical(document_of(part)) for part in parts)]

    def tables(self) -> dict[str, Beside]:
        """The other tables. `ValueError` where their expected rows cannot be read."""
        return {
            name: Beside({column.name: column.type for column in columns}, *read_table(expected))
            for name, (columns, expected) in self.beside.items()
        }


def _beside(
    pipeline: Pipeline, every: Sequence[Pipeline], tests: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[Sequence[Column], str]]:
    """The tables whose names stand in the transform, with what their tests expect."""
    words = set(re.findall(r"\w+", pipeline.transform.lower()))
    others = [other for other in every if other.name != pipeline.name and other.name in words]
    return {other.name: (other.contract.columns, tests.get(other.name, {}).get(EXPECTED, "")) for other in others}


def engine_version() -> str:
    """What a result hangs on besides the tenant."""
    return f"fakesnow {version('fakesnow')}, duckdb {version('duckdb')}"


def _placed(finding: Finding, tenant: str, pipeline: str) -> Finding:
    """What was found of a test, as it stands in this tenant's folder."""
    part = finding.where.file if finding.where else ""
    folder = f"tenants/{tenant}"
    file = f"{folder}/transforms/{pipeline}.sql" if part == TRANSFORM else f"{folder}/tests/{pipeline}/{part}"
    return replace(finding, tenant=tenant, where=Where(file, 1, 1) if file.endswith(".csv") else Where(file))


def _test(case: Case) -> Iterator[Finding]:
    pipeline, test = case.pipeline, case.test
    name = next((name for name in ("input.csv", "input.jsonl") if name in test), None)
    if name is None or EXPECTED not in test:
        return  # policy tenant.transform_tested says so
    try:
        records = read_records(pipeline.mapping, test[name])
    except ValueError as error:
        yield _finding(name, f"the records cannot be read: {error}.", "write them as the source sends them")
        return
    try:
        header, rows = read_table(test[EXPECTED])
        result = bench().run(pipeline, records, case.tables())
    except ValueError as error:
        yield _finding(EXPECTED, f"the rows cannot be read: {error}.", "one cell for each column")
    except Refused as error:
        yield _finding(TRANSFORM, f"the engine refuses it: {error}", "mend the statement")
    else:
        yield from _compare(pipeline.contract, (header, rows), result)


def _compare(contract: Contract, expected: tuple[list[str], list[list[str]]], result: Result) -> Iterator[Finding]:
    header, rows = expected  # validate compared the header with the contract, and the contract with the transform
    families = _families(contract)
    wanted = Counter(
        tuple(_read(cell, families.get(name, "text")) for name, cell in zip(header, row, strict=True)) for row in rows
    )
    given = Counter(tuple(_plain(value) for value in row) for row in result.rows)
    if wanted != given:
        table = _table(header, list((wanted - given).elements()), list((given - wanted).elements()))
        yield _finding(EXPECTED, table, "mend the transform, or say here what it should give")


def _families(contract: Contract) -> dict[str, str]:
    kinds = {column.name: snowflake_type.read(column.type) for column in contract.columns}
    return {name: kind.family for name, kind in kinds.items() if kind}


def _read(cell: str, family: str) -> Any:
    """A cell by value; as text where it is none of its column's type, so that the difference shows it."""
    if cell == "":
        return None
    try:
        return _plain(READERS.get(family, str)(cell))
    except (ValueError, InvalidOperation):
        return cell


READERS: dict[str, Any] = {
    "number": Decimal,
    "float": Decimal,
    "boolean": lambda cell: bool(("false", "true").index(cell.lower())),
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamp_tz": datetime.fromisoformat,
    "variant": json.loads,
}


def _plain(value: Any) -> Any:
    """One form for equal values: numbers without trailing zeros, instants in UTC, no empty text."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return value if value != "" else None


def _table(header: list[str], missing: list[Row], unexpected: list[Row]) -> str:
    """The rows that differ, in columns: `-` expected and not given, `+` given and not expected."""
    marked = [("-", row) for row in sorted(missing, key=str)] + [("+", row) for row in sorted(unexpected, key=str)]
    lines = [("", *header)] + [(mark, *(_shown(value) for value in row)) for mark, row in marked[:SHOWN]]
    widths = [max(len(line[index]) for line in lines) for index in range(len(header) + 1)]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    more = [f"and {len(marked) - SHOWN} more"] if len(marked) > SHOWN else []
    head = f"{len(missing)} expected rows are not given (-), {len(unexpected)} given rows are not expected (+):"
    return "\n".join([head, *rows, *more])


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _finding(part: str, what: str, fix: str) -> Finding:
    """`part` is the file of the test, or the transform: whose they are is told where it is known."""
    why = "the test is the only place that says what the transform is meant to do."
    return Finding(CODE, "deny", "gate", what, why, fix, where=Where(part))
