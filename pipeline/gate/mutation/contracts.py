"""Mutations of contracts: keys, types, promises, words, and what readers were told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipeline.gate.mutation.draft import Draft, with_columns
from pipeline.gate.mutation.kind import Kind

BREAKING = "change.contract_breaking_needs_major"


def _file(table: str) -> str:
    return f"contracts/{table}.yaml"


def _columns(draft: Draft, table: str, work: Any) -> None:
    draft.edit(_file(table), with_columns(work))


def _set(draft: Draft, table: str, column: str, **new: Any) -> None:
    _columns(draft, table, lambda every: next(one for one in every if one["name"] == column).update(new))


def _drop(draft: Draft, table: str, column: str, *keys: str) -> None:
    def work(every: list[dict[str, Any]]) -> None:
        found = next(one for one in every if one["name"] == column)
        for key in keys:
            found.pop(key, None)

    _columns(draft, table, work)


def _pick(draft: Draft, fits: Any) -> tuple[str, str]:
    """A table and a column of it."""
    pairs = [(table, one["name"]) for table in draft.tables() for one in draft.columns(table) if fits(one)]
    return draft.pick(pairs)


def column_renamed(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: not one.get("primaryKey"))
    _set(draft, table, column, name=f"{column}_new")
    return f"`{column}` of {table} is renamed in the contract only"


def column_added(draft: Draft) -> str:
    table = draft.table()
    new = {"name": "credit_limit", "logicalType": "number", "physicalType": "NUMBER(19,4)"}
    _columns(draft, table, lambda every: every.append(new))
    return f"the contract of {table} promises a column that nobody fills"


def key_nullable(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one.get("primaryKey"))
    _drop(draft, table, column, "required")
    return f"the key `{column}` of {table} may be empty"


def key_position(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one.get("primaryKey"))
    _set(draft, table, column, primaryKeyPosition=7)
    return f"the key `{column}` of {table} stands at place 7"


def loosened(draft: Draft) -> str:
    """What readers took for granted may now be empty, and the version does not say so."""
    table, column = _pick(draft, lambda one: one.get("required") and not one.get("primaryKey"))
    _drop(draft, table, column, "required")
    return f"`{column}` of {table} may be empty from now on"


def narrowed(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: re.search(r"\((?!38,0)\d\d", one["physicalType"]))
    kind = next(one["physicalType"] for one in draft.columns(table) if one["name"] == column)
    _set(draft, table, column, physicalType="NUMBER(5,2)" if kind.startswith("NUMBER") else "VARCHAR(2)")
    return f"`{column}` of {table} is narrower than what fills it"


def other_family(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one["physicalType"] == "DATE" or one["physicalType"].startswith("NUMBER"))
    _set(draft, table, column, physicalType="VARCHAR(40)", logicalType="string")
    return f"`{column}` of {table} is text in the contract"


def logical_type(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one["physicalType"].startswith("NUMBER"))
    _set(draft, table, column, logicalType="date")
    return f"`{column}` of {table} is a date to people and a number to the table"


def type_unknown(draft: Draft) -> str:
    table, column = _pick(draft, lambda _: True)
    _set(draft, table, column, physicalType=draft.pick(("MONEY", "NUMBER(99,0)", "VARCHAR", "STRING(10)")))
    return f"the type of `{column}` of {table} is none"


def column_twice(draft: Draft) -> str:
    table = draft.table()
    _columns(draft, table, lambda every: every.append(dict(every[0], name=every[0]["name"])))
    return f"the contract of {table} has a column twice"


def column_order(draft: Draft) -> str:
    table = draft.table(lambda name: len(draft.columns(name)) > 2)
    _columns(draft, table, lambda every: every.append(every.pop(0)))
    return f"the contract of {table} lists its columns in another order"


def identity(draft: Draft) -> str:
    table, other = draft.table(), draft.subject.neighbour
    draft.edit(_file(table), lambda contract: contract.update(id=f"urn:acmeconnect:{other}:{table}"))
    return f"the contract of {table} is called that of {other}"


def two_tables(draft: Draft) -> str:
    table = draft.table()
    draft.edit(_file(table), lambda contract: contract["schema"].append(dict(contract["schema"][0], name="extra")))
    return f"the contract of {table} describes two tables"


def version_no_version(draft: Draft) -> str:
    table = draft.table()
    draft.edit(
        _file(table), lambda contract: contract.update(version=draft.pick(("1", "v1.0.0", "1.0.0-beta", "next")))
    )
    return f"the version of {table} is none"


def freshness_gone(draft: Draft) -> str:
    table = draft.table()
    draft.edit(_file(table), lambda contract: contract.pop("slaProperties"))
    return f"{table} promises no freshness"


def latency_wrong(draft: Draft) -> str:
    table = draft.table()

    def work(contract: Any) -> None:
        for promise in contract["slaProperties"]:
            if promise["property"] == "latency":
                promise.update(value=draft.pick((-1, 0, "soon")))

    draft.edit(_file(table), work)
    return f"{table} promises a latency that is none"


def unclassified(draft: Draft) -> str:
    telling = re.compile(r"account_number|email|phone|iban|birth|first_name|last_name")
    table, column = _pick(draft, lambda one: one.get("classification") and telling.search(one["name"]))
    _drop(draft, table, column, "classification")
    return f"`{column}` of {table} is not classified any more"


def class_unknown(draft: Draft) -> str:
    table, column = _pick(draft, lambda _: True)
    _set(draft, table, column, classification="secretish")
    return f"`{column}` of {table} is classified by a word that is none"


def declassified(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one.get("classification") in ("confidential", "restricted"))
    _set(draft, table, column, classification="public")
    return f"`{column}` of {table} is public from now on"


def metric_unknown(draft: Draft) -> str:
    table, column = _pick(draft, lambda _: True)
    rule = {"type": "library", "metric": draft.pick(("nulValues", "freshness", "duplicates")), "mustBe": 0}
    _set(draft, table, column, quality=[rule])
    return f"a rule of `{column}` of {table} counts what nobody can count"


def _rule_of_table(draft: Draft, query: str) -> str:
    table = draft.table()
    rule = {"type": "sql", "description": "d", "query": query.replace("TABLE", table), "mustBe": 0}
    draft.edit(_file(table), lambda contract: contract["schema"][0].setdefault("quality", []).append(rule))
    return table


def rule_of_neighbour(draft: Draft) -> str:
    table = _rule_of_table(draft, f"SELECT COUNT(*) FROM {draft.subject.neighbour}.vendors")
    return f"a rule of {table} reads a neighbour's table"


def rule_with_harm(draft: Draft) -> str:
    harm = draft.pick(("DELETE FROM TABLE", "SELECT COUNT(*) FROM TABLE; DROP TABLE TABLE", "SELECT SYSTEM$WAIT(60)"))
    return f"a rule of {_rule_of_table(draft, harm)} does more than count"


def rule_of_no_column(draft: Draft) -> str:
    table = _rule_of_table(draft, "SELECT COUNT(*) FROM TABLE WHERE no_such_column < 0")
    return f"a rule of {table} names a column that is not there"


def valid_values_gone(draft: Draft) -> str:
    """The column's own rule goes, and with it what stopped unknown words."""
    table, column = _pick(draft, lambda one: one.get("quality"))
    _drop(draft, table, column, "quality")
    return f"`{column}` of {table} takes every value from now on"


