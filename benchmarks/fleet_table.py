"""The files of one pipeline of a made-up tenant: contract, mapping, transform, pipeline, and a test whose rows are worked out here.

The expected rows are computed in Python from the ERP's records, never by the engine that the test later asks.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.erp_table import Field, Row, rows
from benchmarks.fleet_choice import Pipeline

# schedule → how often its contract promises news
SCHEDULES = {
    "H * * * *": (1, "h"),
    "H H * * *": (1, "d"),
    "H */4 * * *": (4, "h"),
    "H 6 * * 1-5": (3, "d"),
    "H H 1 * *": (31, "d"),
    "30 5,17 * * *": (12, "h"),
}
LOGICAL = {"NUMBER": "number", "VARCHAR": "string", "DATE": "date", "BOOLEAN": "boolean", "TIMESTAMP_NTZ": "timestamp"}
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:acmeconnect:{tenant}:{table}
name: {table}
version: 1.0.0
status: active
schema:
  - name: {table}
    physicalType: table
    properties:
{properties}
    quality:
      - {{type: library, metric: rowCount, mustBeGreaterThan: 0}}
{rule}slaProperties:
  - {{property: frequency, value: {often}, unit: {unit}}}
  - {{property: latency, value: 4, unit: h}}
"""
RULE = """\
      - type: sql
        description: no row breaks the rule of its table
        query: {query}
        mustBe: 0
"""
SEPARATOR = ",\n    "
Rows = Sequence[Mapping[str, str]]
CONNECTORS = {"sftp": "erp_drop", "api": "erp_api"}


def table_files(random: Random, tenant: str, one: Pipeline, known: dict[str, Rows]) -> dict[str, str]:
    """The files of one pipeline and its test. `known`: what the tests of the tables before expect; this one's is added."""
    landed, given = _sample(random, one, known)
    known[one.name] = [dict(zip([column.column for column in _columns(one)], row, strict=True)) for row in given]
    written = "input.csv" if one.kind == "sftp" else "input.jsonl"
    return {
        f"contracts/{one.name}.yaml": _contract(tenant, one),
        f"mappings/{one.name}.yaml": _mapping(one),
        f"transforms/{one.name}.sql": _transform(one),
        f"pipelines/{one.name}.yaml": _pipeline(random, tenant, one),
        f"tests/{one.name}/{written}": _csv_input(landed) if one.kind == "sftp" else _json_input(one, landed),
        f"tests/{one.name}/expected.csv": _table_text([column.column for column in _columns(one)], given),
    }


def _columns(one: Pipeline) -> list[Field]:
    """The contract's columns, in its order. A sum over no key has the group's column for one."""
    if one.summed and one.family.total:
        by, summed = one.family.total
        group = next(field for field in one.fields if field.column == by)
        return [
            replace(group, key=True, secret=False),
            Field("", f"{summed}_sum", "NUMBER(38,4)"),
            Field("", "row_count", "NUMBER(18,0)"),
        ]
    word = [Field("", one.code.column, "VARCHAR(16)")] if one.code else []
    computed = [Field("", each.column, each.type, required=each.required, secret=each.secret) for each in one.derived]
    looked_up = [Field("", one.beside.column, one.beside.type, required=False)] if one.beside else []
    return [*one.fields, *word, *computed, *looked_up]


def _contract(tenant: str, one: Pipeline) -> str:
    columns = _columns(one)
    keys = [column.column for column in columns if column.key]
    properties = "\n".join(_property(one, column, keys) for column in columns)
    query = f"SELECT COUNT(*) FROM {one.name} WHERE {one.family.rule}"
    rule = RULE.format(query=query) if one.family.rule and not one.summed else ""
    often, unit = SCHEDULES[_schedule(tenant, one)]
    return CONTRACT.format(tenant=tenant, table=one.name, properties=properties, rule=rule, often=often, unit=unit)


def _schedule(tenant: str, one: Pipeline) -> str:
    return Random(f"{tenant}/{one.name}").choice(sorted(SCHEDULES))


