"""Mutations of transforms that the reading of the statement alone must refuse: what it reads, casts, guards, counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.gate.mutation.draft import Draft, Unfit
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.select import Column, Select, read_select

CAST = re.compile(r"(.*)::[A-Z_]+(?:\([\d, ]+\))?", re.DOTALL)


def selects(draft: Draft, fits: Callable[[Select], object] = lambda _: True) -> tuple[str, Select]:
    """A table whose transform can be taken apart and fits."""
    found = [(table, parts) for table in draft.tables() if (parts := read_select(draft.sql(table)))]
    return draft.pick((table, parts) for table, parts in found if fits(parts))


def parts_of(draft: Draft, table: str) -> Select:
    """The transform of this table, taken apart."""
    parts = read_select(draft.sql(table))
    if parts is None:
        raise Unfit("the transform cannot be taken apart.", fix="try another tenant")
    return parts


def column_of(draft: Draft, fits: Callable[[Column], object]) -> tuple[str, Select, Column]:
    table, parts = selects(draft, lambda parts: any(fits(column) for column in parts.columns))
    return table, parts, draft.pick(column for column in parts.columns if fits(column))


def save(draft: Draft, table: str, parts: Select) -> None:
    draft.put(f"transforms/{table}.sql", parts.text())


def column_renamed(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda _: True)
    renamed = tuple(Column(one.sql, f"{one.name}_2") if one is column else one for one in parts.columns)
    save(draft, table, replace(parts, columns=renamed))
    return f"`{column.name}` of {table} is renamed in the transform only"


def column_missing(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda _: True)
    draft.need(len(parts.columns) > 1)
    save(draft, table, replace(parts, columns=tuple(one for one in parts.columns if one is not column)))
    return f"the transform of {table} gives no `{column.name}`"


def column_unknown(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain)
    save(draft, table, parts.with_column(column.name, f"{column.sql}_typo"))
    return f"the transform of {table} reads `{column.sql}_typo`"


def cast_removed(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: CAST.fullmatch(one.sql))
    match = CAST.fullmatch(column.sql)
    save(draft, table, parts.with_column(column.name, match[1] if match else column.sql))
    return f"`{column.name}` of {table} is not cast any more"


def division(draft: Draft) -> str:
    def number(one: Column) -> bool:
        return one.is_plain and one.name.endswith(
            ("price", "total", "cost", "freight", "tax", "received", "rate", "quantity")
        )

    table, parts, column = column_of(draft, number)
    kind = next(one["physicalType"] for one in draft.columns(table) if one["name"] == column.name)
    divided = f"({column.sql} / {column.sql})::{kind.replace(',', ', ')}"
    save(draft, table, parts.with_column(column.name, divided))
    return f"`{column.name}` of {table} divides by what may be zero"


def join_condition(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: " JOIN " in parts.tail)
    save(
        draft,
        table,
        replace(parts, tail=re.sub(r"(?:LEFT )?(JOIN \w+(?: AS \w+)?) ON [^\n]+", r"CROSS \1", parts.tail)),
    )
    return f"the join of {table} has no condition"


def join_always(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: " JOIN " in parts.tail)
    save(draft, table, replace(parts, tail=re.sub(r" ON [^\n]+", " ON 1 = 1", parts.tail)))
    return f"the join of {table} holds for every pair"


def join_inner(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: "LEFT JOIN " in parts.tail)
    save(draft, table, replace(parts, tail=parts.tail.replace("LEFT JOIN", "INNER JOIN")))
    return f"rows of {table} without a partner are lost"


def other_table(draft: Draft) -> str:
    name = draft.pick(("scratch_orders", "tmp_landed", "dual"))
    table, parts = selects(draft)
    save(draft, table, replace(parts, tail=parts.tail.replace("FROM landed", f"FROM {name}", 1)))
    return f"the transform of {table} reads {name}"


def neighbour_read(draft: Draft) -> str:
    table, parts = selects(draft)
    other = draft.pick((f"{draft.subject.neighbour}.vendors", f"{draft.subject.neighbour}__store.vendors__rows"))
    save(draft, table, replace(parts, tail=parts.tail.replace("FROM landed", f"FROM {other}", 1)))
    return f"the transform of {table} reads {other}"


def stage_read(draft: Draft) -> str:
    table, parts = selects(draft)
    source = draft.pick(("@landing", "TABLE(RESULT_SCAN('x'))", "IDENTIFIER('landed')", "INFORMATION_SCHEMA.TABLES"))
    save(draft, table, replace(parts, tail=parts.tail.replace("FROM landed", f"FROM {source}", 1)))
    return f"the transform of {table} reads {source}"


def star(draft: Draft) -> str:
    table, parts = selects(draft)
    save(draft, table, replace(parts, columns=(Column("*", "*"),)))
    return f"the transform of {table} selects everything"


def second_statement(draft: Draft) -> str:
    table = draft.table()
    more = draft.pick(("DROP TABLE landed", "SELECT 1", "GRANT ALL ON SCHEMA x TO ROLE public"))
    draft.put(f"transforms/{table}.sql", draft.sql(table).rstrip() + f";\n{more}\n")
    return f"a second statement follows in the transform of {table}"


def other_statement(draft: Draft) -> str:
    table = draft.table()
    text = draft.pick(
        ("DELETE FROM landed\n", "CREATE TABLE x AS SELECT 1 AS a\n", "CALL SYSTEM$WAIT(60)\n", "SHOW TABLES\n")
    )
    draft.put(f"transforms/{table}.sql", text)
    return f"the transform of {table} is no SELECT"


def unsteady(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.name.endswith(("_at", "_on", "_id")))
    call = draft.pick(("CURRENT_TIMESTAMP()", "CURRENT_DATE", "RANDOM()", "UUID_STRING()", "SYSDATE()"))
    save(draft, table, parts.with_column(column.name, call))
    return f"`{column.name}` of {table} is another at each run: {call}"


def unknown_function(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain)
    call = draft.pick(("my_udf", "SYSTEM$TYPEOF", "GET_DDL", "AI_COMPLETE"))
    save(draft, table, parts.with_column(column.name, f"{call}({column.sql})"))
    return f"the transform of {table} calls {call}"


def limited(draft: Draft) -> str:
    table, parts = selects(draft)
    save(draft, table, replace(parts, tail=f"{parts.tail}\nLIMIT 100"))
    return f"the transform of {table} stops after 100 rows"


def distinct(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: "GROUP BY" not in parts.tail)
    draft.put(f"transforms/{table}.sql", parts.text().replace("SELECT\n", "SELECT DISTINCT\n", 1))
    return f"the transform of {table} drops rows that look alike"


def filter_added(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: "WHERE" not in parts.tail and "GROUP" not in parts.tail)
    plain = draft.pick(column.sql for column in parts.columns if column.is_plain)
    save(draft, table, replace(parts, tail=f"{parts.tail}\nWHERE {plain} IS NOT NULL"))
    return f"the transform of {table} leaves rows out, and its pipeline does not say so"


def filter_removed(draft: Draft) -> str:
    table, parts = selects(draft, lambda parts: re.search(r"\nWHERE [^\n]+$", parts.tail))
    save(draft, table, replace(parts, tail=re.sub(r"\nWHERE [^\n]+$", "", parts.tail)))
    return f"the transform of {table} filters nothing any more"


def case_without_else(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: " ELSE " in one.sql)
    save(draft, table, parts.with_column(column.name, re.sub(r"\s+ELSE '[^']*'", "", column.sql)))
    return f"`{column.name}` of {table} is empty for other codes"


def quoted(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain and "." not in one.sql)
    save(draft, table, parts.with_column(column.name, f'"{column.sql}"'))
    return f"the transform of {table} quotes a name"


def unnamed(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: not one.is_plain)
    bare = tuple(Column(one.sql, one.sql) if one is column else one for one in parts.columns)
    save(draft, table, replace(parts, columns=bare))
    return f"a computed column of {table} has no name"


def twice(draft: Draft) -> str:
    table, parts = selects(draft)
    save(draft, table, replace(parts, columns=(*parts.columns, parts.columns[0])))
    return f"the transform of {table} gives `{parts.columns[0].name}` twice"


def unbalanced(draft: Draft) -> str:
    table, parts, column = column_of(draft, lambda one: one.is_plain)
    save(draft, table, parts.with_column(column.name, f"COALESCE({column.sql}, '' AS {column.name}"))
    return f"a bracket is left open in the transform of {table}"


def style_lower(draft: Draft) -> str:
    table = draft.table()
    draft.put(
        f"transforms/{table}.sql",
        draft.sql(table).replace("SELECT", "select", 1).replace("FROM landed", "from landed", 1),
    )
    return f"the transform of {table} is written in another way than all others"


def style_switched_off(draft: Draft) -> str:
    table = draft.table()
    draft.put(f"transforms/{table}.sql", f"-- sqlfluff:exclude_rules:all\n{draft.sql(table)}")
    return f"the transform of {table} sets the rules of its own style"


KINDS: Sequence[Kind] = (
    Kind("transform/column_renamed", ("contract.column_unfilled", "transform.column_extra"), column_renamed),
    Kind("transform/column_missing", ("contract.column_unfilled",), column_missing),
    Kind("transform/column_unknown", ("transform.column_unknown",), column_unknown),
    Kind("transform/cast_removed", ("transform.uncast", "transform.type"), cast_removed),
    Kind("transform/division", ("transform.division",), division),
    Kind("transform/join_condition", ("transform.cross_join", "transform.rows"), join_condition),
    Kind("transform/join_always", ("transform.cross_join", "transform.rows"), join_always),
    Kind("transform/join_inner", ("transform.rows", "transform.test_failed"), join_inner),
    Kind("transform/other_table", ("transform.source",), other_table),
    Kind("transform/neighbour_read", ("transform.source",), neighbour_read),
    Kind("transform/stage_read", ("transform.forbidden", "transform.source", "transform.function_unknown"), stage_read),
    Kind("transform/star", ("transform.star",), star),
    Kind("transform/second_statement", ("transform.statement",), second_statement),
    Kind("transform/other_statement", ("transform.statement",), other_statement),
    Kind("transform/unsteady", ("transform.unsteady",), unsteady),
    Kind("transform/unknown_function", ("transform.function_unknown", "transform.forbidden"), unknown_function),
    Kind("transform/limited", ("transform.forbidden",), limited),
    Kind("transform/distinct", ("transform.rows",), distinct),
    Kind("transform/filter_added", ("transform.rows",), filter_added),
    Kind("transform/filter_removed", ("transform.rows",), filter_removed),
    Kind("transform/case_without_else", ("transform.nullable",), case_without_else),
    Kind("transform/quoted", ("transform.quoted",), quoted),
    Kind("transform/unnamed", ("transform.column_unnamed",), unnamed),
    Kind("transform/twice", ("transform.column_twice",), twice),
    Kind("transform/unbalanced", ("transform.syntax",), unbalanced),
    Kind("transform/style_lower", ("transform.style",), style_lower),
    Kind("transform/style_switched_off", ("transform.style",), style_switched_off),
)
