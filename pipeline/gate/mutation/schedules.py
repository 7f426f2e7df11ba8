"""Mutations of pipelines: when they start, what they fetch, how they write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.gate.mutation.draft import Draft
from pipeline.gate.mutation.kind import Kind


def _file(table: str) -> str:
    return f"pipelines/{table}.yaml"


def _change(draft: Draft, table: str, **new: Any) -> None:
    draft.edit(_file(table), lambda pipeline: pipeline.update(new))


def cron_broken(draft: Draft) -> str:
    table, schedule = (
        draft.table(),
        draft.pick(("H * * *", "99 * * * *", "@hourly", "H * * * * *", "*/0 * * * *", "H H L * *")),
    )
    _change(draft, table, schedule=schedule)
    return f"{_file(table)} starts at `{schedule}`"


def cron_never(draft: Draft) -> str:
    table, schedule = draft.table(), draft.pick(("H H 30 2 *", "0 0 31 4,6,9,11 *"))
    _change(draft, table, schedule=schedule)
    return f"{_file(table)} starts at `{schedule}`: never"


def cron_too_often(draft: Draft) -> str:
    table, schedule = draft.table(), draft.pick(("* * * * *", "*/2 * * * *", "0-59 * * * *"))
    _change(draft, table, schedule=schedule)
    return f"{_file(table)} starts at `{schedule}`"


def connector_typo(draft: Draft) -> str:
    table = draft.table()
    _change(draft, table, connector=draft.pipeline(table)["connector"] + "x")
    return f"{_file(table)} names a connector that is not there"


def pattern_of_another(draft: Draft) -> str:
    """The other's own pattern, or one so wide that it takes its files."""
    connectors: dict[str, list[str]] = {}
    for table in draft.tables(lambda name: "files" in draft.pipeline(name)):
        connectors.setdefault(draft.pipeline(table)["connector"], []).append(table)
    tables = draft.pick(tables for tables in connectors.values() if len(tables) > 1)
    first, second = draft.random.sample(tables, 2)
    pattern = draft.pick(("*.csv.gz", draft.pipeline(second)["files"], "*_*"))
    _change(draft, first, files=pattern)
    return f"{_file(first)} takes `{pattern}`, files of {second} too"


def pattern_takes_marker(draft: Draft) -> str:
    def marked(table: str) -> bool:
        pipeline = draft.pipeline(table)
        complete = draft.read(f"connectors/{pipeline['connector']}.yaml").get("complete_when", {})
        return "files" in pipeline and complete.get("marker") == "*.done"

    table = draft.table(marked)
    _change(draft, table, files=draft.pipeline(table)["files"].removesuffix(".csv.gz") + "*")
    return f"{_file(table)} takes the markers too"


def pattern_with_path(draft: Draft) -> str:
    table = draft.table(lambda name: "files" in draft.pipeline(name))
    _change(draft, table, files=f"../{draft.subject.neighbour}/*.csv")
    return f"{_file(table)} looks into another directory"


def wrong_fetch(draft: Draft) -> str:
    table = draft.table()
    if "files" in draft.pipeline(table):
        _change(draft, table, resource="/orders")
    else:
        _change(draft, table, files="orders_*.csv")
    return f"{_file(table)} says what another kind of connector reads"


def resource_of_another(draft: Draft) -> str:
    table = draft.table(lambda name: "resource" in draft.pipeline(name))
    resource = draft.pick(("https://elsewhere.example/x", "/a/../../admin", "/orders?all=1"))
    _change(draft, table, resource=resource)
    return f"{_file(table)} asks for {resource}"


def merge_without_key(draft: Draft) -> str:
    table = draft.table(lambda name: draft.pipeline(name)["write"] == "merge")

    def work(contract: Any) -> None:
        for column in contract["schema"][0]["properties"]:
            column.pop("primaryKey", None)
            column.pop("primaryKeyPosition", None)

    draft.edit(f"contracts/{table}.yaml", work)
    return f"{table} merges, and its key is gone"