def rules_gone(draft: Draft) -> str:
    table = draft.table(lambda name: draft.read(_file(name))["schema"][0].get("quality"))
    draft.edit(_file(table), lambda contract: contract["schema"][0].pop("quality"))
    return f"{table} has no rules of quality any more"


def bad_pattern(draft: Draft) -> str:
    table, column = _pick(draft, lambda one: one["physicalType"].startswith("VARCHAR"))
    _set(draft, table, column, logicalTypeOptions={"pattern": draft.pick(("([A-Z]+", "(a+)+$", "[z-a]"))})
    return f"the pattern of `{column}` of {table} cannot be used"


def column_dropped(draft: Draft) -> str:
    """From contract, transform and test alike, so that only the readers are left out."""
    table, column = _pick(draft, lambda one: not one.get("primaryKey") and "quality" not in one)
    _columns(draft, table, lambda every: every.remove(next(one for one in every if one["name"] == column)))
    return f"`{column}` of {table} is gone"


def version_lowered(draft: Draft) -> str:
    table = draft.table()
    draft.edit(_file(table), lambda contract: contract.update(version="0.9.0"))
    return f"the version of {table} goes back to 0.9.0"


def column_retyped(draft: Draft) -> str:
    """On both sides, so that only the readers are surprised."""

    def plain(table: str, one: dict[str, Any]) -> bool:
        return any(field["column"] == one["name"] and field["type"] == "DATE" for field in draft.fields(table).values())

    pairs = [(table, one["name"]) for table in draft.tables() for one in draft.columns(table) if plain(table, one)]
    table, column = draft.pick(pairs)
    _set(draft, table, column, physicalType="TIMESTAMP_NTZ(3)", logicalType="timestamp")

    def work(mapping: Any) -> None:
        next(one for one in mapping["fields"].values() if one["column"] == column).update(type="TIMESTAMP_NTZ(3)")

    draft.edit(f"mappings/{table}.yaml", work)
    return f"`{column}` of {table} is a timestamp from now on, no longer a date"


