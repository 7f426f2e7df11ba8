"""What a change does to tables, in a reviewer's words: columns, promises, of what a column is made, and who reads it.

Pure. That it may be so is judged elsewhere: `validate/difference.py`, and the policy `change.contract_breaking_needs_major`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.release import Contract
from pipeline.spec.tenant import Tenant
from pipeline.validate.compatibility import differences, kind_of
from pipeline.validate.lineage import lineage, readers


def changes_of(base: Tenant, head: Tenant, tables: list[str]) -> Iterator[str]:
    """One sentence for each table that changed, then one for each thing in it."""
    was, now = lineage(base), lineage(head)
    for table in tables:
        before, after = base.contracts[table], head.contracts[table]
        found = differences(before, after)
        read_by = readers(base, table)
        said = [f"{one.kind}, {one.what}{_readers(read_by.get(one.column, []))}" for one in found]
        said += [*_promises(before, after), *_origins(was.get(table, {}), now.get(table, {}))]
        if said or before.version != after.version:
            version = before.version if before.version == after.version else f"{before.version} → {after.version}"
            yield f"table `{table}` {version}: {'no column changes' if not found else kind_of(found)}"
            yield from (f"table `{table}`: {one}" for one in said)


def lost_columns(base: Tenant, head: Tenant, table: str) -> Iterator[str]:
    """The columns that readers find no more."""
    kept = {column.name for column in head.contracts[table].columns}
    gone = [column.name for column in base.contracts[table].columns if column.name not in kept]
    yield from (f"column `{name}` of table `{table}` can be read no more" for name in gone)


def _readers(files: list[str]) -> str:
    return f", read by {', '.join(f'`{file}`' for file in files)}" if files else ""


def _promises(before: Contract, after: Contract) -> Iterator[str]:
    if before.freshness_minutes != after.freshness_minutes:
        yield f"promised freshness {_minutes(before)} → {_minutes(after)}"
    old, new = ({repr(check) for check in side.checks} for side in (before, after))
    if old != new:
        yield f"quality rules: {len(new - old)} new, {len(old - new)} gone"
    classes = {column.name: column.classification or "unclassified" for column in before.columns}
    for column in after.columns:
        now = column.classification or "unclassified"
        if (was := classes.get(column.name, now)) != now:
            yield f"`{column.name}` is now {now}, it was {was}"


def _minutes(contract: Contract) -> str:
    return f"{contract.freshness_minutes} min" if contract.freshness_minutes else "none"


def _origins(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> Iterator[str]:
    for column in before:
        if column in after and before[column] != after[column]:
            yield f"`{column}` is now made of {_listed(after[column])}, it was of {_listed(before[column])}"


def _listed(sources: list[str]) -> str:
    return ", ".join(f"`{source}`" for source in sources) or "nothing that was read"