def _property(one: Pipeline, column: Field, keys: Sequence[str]) -> str:
    kind = "integer" if column.type.endswith(",0)") else LOGICAL[column.type.partition("(")[0]]
    said = [f"name: {column.column}", f"logicalType: {kind}", f'physicalType: "{column.type}"']
    said += ["required: true"] if column.required else []
    said += [f"primaryKey: true, primaryKeyPosition: {keys.index(column.column) + 1}"] if column.key else []
    said += ["classification: confidential"] if column.secret else []
    if one.code and column.column == one.code.column:
        valid = f"{{validValues: [{', '.join(one.labels)}]}}"
        said += [f"quality: [{{type: library, metric: invalidValues, arguments: {valid}, mustBe: 0}}]"]
    return f"      - {{{', '.join(said)}}}"


def _mapping(one: Pipeline) -> str:
    form = '{kind: csv, encoding: utf-8, delimiter: ",", header: true, nulls: [""]}'
    lines = [
        f"format: {form if one.kind == 'sftp' else '{kind: json, encoding: utf-8}'}",
        "unknown_fields: quarantine",
        "fields:",
    ]
    for field in one.landed:
        timed = one.kind == "sftp" and field.type in ("DATE", "TIMESTAMP_NTZ(3)")
        said = [f"column: {field.column}", f'type: "{field.type}"']
        said += ['parse: "YYYY-MM-DD HH24:MI:SS.FF3"'] if timed else []
        said += ["required: true"] if field.required else []
        lines.append(f"  {field.source}: {{{', '.join(said)}}}")
    mapped = {field.source for field in one.landed}
    left = [name for name in rows(one.family.table)[0] if name not in mapped]
    return "\n".join([*lines, *([f"skip: [{', '.join(left)}]"] if left else [])]) + "\n"


def _transform(one: Pipeline) -> str:
    if one.summed and one.family.total:
        by, summed = one.family.total
        picks = [by, f"SUM({summed})::NUMBER(38, 4) AS {summed}_sum", "COUNT(*)::NUMBER(18, 0) AS row_count"]
        return f"SELECT\n    {SEPARATOR.join(picks)}\nFROM landed\nGROUP BY {by}\n"
    landed, picks = "l." if one.beside else "", [f"{'l.' if one.beside else ''}{field.column}" for field in one.fields]
    if one.code:
        cases = [f"        WHEN {number} THEN '{label}'" for number, label in enumerate(one.labels, 1)]
        picks.append(
            "\n".join(
                [f"CASE {landed}{one.code.landed}", *cases, "        ELSE 'unknown'", f"    END AS {one.code.column}"]
            )
        )
    picks += [f"{_qualified(each.sql, each.needs, landed)} AS {each.column}" for each in one.derived]
    source = "FROM landed\n"
    if one.beside:
        by = one.beside.by
        picks.append(f"o.{one.beside.column}")
        source = f"FROM landed AS l\nLEFT JOIN {one.other} AS o ON l.{by} = o.{by}\n"
    where = f"WHERE {_qualified(one.filter.sql, one.filter.needs, landed)}\n" if one.filter else ""
    return f"SELECT\n    {SEPARATOR.join(picks)}\n{source}{where}"


def _qualified(sql: str, needs: Sequence[str], table: str) -> str:
    return re.sub(rf"\b({'|'.join(needs)})\b", rf"{table}\1", sql)


def _pipeline(random: Random, tenant: str, one: Pipeline) -> str:
    if one.kind == "sftp":
        fetch = f'files: "{one.family.table}{"Totals" if one.summed else ""}_{one.site or "all"}_*.csv.gz"'
    else:
        resource = f"{one.family.name.replace('_', '-')}{'/totals' if one.summed else ''}"
        fetch = f"resource: /{one.site or 'all'}/{resource}"
    write = "replace" if one.summed else random.choice(("merge", "replace"))
    lines = [f"connector: {CONNECTORS[one.kind]}", fetch, f'schedule: "{_schedule(tenant, one)}"', f"write: {write}"]
    versioned = write == "merge" and any(field.column == one.family.version for field in one.fields)
    lines += [f"version: [{one.family.version}]"] if versioned else []
    lines += ["rows: aggregates"] if one.summed else (["rows: filters"] if one.filter else [])
    return "\n".join(lines) + "\n"