def version_unknown(draft: Draft) -> str:
    table = draft.table(lambda name: draft.pipeline(name)["write"] == "merge")
    _change(draft, table, version=["changed_at_last"])
    return f"{table} decides by a column that it does not have"


def version_nullable(draft: Draft) -> str:
    table = draft.table(lambda name: draft.pipeline(name)["write"] == "merge" and _nullable(draft, name))
    column = draft.pick(_nullable(draft, table))
    _change(draft, table, version=[column])
    return f"{table} decides by `{column}`, which may be empty"


def _nullable(draft: Draft, table: str) -> list[str]:
    return [column["name"] for column in draft.columns(table) if not column.get("required")]


def version_without_merge(draft: Draft) -> str:
    table = draft.table(lambda name: draft.pipeline(name)["write"] != "merge")
    _change(draft, table, version=[draft.columns(table)[0]["name"]])
    return f"{table} has a version and does not merge"


def watermark_field(draft: Draft) -> str:
    table = draft.table(lambda name: "resource" in draft.pipeline(name) and draft.pipeline(name)["write"] == "merge")
    _change(draft, table, watermark={"field": "ChangedSince", "parameter": "since"})
    return f"{table} has a watermark on a field that nobody knows"


def watermark_replaces(draft: Draft) -> str:
    table = draft.table(lambda name: "resource" in draft.pipeline(name))
    field = draft.pick(draft.fields(table))
    _change(draft, table, watermark={"field": field, "parameter": "since"}, write=draft.pick(("replace", "append")))
    draft.edit(_file(table), lambda pipeline: pipeline.pop("version", None))
    return f"{table} asks for what changed and takes it for all"


def rows_wrong(draft: Draft) -> str:
    table = draft.table()
    said = draft.pipeline(table).get("rows", "one_to_one")
    other = draft.pick({"one_to_one", "filters", "aggregates", "explodes"} - {said})
    _change(draft, table, rows=other)
    return f"{table} says `rows: {other}` instead of {said}"


def untested(draft: Draft) -> str:
    table = draft.table()
    gone = draft.pick(("input", "expected"))
    for path in [path for path in draft.own() if path.startswith(f"tests/{table}/{gone}.")]:
        draft.remove(path)
    return f"the test of {table} lost its {gone} file"


TEST_MISSING = ("tenant.transform_tested", "reference.test_missing")
KINDS: Sequence[Kind] = (
    Kind("pipeline/cron_broken", ("document.schedule",), cron_broken),
    Kind("pipeline/cron_never", ("document.schedule",), cron_never),
    Kind("pipeline/cron_too_often", ("tenant.schedule_too_often",), cron_too_often),
    Kind("pipeline/connector_typo", ("reference.connector_unknown",), connector_typo),
    Kind("pipeline/pattern_of_another", ("reference.pattern_overlap",), pattern_of_another),
    Kind("pipeline/pattern_takes_marker", ("reference.marker_taken",), pattern_takes_marker),
    Kind("pipeline/pattern_with_path", ("document.wrong_value",), pattern_with_path),
    Kind("pipeline/wrong_fetch", ("document.unknown_key",), wrong_fetch),
    Kind("pipeline/resource_of_another", ("document.wrong_value",), resource_of_another),
    Kind("pipeline/merge_without_key", ("contract.key_missing",), merge_without_key),
    Kind("pipeline/version_unknown", ("reference.version",), version_unknown),
    Kind("pipeline/version_nullable", ("reference.version",), version_nullable),
    Kind("pipeline/version_without_merge", ("reference.version",), version_without_merge),
    Kind("pipeline/watermark_field", ("reference.watermark_field",), watermark_field),
    Kind("pipeline/watermark_replaces", ("reference.watermark_write",), watermark_replaces),
    Kind("pipeline/rows_wrong", ("transform.rows",), rows_wrong),
    Kind("pipeline/untested", TEST_MISSING, untested),
)
