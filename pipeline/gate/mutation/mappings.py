"""Mutations of mappings and of the tests' records: names, types, forms and delimiters that the source does not send."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.transforms import parts_of

FAILED = "transform.test_failed"


def _file(table: str) -> str:
    return f"mappings/{table}.yaml"


def _pick(draft: Draft, fits: Any) -> tuple[str, str]:
    """A table and a source field of it."""
    return draft.pick(
        (table, name) for table in draft.tables() for name, one in draft.fields(table).items() if fits(one)
    )


def _set(draft: Draft, table: str, field: str, **new: Any) -> None:
    draft.edit(_file(table), lambda mapping: mapping["fields"][field].update(new))


def column_renamed(draft: Draft) -> str:
    table, field = _pick(draft, lambda _: True)
    column = draft.fields(table)[field]["column"]
    _set(draft, table, field, column=f"{column}_x")
    return f"`{column}` of {table} is renamed in the mapping only"


def field_renamed(draft: Draft) -> str:
    table, field = _pick(draft, lambda _: True)

    def work(mapping: Any) -> None:
        mapping["fields"] = {f"{name}s" if name == field else name: one for name, one in mapping["fields"].items()}

    draft.edit(_file(table), work)
    return f"the field {field} of {table} is called {field}s"


def field_dropped(draft: Draft) -> str:
    table, field = _pick(draft, lambda _: True)
    draft.edit(_file(table), lambda mapping: mapping["fields"].pop(field))
    return f"the mapping of {table} lost {field}"


def not_required(draft: Draft) -> str:
    def promised(table: str, one: dict[str, Any]) -> bool:
        return any(column["name"] == one["column"] and column.get("required") for column in draft.columns(table))

    every = [
        (t, f) for t in draft.tables() for f, one in draft.fields(t).items() if one.get("required") and promised(t, one)
    ]
    table, field = draft.pick(every)
    draft.edit(_file(table), lambda mapping: mapping["fields"][field].pop("required"))
    return f"{field} of {table} may be empty, and the contract requires it"


def form_broken(draft: Draft) -> str:
    table, field = _pick(draft, lambda one: "parse" in one)
    _set(draft, table, field, parse=draft.pick(("%Y-%m-%d", "yyyy-mm-dd", "whenever", "YYYY-MM-DDThh")))
    return f"{field} of {table} is read by a form that is none"


def form_other(draft: Draft) -> str:
    """A form that exists, and that the source does not send."""
    table, field = _pick(draft, lambda one: "parse" in one)
    _set(draft, table, field, parse=draft.pick(("DD/MM/YYYY", "YYYYMMDD", "MM-DD-YYYY HH24:MI")))
    return f"{field} of {table} is read by another form"


def delimiter(draft: Draft) -> str:
    table = draft.table(lambda name: draft.read(_file(name))["format"]["kind"] == "csv")
    draft.edit(_file(table), lambda mapping: mapping["format"].update(delimiter=draft.pick((";", "|", "\t"))))
    return f"the mapping of {table} splits by another delimiter"


def column_twice(draft: Draft) -> str:
    table = draft.table(lambda name: len(draft.fields(name)) > 1)
    first, second = list(draft.fields(table))[:2]
    _set(draft, table, second, column=draft.fields(table)[first]["column"])
    return f"two fields of {table} fill one column"


def mapped_and_skipped(draft: Draft) -> str:
    table, field = _pick(draft, lambda _: True)
    draft.edit(_file(table), lambda mapping: mapping.update(skip=[*mapping.get("skip", []), field]))
    return f"{field} of {table} is mapped and skipped"


def csv_of_api(draft: Draft) -> str:
    table = draft.table(lambda name: "resource" in draft.pipeline(name))
    draft.edit(_file(table), lambda mapping: mapping.update(format={"kind": "csv"}))
    return f"the mapping of {table} reads CSV from an API"


def default_wrong(draft: Draft) -> str:
    table, field = _pick(draft, lambda one: one["type"].startswith(("NUMBER", "DATE", "BOOLEAN")))
    _set(draft, table, field, default="n/a")
    return f"the default of {field} of {table} is no value of its type"


def type_unknown(draft: Draft) -> str:
    table, field = _pick(draft, lambda _: True)
    _set(draft, table, field, type=draft.pick(("TEXT", "INT", "NUMBER(40,0)", "NUMBER(38, 0)", "DECIMAL(10,2)")))
    return f"the type of {field} of {table} is none"


def type_other(draft: Draft) -> str:
    table, field = _pick(draft, lambda one: one["type"].startswith(("VARCHAR", "DATE")))
    _set(draft, table, field, type="NUMBER(38,0)")
    draft.edit(_file(table), lambda mapping: mapping["fields"][field].pop("parse", None))
    return f"{field} of {table} is read as a number"


def type_narrowed(draft: Draft) -> str:
    """Too narrow for the records of the test: they would be quarantined."""
    table, field = _pick(
        draft, lambda one: one["type"] in ("VARCHAR(100)", "VARCHAR(15)", "VARCHAR(10)", "VARCHAR(25)", "VARCHAR(50)")
    )
    _set(draft, table, field, type="VARCHAR(2)")
    return f"{field} of {table} takes two characters"


def two_fields_swapped(draft: Draft) -> str:
    """Fields of one type whose columns go through as they are, and differ in the test's rows."""
    pairs = [(table, *pair) for table in draft.tables() for pair in _alike(draft, table)]
    table, first, second = draft.pick(pairs)
    fields = draft.fields(table)
    _set(draft, table, first, column=fields[second]["column"])
    _set(draft, table, second, column=fields[first]["column"])
    return f"{first} and {second} of {table} land in each other's column"


