"""Mapping and contract compiled to a Cerberus schema, and raw records judged by it.

What the mapping says of a field holds for its text. What the contract says of a column holds as well where the transform
passes the field on as it is; where it computes something, the contract is a matter of the run on sampled rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cerberus import Validator

from pipeline.gate.probes.reading import reader, text_of
from pipeline.quality import is_for_rows
from pipeline.release import Column, Contract, Field, Pipeline

Places = Mapping[tuple[str, str], Sequence[int]]


@dataclass(frozen=True)
class Judged:
    """`broken`: (source field, rule) → the numbers of the records that break it, from 1. Rules are Cerberus's: `check_with` is the
    type, `nullable` a value that must be there, `allowed` and `regex` the contract's."""

    records: int
    broken: Places


def judge(pipeline: Pipeline, records: Sequence[Any], fields: Sequence[Field]) -> Judged:
    """Every record, by these fields of the mapping."""
    validator = Validator(schema(pipeline, fields), allow_unknown=True)
    broken: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, record in enumerate(records, 1):
        validator.validate({field.source: _text(field, record, pipeline) for field in fields})
        for field in fields:
            node = validator.document_error_tree[field.source]
            for error in node.errors if node else ():
                broken[field.source, error.rule or "check_with"].append(number)  # a check of ours has no name
    return Judged(len(records), broken)


def _text(field: Field, record: Any, pipeline: Pipeline) -> str | None:
    text = text_of(record, field.source, pipeline.mapping)
    return field.default if text is None else text


def schema(pipeline: Pipeline, fields: Sequence[Field]) -> dict[str, dict[str, Any]]:
    """By source field."""
    passed = passed_on(pipeline.transform)
    columns = {column.name: column for column in pipeline.contract.columns}
    return {
        field.source: {**_of_mapping(field), **_of_contract(field, columns, pipeline.contract, passed)}
        for field in fields
    }


def _of_mapping(field: Field) -> dict[str, Any]:
    return {"type": "string", "nullable": not field.required, "check_with": _check(field)}


def _check(field: Field) -> Callable[[str, Any, Callable[[str, str], None]], None]:
    reads = reader(field)

    def check(name: str, value: Any, error: Callable[[str, str], None]) -> None:
        if value is not None and not reads(value):
            error(name, f"does not read as {field.type}")

    return check


def _of_contract(
    field: Field, columns: Mapping[str, Column], contract: Contract, passed: Mapping[str, str]
) -> dict[str, Any]:
    """What the contract says of the column that is this field's, unchanged."""
    column = columns.get(passed.get(field.column, ""))
    if column is None:
        return {}
    said: dict[str, Any] = {"nullable": False} if column.required or column.key is not None else {}
    if column.pattern:
        said["regex"] = f".*(?:{column.pattern}).*"  # anywhere in the text, as Snowflake looks
    valid = [check.arguments or {} for check in contract.checks if check.column == column.name and is_for_rows(check)]
    values = next((arguments["validValues"] for arguments in valid if "validValues" in arguments), None)
    if values and all(isinstance(value, str) for value in values):
        said |= {"allowed": [*values, None]}
    return said


def passed_on(transform: str) -> dict[str, str]:
    """landed column → column of the result that is nothing but it."""
    from sqlglot import exp

    from pipeline.validate.statement import read

    statement, _ = read(transform)
    if statement is None or statement.tree.args.get("with_") or statement.tree.args.get("with"):
        return {}
    bare = {projection.name: projection.node.unalias() for projection in statement.projections}
    return {node.name.lower(): name for name, node in bare.items() if isinstance(node, exp.Column)}
