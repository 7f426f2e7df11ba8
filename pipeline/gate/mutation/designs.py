"""Valid variants that take design: a table, a column or a type more or less, in every place where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.gate.mutation.draft import Draft, with_columns
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.select import Column, Select, read_select
from pipeline.gate.mutation.transforms import parts_of, save


def contract_widened(draft: Draft) -> str:
    pairs = [
        (table, one["name"], one["physicalType"])
        for table in draft.tables()
        for one in draft.columns(table)
        if one["physicalType"].startswith("VARCHAR") or one["physicalType"] == "NUMBER(19,4)"
    ]
    table, column, kind = draft.pick(pairs)
    wider = "NUMBER(38,4)" if kind.startswith("NUMBER") else f"VARCHAR({int(kind[8:-1]) * 2})"

    def work(contract: Any) -> None:
        next(one for one in contract["schema"][0]["properties"] if one["name"] == column).update(physicalType=wider)
        contract["version"] = _next(contract["version"], 1)

    draft.edit(f"contracts/{table}.yaml", work)
    return f"`{column}` of {table} may be larger"


def _next(version: str, place: int) -> str:
    parts = [int(part) for part in version.split(".")]
    return ".".join(
        str(part + 1 if index == place else 0 if index > place else part) for index, part in enumerate(parts)
    )


def _column_added(draft: Draft, table: str, parts: Select, column: str, source: str, kind: str) -> None:
    """In contract, mapping, transform and test alike."""
    logical = "string" if kind.startswith("VARCHAR") else "number"
    new = {"name": column, "logicalType": logical, "physicalType": kind}

    def work(contract: Any) -> None:
        contract["schema"][0]["properties"].append(new)
        contract["version"] = _next(contract["version"], 1)

    def mapped(mapping: Any) -> None:
        mapping["skip"].remove(source)
        mapping["fields"][source] = {"column": column, "type": kind}

    draft.edit(f"contracts/{table}.yaml", work)
    draft.edit(f"mappings/{table}.yaml", mapped)
    save(draft, table, replace(parts, columns=(*parts.columns, Column(column, column))))


def column_added(draft: Draft) -> str:
    """A field that was skipped fills a new column; the test says of each row what stands there."""

    def simple(table: str) -> bool:
        parts = read_select(draft.sql(table))
        mapping = draft.read(f"mappings/{table}.yaml")
        lines = draft.text(f"tests/{table}/input.csv").splitlines()
        rows = draft.text(f"tests/{table}/expected.csv").splitlines()
        plain = mapping["format"]["kind"] == "csv" and all('"' not in line for line in lines)
        return bool(
            parts and parts.tail.strip() == "FROM landed" and plain and mapping.get("skip") and len(lines) == len(rows)
        )

    table = draft.table(simple)
    parts = parts_of(draft, table)
    source = draft.pick(draft.read(f"mappings/{table}.yaml")["skip"])
    lines = [line.split(",") for line in draft.text(f"tests/{table}/input.csv").splitlines()]
    place = lines[0].index(source)
    rows = draft.text(f"tests/{table}/expected.csv").splitlines()
    more = ["extra_field", *(line[place] for line in lines[1:])]
    draft.put(f"tests/{table}/expected.csv", "".join(f"{row},{cell}\n" for row, cell in zip(rows, more, strict=True)))
    _column_added(draft, table, parts, "extra_field", source, "VARCHAR(200)")
    return f"{source} of {table} fills a new column"


def _renamed(draft: Draft, table: str, old: str, new: str) -> None:
    """A table's column, landed and promised alike, everywhere."""
    word = re.compile(rf"\b{old}\b")
    for file in (
        f"contracts/{table}.yaml",
        f"mappings/{table}.yaml",
        f"transforms/{table}.sql",
        f"pipelines/{table}.yaml",
    ):
        draft.put(file, word.sub(new, draft.text(file)))
    expected = f"tests/{table}/expected.csv"
    header, _, rest = draft.text(expected).partition("\n")
    draft.put(expected, word.sub(new, header) + "\n" + rest)


def _announced(draft: Draft, table: str, column: str) -> None:
    """Readers were told before: the contract that stands calls the column deprecated."""
    file = f"contracts/{table}.yaml"

    def work(every: list[dict[str, Any]]) -> None:
        next(one for one in every if one["name"] == column).update(deprecated=True)

    draft.edit(file, with_columns(work))
    draft.put_in_both(file, draft.text(file))


def renamed_by_design(draft: Draft) -> str:
    """In every place, and the new major version says so."""
    used = " ".join(draft.sql(table) for table in draft.tables() if " JOIN " in draft.sql(table))
    pairs = [
        (table, one["name"])
        for table in draft.tables()
        for one in draft.columns(table)
        if one["name"] not in used
        and not one.get("classification")
        and not one["name"].endswith("id")
        and one["name"] != table
    ]
    table, column = draft.pick(pairs)
    _announced(draft, table, column)
    _renamed(draft, table, column, f"{column}_v2")
    draft.edit(f"contracts/{table}.yaml", lambda contract: contract.update(version=_next(contract["version"], 0)))
    return f"`{column}` of {table} is called `{column}_v2` everywhere"


def column_removed_by_design(draft: Draft) -> str:
    """With a new major version, from the transform's end to the test."""

    def last(table: str) -> bool:
        parts = read_select(draft.sql(table))
        columns = draft.columns(table)
        plain = '"' not in draft.text(f"tests/{table}/expected.csv")
        return bool(
            parts
            and plain
            and " JOIN " not in parts.tail
            and len(columns) > 2
            and not columns[-1].get("primaryKey")
            and columns[-1]["name"] != "modified_at"
        )

    table = draft.table(last)
    parts = parts_of(draft, table)
    column = parts.columns[-1].name
    _announced(draft, table, column)
    save(draft, table, replace(parts, columns=parts.columns[:-1]))
    draft.edit(f"contracts/{table}.yaml", with_columns(lambda every: every.pop()))
    draft.edit(f"contracts/{table}.yaml", lambda contract: contract.update(version=_next(contract["version"], 0)))
    draft.edit(f"contracts/{table}.yaml", lambda contract: _without_rules_on(contract, column))
    lines = draft.text(f"tests/{table}/expected.csv").splitlines()
    draft.put(f"tests/{table}/expected.csv", "".join(f"{line.rpartition(',')[0]}\n" for line in lines))
    return f"`{column}` of {table} is given up"


def _without_rules_on(contract: Any, column: str) -> None:
    table = contract["schema"][0]
    table["quality"] = [rule for rule in table.get("quality", []) if column not in str(rule.get("query", ""))]


def pipeline_added(draft: Draft) -> str:
    """A copy of another table, under its own name and for its own files."""
    table = draft.table(lambda name: "files" in draft.pipeline(name))
    new = "extra_table"
    for part in ("contracts", "mappings", "pipelines"):
        draft.put(f"{part}/{new}.yaml", re.sub(rf"\b{table}\b", new, draft.text(f"{part}/{table}.yaml")))
    draft.put(f"transforms/{new}.sql", draft.sql(table))
    for path in [path for path in draft.own() if path.startswith(f"tests/{table}/")]:
        draft.put(path.replace(f"/{table}/", f"/{new}/"), draft.text(path))
    draft.edit(f"pipelines/{new}.yaml", lambda pipeline: pipeline.update(files="Extra-Table-*.csv"))
    return f"a pipeline {new} is added"


HANDS = (contract_widened, column_added, renamed_by_design, column_removed_by_design, pipeline_added)
KINDS: Sequence[Kind] = tuple(Kind(f"variant/{hand.__name__}", (), hand) for hand in HANDS)