def _sample(random: Random, one: Pipeline, known: Mapping[str, Rows]) -> tuple[list[dict[str, str]], list[list[str]]]:
    """A few records of the ERP, some that find their partner in the other table, and the rows that the table must hold of them."""
    every, found = list(rows(one.family.table)), _looked_up(one, known)
    by = next((field.source for field in one.fields if one.beside and field.column == one.beside.by), "")
    picked = [row for row in every if row.get(by) in found][:2]
    if one.filter:
        picked += [row for row in every if one.filter.keeps(_landed(one, row))][:2]
    if one.summed and one.family.total:
        picked = _two_of_a_group(one, every)
    picked += random.sample([row for row in every if row not in picked], 4 - len(picked))
    by_column = [_landed(one, record) for record in picked]
    if one.summed:
        return picked, _sums(one, by_column)
    kept = [row for row in by_column if one.filter is None or one.filter.keeps(row)]
    return picked, [list(_expected(one, row, found)) for row in kept]


def _landed(one: Pipeline, record: Mapping[str, str]) -> dict[str, str | None]:
    return {field.column: record[field.source] or None for field in one.landed}


def _two_of_a_group(one: Pipeline, every: Rows) -> list[Mapping[str, str]]:
    """Two records that a summary adds up, so that its test tells a sum from a largest value."""
    by, summed = (next(f.source for f in one.fields if f.column == column) for column in one.family.total or ())
    first: dict[str, Mapping[str, str]] = {}
    for row in every:
        other = first.setdefault(row[by], row)
        if row[summed] != other[summed]:
            return [other, row]
    return []


def _looked_up(one: Pipeline, known: Mapping[str, Rows]) -> dict[str, str]:
    """Key → what the other table's test expects there."""
    if not one.beside:
        return {}
    return {row[one.beside.by]: row[one.beside.column] for row in known[one.other]}


def _expected(one: Pipeline, row: Row, found: Mapping[str, str]) -> Iterator[str]:
    for field in one.fields:
        yield shown((row[field.column] or "")[:10] if field.type == "DATE" else row[field.column])
    if one.code:
        number = int(row[one.code.landed] or 0)
        yield one.labels[number - 1] if 0 < number <= len(one.labels) else "unknown"
    for each in one.derived:
        yield shown(each.value(row))
    if one.beside:
        yield found.get(row[one.beside.by] or "", "")


def _sums(one: Pipeline, records: Sequence[Row]) -> list[list[str]]:
    by, summed = one.family.total or ("", "")
    groups: dict[str, list[Decimal]] = {}
    for row in records:
        groups.setdefault(row[by] or "", []).append(Decimal(row[summed] or "0"))
    return [[key, str(sum(values)), str(len(values))] for key, values in sorted(groups.items())]


def shown(value: Any) -> str:
    """As it stands in a table of texts."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else {"True": "true", "False": "false"}.get(str(value), str(value))


def _csv_input(records: Sequence[Mapping[str, str]]) -> str:
    return _table_text(list(records[0]), [list(record.values()) for record in records])


def _table_text(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *body])
    return out.getvalue()


def _json_input(one: Pipeline, records: Sequence[Mapping[str, str]]) -> str:
    """One JSON object a line: numbers keep their digits, instants are ISO 8601."""
    types = {field.source: field.type for field in one.landed}
    return "".join(
        "{"
        + ", ".join(f"{json.dumps(key)}: {_json(value, types.get(key, ''))}" for key, value in record.items())
        + "}\n"
        for record in records
    )


def _json(value: str, kind: str) -> str:
    if value == "":
        return "null"
    if kind.startswith("NUMBER"):
        return value
    if kind == "BOOLEAN":
        return value.lower()
    return json.dumps(
        value[:10] if kind == "DATE" else f"{value.replace(' ', 'T')}Z" if kind.startswith("TIME") else value
    )
