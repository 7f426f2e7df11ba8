"""The contract's rules as SQL: those that one row can break, and what a rule over a set of rows counts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.framing import framed
from pipeline.release import Check, Column, Contract, shape_of
from pipeline.warehouse import literal

LONGEST = 16777216  # what VARCHAR takes anyway


@dataclass(frozen=True)
class Rule:
    """`broken` is SQL that is true where the row breaks the rule `name` of `field` (NULL where it cannot be told)."""

    field: str
    name: str
    broken: str


def any_broken(rules: Sequence[Rule]) -> str:
    """SQL that is true or false: the row breaks one of these."""
    return f"COALESCE({' OR '.join(f'({rule.broken})' for rule in rules)}, FALSE)" if rules else "FALSE"


def row_rules(contract: Contract, row: str = "o") -> list[Rule]:
    """Every rule that one row can break; `row` is the alias of the transform's output."""
    rules = [Rule(c.name, name, sql) for c in contract.columns for name, sql in _of_column(c, f"{row}.{c.name}")]
    for check in contract.checks:
        if check.column and is_for_rows(check):
            rules += [Rule(check.column, name, sql) for name, sql in of_check(check, f"{row}.{check.column}")]
    return rules


def is_for_rows(check: Check) -> bool:
    """A rule that lets no row of a column break it judges rows; any other judges the set, in verify."""
    metrics = ("nullValues", "missingValues", "invalidValues")
    return bool(check.column) and check.metric in metrics and (check.comparison, check.value) == ("mustBe", "0")


def _of_column(column: Column, value: str) -> Iterator[tuple[str, str]]:
    name, sizes = shape_of(column.type)
    if column.required or column.key is not None:
        yield "not_null", f"{value} IS NULL"
    if column.pattern:
        yield "pattern", f"REGEXP_INSTR({value}, {literal(column.pattern)}) = 0"
    if name == "VARCHAR" and sizes[0] < LONGEST:
        yield "max_length", f"LENGTH({value}) > {sizes[0]}"
    if name == "NUMBER" and sizes[0] < 38:
        yield "range", f"ABS({value}) >= 1{'0' * (sizes[0] - sizes[1])}"


def of_check(check: Check, value: str) -> Iterator[tuple[str, str]]:
    """(rule, SQL that is true where a value breaks it) of a check that looks at one value at a time."""
    arguments: dict[str, Any] = dict(check.arguments or {})
    if check.metric == "nullValues":
        yield "null", f"{value} IS NULL"
    if valid := arguments.get("validValues"):
        yield "valid_values", f"{value} NOT IN ({listed(valid)})"
    if pattern := arguments.get("pattern"):
        yield "valid_pattern", f"REGEXP_INSTR({value}, {literal(pattern)}) = 0"
    if check.metric == "missingValues":
        missing = [m for m in arguments.get("missingValues", ()) if m is not None]
        yield "missing", f"{value} IS NULL" + (f" OR {value} IN ({listed(missing)})" if missing else "")


def listed(values: list[Any]) -> str:
    """Values of a rule as SQL literals."""
    return ", ".join(literal(value) if isinstance(value, str) else str(value) for value in values)


def counted(check: Check, relation: str, table: str) -> str:
    """One SELECT of the number that a check compares, over the query `relation`; a SQL rule finds it under the name `table`."""
    if check.metric == "sql":
        return framed(check.query or "", table, relation)
    if check.metric == "rowCount":
        return f"SELECT COUNT(*) FROM ({relation}) AS o"
    if check.metric == "duplicateValues":
        names = [check.column] if check.column else list((check.arguments or {})["properties"])
        return duplicates(relation, names)
    broken = " OR ".join(f"({sql})" for _, sql in of_check(check, f"o.{check.column}"))
    return f"SELECT COUNT_IF({broken or 'FALSE'}) FROM ({relation}) AS o"


def duplicates(relation: str, names: Sequence[str]) -> str:
    """One SELECT: how many values of these columns stand more than once. NULL is no value."""
    listed_names = ", ".join(f"o.{name}" for name in names)
    known = " AND ".join(f"o.{name} IS NOT NULL" for name in names)
    groups = f"SELECT 1 AS one FROM ({relation}) AS o WHERE {known} GROUP BY {listed_names} HAVING COUNT(*) > 1"
    return f"SELECT COUNT(*) FROM ({groups}) AS d"


def holds(check: Check, number: Decimal) -> bool:
    """Whether the counted number is what the check asks for."""
    return _COMPARISONS[check.comparison](number, Decimal(check.value))


_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "mustBe": operator.eq,
    "mustNotBe": operator.ne,
    "mustBeGreaterThan": operator.gt,
    "mustBeGreaterOrEqualTo": operator.ge,
    "mustBeLessThan": operator.lt,
    "mustBeLessOrEqualTo": operator.le,
}
