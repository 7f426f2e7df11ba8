"""What looks different and is as valid as before: nothing may refuse it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.gate.mutation.draft import Draft, with_columns
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.select import read_select
from pipeline.gate.mutation.transforms import save, selects


def _yaml(draft: Draft) -> str:
    return draft.pick(path for path in draft.own(".yaml"))


def keys_reordered(draft: Draft) -> str:
    file = _yaml(draft)
    value = draft.read(file)
    keys = list(value)
    draft.random.shuffle(keys)
    draft.write(file, {key: value[key] for key in keys})
    return f"the keys of {file} stand in another order"


def flow_style(draft: Draft) -> str:
    for file in draft.own(".yaml"):
        draft.put(file, json.dumps(draft.read(file), ensure_ascii=False))
    return "every file is one line of JSON"


def commented(draft: Draft) -> str:
    file = draft.pick(path for path in draft.own() if path.endswith((".yaml", ".sql")))
    mark = "--" if file.endswith(".sql") else "#"
    draft.put(file, f"{mark} why this is as it is: see ticket 4711\n{draft.text(file)}")
    return f"a comment in {file}"


def windows_lines(draft: Draft) -> str:
    for file in draft.own():
        draft.put(file, draft.text(file).replace("\n", "\r\n"))
    return "every line ends as on Windows"


def quoted_style(draft: Draft) -> str:
    file = f"pipelines/{draft.table()}.yaml"
    draft.put(file, re.sub(r"^(write|connector): (\w+)", r"\1: '\2'", draft.text(file), flags=re.MULTILINE))
    return f"words of {file} are quoted"


def other_schedule(draft: Draft) -> str:
    table, schedule = (
        draft.table(),
        draft.pick(("H H * * *", "H 2 * * 1-5", "H H 1,15 * *", "H */6 * * *", "5 4 * * 0", "H 3 28-31 * *")),
    )
    draft.edit(f"pipelines/{table}.yaml", lambda pipeline: pipeline.update(schedule=schedule))
    return f"{table} starts at `{schedule}`"


def retitled(draft: Draft) -> str:
    draft.edit("tenant.yaml", lambda head: head.update(title="Société Générale d'Été & Söhne", promotion="auto"))
    return "the tenant has another title"


def paused(draft: Draft) -> str:
    file = f"environments/{draft.pick(('staging', 'production'))}.yaml"
    draft.edit(file, lambda settings: settings.update(status=draft.pick(("paused", "retiring"))))
    return f"{file} is paused or retires"


def key_rotated(draft: Draft) -> str:
    file = f"environments/{draft.pick(('staging', 'production'))}.yaml"
    parts = [name for name, part in draft.read(file)["connectors"].items() if "host_keys" in part]
    name, new = draft.pick(parts), "SHA256:" + "".join(draft.random.choices("abcdefghijkLMNOPQ0123456789+/", k=43))
    draft.edit(file, lambda settings: settings["connectors"][name]["host_keys"].append(new))
    return f"{name} has a second host key in {file}"


def host_moved(draft: Draft) -> str:
    file = f"environments/{draft.pick(('staging', 'production'))}.yaml"
    name = draft.pick(name for name, part in draft.read(file)["connectors"].items() if "host" in part["endpoint"])
    host = f"files-{draft.tenant.replace('_', '-')}.new-erp.example"
    draft.edit(file, lambda settings: settings["connectors"][name]["endpoint"].update(host=host, port=2222))
    return f"{name} stands at another host in {file}"


def rule_added(draft: Draft) -> str:
    table = draft.table()
    rule = {
        "type": "sql",
        "description": "there are rows",
        "query": f"SELECT COUNT(*) FROM {table}",
        "mustBeGreaterThan": 0,
    }
    draft.edit(f"contracts/{table}.yaml", lambda contract: contract["schema"][0].setdefault("quality", []).append(rule))
    return f"{table} has a rule more"


def promise_tighter(draft: Draft) -> str:
    table = draft.table()

    def work(contract: Any) -> None:
        next(one for one in contract["slaProperties"] if one["property"] == "latency").update(value=1, unit="h")

    draft.edit(f"contracts/{table}.yaml", work)
    return f"{table} promises to be fresher"


def described(draft: Draft) -> str:
    table = draft.table()
    draft.edit(
        f"contracts/{table}.yaml",
        with_columns(lambda every: every[0].update(description="What it is: “€ & ümläuts”, 100 %")),
    )
    return f"a column of {table} is described"


def classified_higher(draft: Draft) -> str:
    table = draft.table()
    draft.edit(f"contracts/{table}.yaml", with_columns(lambda every: every[-1].update(classification="restricted")))
    return f"the last column of {table} is restricted"


def test_row_added(draft: Draft) -> str:
    """A record that comes twice is two rows."""

    def plain(table: str) -> bool:
        parts = read_select(draft.sql(table))
        rows = draft.text(f"tests/{table}/expected.csv").splitlines()
        records = draft.text(f"tests/{table}/input.jsonl").splitlines()
        return bool(parts and parts.tail.strip() == "FROM landed" and len(records) == len(rows) - 1 > 0)

    table = draft.table(plain)
    for file in (f"tests/{table}/input.jsonl", f"tests/{table}/expected.csv"):
        draft.put(file, draft.text(file).rstrip("\n") + "\n" + draft.text(file).rstrip("\n").rpartition("\n")[2] + "\n")
    return f"the test of {table} has a record more"


def expected_reordered(draft: Draft) -> str:
    table = draft.table()
    header, *rows = draft.text(f"tests/{table}/expected.csv").splitlines()
    draft.need(not any('"' in row for row in rows))
    draft.put(f"tests/{table}/expected.csv", "\n".join([header, *sorted(rows, reverse=True)]) + "\n")
    return f"the expected rows of {table} stand in another order"


def by_with(draft: Draft) -> str:
    """The same rows, by way of a named SELECT."""
    table, parts = selects(
        draft, lambda parts: parts.tail.strip() == "FROM landed" and all(c.is_plain for c in parts.columns)
    )
    names = ",\n        ".join(column.sql for column in parts.columns)
    inner = f"WITH source AS (\n    SELECT\n        {names}\n    FROM landed\n)\n\n"
    save(draft, table, replace(parts, tail="FROM source"))
    draft.put(f"transforms/{table}.sql", inner + draft.sql(table))
    return f"the transform of {table} reads by way of WITH"


def division_guarded(draft: Draft) -> str:
    """A share that cannot fail, cast to the contract's type; the test's rows say what it is."""
    table, parts = selects(
        draft,
        lambda parts: any(
            c.is_plain and c.name in ("received", "unit_price", "price", "freight") for c in parts.columns
        ),
    )
    column = draft.pick(
        c for c in parts.columns if c.is_plain and c.name in ("received", "unit_price", "price", "freight")
    )
    kind = next(one["physicalType"] for one in draft.columns(table) if one["name"] == column.name)
    sql = f"COALESCE(({column.sql} * 2) / NULLIF(2, 0), {column.sql})::{kind.replace(',', ', ')}"
    save(draft, table, parts.with_column(column.name, sql))
    return f"`{column.name}` of {table} is divided under a guard"


def plan_smaller(draft: Draft) -> str:
    """Nothing but the steps that are already there."""
    for step in draft.steps():
        step["op"] = "same"
    return "the plan changes nothing"


def plan_updates(draft: Draft) -> str:
    for step in draft.steps("bucketObject"):
        step.update(op="update", changed=["content", "sourceHash"])
    return "the plan writes a new DAG file"


HANDS = (
    keys_reordered,
    flow_style,
    commented,
    windows_lines,
    quoted_style,
    other_schedule,
    retitled,
    paused,
    key_rotated,
    host_moved,
    rule_added,
    promise_tighter,
    described,
    classified_higher,
    test_row_added,
    expected_reordered,
    by_with,
    division_guarded,
    plan_smaller,
    plan_updates,
)
KINDS: Sequence[Kind] = tuple(Kind(f"variant/{hand.__name__}", (), hand) for hand in HANDS)