KINDS: Sequence[Kind] = (
    Kind("contract/column_renamed", ("contract.column_unfilled",), column_renamed),
    Kind("contract/column_added", ("contract.column_unfilled",), column_added),
    Kind("contract/key_nullable", ("contract.key_nullable",), key_nullable),
    Kind("contract/key_position", ("contract.key_position",), key_position),
    Kind("contract/loosened", (BREAKING,), loosened),
    Kind("contract/narrowed", ("transform.type", "transform.uncast"), narrowed),
    Kind("contract/other_family", ("transform.type",), other_family),
    Kind("contract/logical_type", ("contract.type_mismatch",), logical_type),
    Kind("contract/type_unknown", ("contract.type_unknown",), type_unknown),
    Kind("contract/column_twice", ("contract.duplicate_column",), column_twice),
    Kind("contract/column_order", ("transform.column_order",), column_order),
    Kind("contract/identity", ("contract.identity",), identity),
    Kind("contract/two_tables", ("contract.one_table",), two_tables),
    Kind("contract/version_no_version", ("contract.version",), version_no_version),
    Kind("contract/freshness_gone", ("tenant.freshness_promised",), freshness_gone),
    Kind("contract/latency_wrong", ("contract.latency", "tenant.freshness_promised"), latency_wrong),
    Kind("contract/unclassified", ("tenant.classified_columns",), unclassified),
    Kind("contract/class_unknown", ("contract.classification", "tenant.classified_columns"), class_unknown),
    Kind("contract/declassified", ("change.classification_lowered",), declassified),
    Kind("contract/metric_unknown", ("contract.metric", "document.wrong_value"), metric_unknown),
    Kind("contract/rule_of_neighbour", ("contract.query",), rule_of_neighbour),
    Kind("contract/rule_with_harm", ("contract.query",), rule_with_harm),
    Kind("contract/rule_of_no_column", ("contract.query",), rule_of_no_column),
    Kind("contract/valid_values_gone", (BREAKING,), valid_values_gone),
    Kind("contract/rules_gone", (BREAKING,), rules_gone),
    Kind("contract/bad_pattern", ("contract.pattern",), bad_pattern),
    Kind("contract/column_dropped", (BREAKING, "transform.column_extra"), column_dropped),
    Kind("contract/version_lowered", ("change.contract_version_lowered",), version_lowered),
    Kind("contract/column_retyped", (BREAKING,), column_retyped),
)
