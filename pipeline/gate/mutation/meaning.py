"""Mutations of transforms that are sound SQL with another meaning: only the tests beside them can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from pipeline.gate.mutation.draft import Draft, Unfit
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.select import Column, Select
from pipeline.gate.mutation.transforms import column_of, parts_of, save, selects

FAILED = "transform.test_failed"
SUM = re.compile(r"\((\w+(?:\.\w+)?) ([-+*]) (.+)\)(::.+)", re.DOTALL)


def _computed(draft: Draft) -> tuple[str, Select, Column, re.Match[str]]:
    table, parts, column = column_of(draft, lambda one: SUM.fullmatch(one.sql))
    match = SUM.fullmatch(column.sql)
    if match is None:
        raise Unfit("nothing is computed.", fix="try another tenant")
    return table, parts, column, match


def unit_changed(draft: Draft) -> str:
    """Cents for euros: the type still holds."""
    table, parts, column = column_of(draft, lambda one: "::NUMBER(19, 4)" in one.sql)
    save(
        draft,
        table,
        parts.with_column(column.name, column.sql.replace(")::NUMBER", ") * 100)::NUMBER").replace("(", "((", 1)),
    )
    return f"`{column.name}` of {table} is a hundred times as much"


def operator_flipped(draft: Draft) -> str:
    table, parts, column, match = _computed(draft)
    other = {"+": "-", "-": "+", "*": "+"}[match[2]]
    save(draft, table, parts.with_column(column.name, f"({match[1]} {other} {match[3]}){match[4]}"))
    return f"`{column.name}` of {table} says {other} for {match[2]}"


def part_dropped(draft: Draft) -> str:
    table, parts, column, match = _computed(draft)
    save(draft, table, parts.with_column(column.name, f"({match[1]}){match[4]}"))
    return f"`{column.name}` of {table} forgets {match[3]}"


def columns_swapped(draft: Draft) -> str:
    """Two columns of one type, each under the other's name, that differ in the test's rows."""
    table, first, second = draft.pick((table, *pair) for table in draft.tables() for pair in _alike(draft, table))
    parts = parts_of(draft, table)
    sql = {column.name: column.sql for column in parts.columns}
    save(draft, table, parts.with_column(first, sql[second]).with_column(second, sql[first]))
    return f"`{first}` and `{second}` of {table} hold each other's values"


def _alike(draft: Draft, table: str) -> list[tuple[str, str]]:
    rows, given = draft.expected(table), {column.name for column in parts_of(draft, table).columns}
    kinds = {
        one["name"]: (one["physicalType"], bool(one.get("required")))
        for one in draft.columns(table)
        if one["name"] in given
    }
    return [
        (first, second)
        for first, second in combinations(kinds, 2)
        if kinds[first] == kinds[second] and any(row[first] != row[second] for row in rows)
    ]


def label_changed(draft: Draft) -> str:
    """Labels of which the test's rows hold one."""

    def shown(table: str, column: Column) -> list[str]:
        labels = re.findall(r"THEN '(\w+)'", column.sql)
        return [label for label in labels if any(row.get(column.name) == label for row in draft.expected(table))]

    table, column, label = draft.pick(
        (table, column, label)
        for table in draft.tables()
        for column in parts_of(draft, table).columns
        if column.sql.startswith("CASE")
        for label in shown(table, column)
    )
    other = draft.pick(set(re.findall(r"THEN '(\w+)'", column.sql)) - {label})
    swapped = column.sql.replace(f"'{label}'", "'?'").replace(f"'{other}'", f"'{label}'").replace("'?'", f"'{other}'")
    save(draft, table, parts_of(draft, table).with_column(column.name, swapped))
    return f"`{label}` and `{other}` of {table} changed places"


def filter_inverted(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: re.search(r"WHERE \S+ (>|<>|<=|>=|IS NOT NULL)", parts.tail))
    turned = {">": "<=", "<>": "=", "<=": ">", ">=": "<", "IS NOT NULL": "IS NULL"}
    tail = re.sub(
        r"(WHERE \S+ )(IS NOT NULL|<>|<=|>=|>)", lambda match: match[1] + turned[match[2]], parts.tail, count=1
    )
    save(draft, table, replace(parts, tail=tail))
    return f"the transform of {table} keeps what it left out"


def null_hidden(draft: Draft) -> str:
    """An empty value becomes a word or a zero that nobody sent."""
    values = {"NUMBER": "0", "VARCHAR": "'-'", "DATE": "'1970-01-01'::DATE"}
    table, name, value = draft.pick(
        (table, one["name"], values[kind])
        for table in draft.tables()
        for one in draft.columns(table)
        if (kind := one["physicalType"].partition("(")[0]) in values
        and any(not row[one["name"]] for row in draft.expected(table))
        and any(column.name == one["name"] and column.is_plain for column in parts_of(draft, table).columns)
    )
    parts = parts_of(draft, table)
    sql = next(column.sql for column in parts.columns if column.name == name)
    save(draft, table, parts.with_column(name, f"COALESCE({sql}, {value})"))
    return f"`{name}` of {table} is {value} where it is empty"


def sum_averaged(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.sql.startswith("SUM("))
    word = draft.pick(("MAX", "MIN"))
    save(draft, table, parts.with_column(column.name, column.sql.replace("SUM(", f"{word}(", 1)))
    return f"`{column.name}` of {table} is a {word} and no sum"


def text_cut(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain and one.name.endswith("name"))
    save(draft, table, parts.with_column(column.name, f"LEFT({column.sql}, 3)"))
    return f"`{column.name}` of {table} is cut after three letters"


def sign_lost(draft: Draft) -> str:
    table, parts, column, match = _computed(draft)
    save(draft, table, parts.with_column(column.name, f"(-1 * ({match[1]} {match[2]} {match[3]})){match[4]}"))
    return f"`{column.name}` of {table} has the other sign"


def rounded(draft: Draft) -> str:
    """Within the type, and no longer exact."""
    table, parts, column = column_of(draft, lambda one: one.sql.endswith("::NUMBER(19, 4)"))
    save(
        draft,
        table,
        parts.with_column(column.name, f"ROUND({column.sql.removesuffix('::NUMBER(19, 4)')}, -2)::NUMBER(19, 4)"),
    )
    return f"`{column.name}` of {table} is rounded to hundreds"


def boolean_turned(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain and one.name.startswith("is_"))
    save(draft, table, parts.with_column(column.name, f"NOT {column.sql}"))
    return f"`{column.name}` of {table} says the opposite"


KINDS: Sequence[Kind] = (
    Kind("meaning/unit_changed", (FAILED,), unit_changed),
    Kind("meaning/operator_flipped", (FAILED,), operator_flipped),
    Kind("meaning/part_dropped", (FAILED,), part_dropped),
    Kind("meaning/columns_swapped", (FAILED,), columns_swapped),
    Kind("meaning/label_changed", (FAILED,), label_changed),
    Kind("meaning/filter_inverted", (FAILED,), filter_inverted),
    Kind("meaning/null_hidden", (FAILED,), null_hidden),
    Kind("meaning/sum_averaged", (FAILED,), sum_averaged),
    Kind("meaning/text_cut", (FAILED,), text_cut),
    Kind("meaning/sign_lost", (FAILED,), sign_lost),
    Kind("meaning/rounded", (FAILED,), rounded),
    Kind("meaning/boolean_turned", (FAILED,), boolean_turned),
)
