"""The quality rules of a contract as the release's checks: the standard's library metrics and SQL rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.findings import Finding
from pipeline.release import Check
from pipeline.spec import regex, sql_text
from pipeline.spec.document import Document, Path
from pipeline.spec.wording import deny, listed, shown

COMPARISONS: Final = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
)
_RANGE: Final = "mustBeBetween"  # both ends included, so it becomes two checks
_ARGUMENTS: Final = {
    "invalidValues": ("validValues", "pattern"),
    "missingValues": ("missingValues",),
    "duplicateValues": ("properties",),
}
_COLUMN_METRICS: Final = ("nullValues", "missingValues", "invalidValues", "duplicateValues")
_SET_METRICS: Final = ("rowCount", "duplicateValues")
_UNREAD: Final = ("schedule", "scheduler", "mustNotBeBetween", "rule", "engine", "implementation")


def read_checks(document: Document) -> tuple[list[Check], list[Finding]]:
    """Every rule in the order of the file: the table's, then each column's."""
    checks: list[Check] = []
    found: list[Finding] = []
    for path, rule, column in _rules(document):
        broken = list(_findings(document, path, rule, column))
        found += broken
        if not broken and rule.get("type") != "text":
            checks += _checks(rule, column)
    return checks, found


def sql_rules(document: Document) -> Iterator[tuple[Path, str]]:
    """(path of the query, query) of each SQL rule."""
    for path, rule, _ in _rules(document):
        if rule.get("type") == "sql" and isinstance(rule.get("query"), str):
            yield (*path, "query"), rule["query"]


def _rules(document: Document) -> Iterator[tuple[Path, Mapping[str, Any], str | None]]:
    table = document.value["schema"][0]
    for index, rule in enumerate(table.get("quality", ())):
        yield ("schema", 0, "quality", index), rule, None
    for place, entry in enumerate(table["properties"]):
        for index, rule in enumerate(entry.get("quality", ())):
            yield ("schema", 0, "properties", place, "quality", index), rule, entry["name"]


def _findings(document: Document, path: Path, rule: Mapping[str, Any], column: str | None) -> Iterator[Finding]:
    kind = rule.get("type", "library")
    if kind == "text":
        return
    where = document.where(path)
    if kind == "custom":
        why = "only `library`, `sql` and `text` rules are carried out."
        yield deny("contract.unsupported", where, "a custom rule has nobody who runs it.", why, "say it as SQL")
        return
    if unread := [key for key in _UNREAD if key in rule]:
        yield deny("contract.unsupported", where, f"{listed(unread)} of a rule is not carried out.", fix="remove it")
    if rule.get("unit", "rows") != "rows":
        yield deny(
            "contract.unsupported", where, "a rule counts rows.", "other units are not carried out.", "write a SQL rule"
        )
    yield from _comparison(document, path, rule)
    if kind == "library":
        yield from _metric(document, path, rule, column)


def _comparison(document: Document, path: Path, rule: Mapping[str, Any]) -> Iterator[Finding]:
    given = [key for key in (*COMPARISONS, _RANGE) if key in rule]
    where = document.where(path)
    if len(given) != 1:
        what = f"the rule compares {'with nothing' if not given else 'more than once'}."
        yield deny("contract.comparison", where, what, fix=f"keep one of {listed((*COMPARISONS, _RANGE))}")
    for key in given:
        numbers = rule[key] if key == _RANGE else [rule[key]]
        good = all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)
        if not good or (key == _RANGE and len(numbers) != 2):
            what = f"`{key}` is {shown(rule[key])}."
            yield deny("contract.comparison", document.where((*path, key)), what, "a rule counts.", "write a number")


def _metric(document: Document, path: Path, rule: Mapping[str, Any], column: str | None) -> Iterator[Finding]:
    metric, where = rule.get("metric", ""), document.where((*path, "metric"))
    fitting = _COLUMN_METRICS if column else _SET_METRICS
    if metric not in fitting:
        place = "a column" if column else "the table"
        yield deny(
            "contract.metric", where, f"{shown(metric)} is no rule of {place}.", fix=f"use one of {listed(fitting)}"
        )
        return
    allowed = _ARGUMENTS.get(metric, ())
    arguments = rule.get("arguments", {})
    for key in arguments:
        if key not in allowed:
            spot = document.where((*path, "arguments", key), key=True)
            why = f"known here: {listed(allowed)}." if allowed else f"`{metric}` takes none."
            yield deny("contract.argument", spot, f"`{metric}` has no argument {shown(key)}.", why, "remove it")
    if metric in ("invalidValues", "missingValues") and not arguments:
        yield deny(
            "contract.argument", where, f"`{metric}` does not say which.", fix=f"add `arguments` with {listed(allowed)}"
        )
    yield from _argument_values(document, path, arguments)


def _argument_values(document: Document, path: Path, arguments: Mapping[str, Any]) -> Iterator[Finding]:
    for key in ("validValues", "missingValues", "properties"):
        value, where = arguments.get(key, ["any"]), document.where((*path, "arguments", key))
        plain = isinstance(value, list) and value and all(isinstance(v, str | int | float | bool | None) for v in value)
        if not plain or len(value) > 1000:
            yield deny("contract.argument", where, f"`{key}` is no list of values.", fix="write [first, second]")
    pattern = arguments.get("pattern", "any")
    if why := regex.why_refused(pattern):
        where = document.where((*path, "arguments", "pattern"))
        yield deny("contract.pattern", where, "the pattern is refused.", why, "write a plain pattern: ^AW[0-9]{8}$")
    yield from _unknown_columns(document, path, arguments)


def _unknown_columns(document: Document, path: Path, arguments: Mapping[str, Any]) -> Iterator[Finding]:
    known = [entry["name"] for entry in document.value["schema"][0]["properties"]]
    columns = arguments.get("properties", [])
    for index, column in enumerate(columns if isinstance(columns, list) else []):
        if column not in known:
            where = document.where((*path, "arguments", "properties", index))
            what = f"the contract has no column {shown(column)}."
            yield deny("contract.column_unknown", where, what, fix=f"use one of {listed(known)}")


def _checks(rule: Mapping[str, Any], column: str | None) -> Iterator[Check]:
    sql = rule.get("type") == "sql"
    for comparison, value in _comparisons(rule):
        yield Check(
            metric="sql" if sql else rule["metric"],
            comparison=comparison,
            value=number_text(value),
            column=None if sql else column,
            arguments=None if sql or not rule.get("arguments") else _without_floats(rule["arguments"]),
            query=sql_text.fold(rule["query"]) if sql else None,
            description=rule.get("description", ""),
        )


def _comparisons(rule: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if _RANGE in rule:
        yield "mustBeGreaterOrEqualTo", rule[_RANGE][0]
        yield "mustBeLessOrEqualTo", rule[_RANGE][1]
    for key in COMPARISONS:
        if key in rule:
            yield key, rule[key]


def number_text(value: int | float) -> str:
    """A number as plain decimal text: no exponent, no zeros at its end."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _without_floats(value: Any) -> Any:
    """A release holds no float: decimals become text."""
    if isinstance(value, Mapping):
        return {key: _without_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_floats(part) for part in value]
    return number_text(value) if isinstance(value, float) else value