def _alike(draft: Draft, table: str) -> list[tuple[str, str]]:
    rows, fields = draft.expected(table), draft.fields(table)
    through = {column.sql for column in parts_of(draft, table).columns if column.is_plain}
    kept = {name: one for name, one in fields.items() if one["column"] in through}
    return [
        (first, second)
        for first, second in combinations(kept, 2)
        if kept[first]["type"] == kept[second]["type"]
        and any(row.get(kept[first]["column"]) != row.get(kept[second]["column"]) for row in rows)
    ]


def unused(draft: Draft) -> str:
    table = draft.table(lambda name: draft.read(_file(name)).get("skip"))
    field = draft.read(_file(table))["skip"][0]

    def work(mapping: Any) -> None:
        mapping["skip"].remove(field)
        mapping["fields"][field] = {"column": "landed_for_nobody", "type": "VARCHAR(200)"}

    draft.edit(_file(table), work)
    return f"{field} of {table} is landed, and nobody uses it"


def unskipped(draft: Draft) -> str:
    table = draft.table(lambda name: draft.read(_file(name)).get("skip"))
    draft.edit(_file(table), lambda mapping: mapping["skip"].pop(0))
    return f"the mapping of {table} does not know a field that comes"


def header_unknown(draft: Draft) -> str:
    table = draft.table()
    file = f"tests/{table}/expected.csv"
    header, _, rest = draft.text(file).partition("\n")
    draft.put(file, f"{header}_x\n{rest}")
    return f"the expected rows of {table} have another header"


def row_missing(draft: Draft) -> str:
    table = draft.table(lambda name: draft.text(f"tests/{name}/expected.csv").count("\n") > 2)
    file = f"tests/{table}/expected.csv"
    lines = draft.text(file).splitlines()
    lines.pop(draft.random.randrange(1, len(lines)))
    draft.put(file, "\n".join(lines) + "\n")
    return f"the test of {table} expects a row less"


def test_emptied(draft: Draft) -> str:
    """A test without records passes whatever the transform does."""
    table = draft.table()
    for path in [path for path in draft.own() if path.startswith(f"tests/{table}/")]:
        draft.put(path, "" if path.endswith(".jsonl") else draft.text(path).partition("\n")[0] + "\n")
    return f"the test of {table} has no records any more"


KINDS: Sequence[Kind] = (
    Kind("mapping/column_renamed", ("transform.column_unknown",), column_renamed),
    Kind("mapping/field_renamed", ("reference.test_header", FAILED), field_renamed),
    Kind("mapping/field_dropped", ("transform.column_unknown", "reference.test_header"), field_dropped),
    Kind("mapping/not_required", ("transform.nullable", "contract.key_nullable"), not_required),
    Kind("mapping/form_broken", ("mapping.parse",), form_broken),
    Kind("mapping/form_other", (FAILED,), form_other),
    Kind("mapping/delimiter", ("reference.test_header", FAILED), delimiter),
    Kind("mapping/column_twice", ("mapping.column_twice",), column_twice),
    Kind("mapping/mapped_and_skipped", ("mapping.field_twice",), mapped_and_skipped),
    Kind("mapping/csv_of_api", ("mapping.format",), csv_of_api),
    Kind("mapping/default_wrong", ("mapping.default",), default_wrong),
    Kind("mapping/type_unknown", ("document.column_type",), type_unknown),
    Kind("mapping/type_other", ("transform.type", "transform.comparison", "transform.uncast", FAILED), type_other),
    Kind("mapping/type_narrowed", (FAILED, "transform.type"), type_narrowed),
    Kind("mapping/two_fields_swapped", (FAILED, "transform.nullable"), two_fields_swapped),
    Kind("mapping/unused", ("mapping.column_unused",), unused, level="warn"),
    Kind("mapping/unskipped", ("reference.test_header",), unskipped),
    Kind("test/header_unknown", ("reference.test_header",), header_unknown),
    Kind("test/row_missing", (FAILED,), row_missing),
    Kind("test/emptied", ("reference.test_empty", "tenant.transform_tested"), test_emptied),
)
