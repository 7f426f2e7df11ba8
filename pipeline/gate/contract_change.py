"""What separates two versions of a table's contract, in a reader's words, and who of the tenant reads it.

Pure; the rule that refuses a breaking change without a new major version is a policy's, `change.contract_breaking_needs_major`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.release import Column, Contract
from pipeline.spec import snowflake_type
from pipeline.spec.tenant import Tenant


def changes_of(base: Tenant, head: Tenant, table: str) -> Iterator[str]:
    """One sentence for the table, then one for each column; breaking ones say so."""
    before, after = base.contracts[table], head.contracts[table]
    said = [*_columns(before, after), *_promises(before, after)]
    if not said and before.version == after.version:
        return
    version = before.version if before.version == after.version else f"{before.version} → {after.version}"
    kind = "breaking" if any(one.startswith("breaking: ") for one in said) else "not breaking"
    readers = ", ".join(readers_of(head, table)) or "nothing else of this tenant"
    yield f"table `{table}` {version}, {kind}, read by {readers}"
    yield from (f"table `{table}`: {one}" for one in said)


def lost_columns(base: Tenant, head: Tenant, table: str) -> Iterator[str]:
    """The columns that readers find no more."""
    gone = [name for name in _named(base.contracts[table]) if name not in _named(head.contracts[table])]
    yield from (f"column `{name}` of table `{table}` can be read no more" for name in gone)


def readers_of(tenant: Tenant, table: str) -> list[str]:
    """The tenant's other transforms whose text names the table."""
    word = re.compile(rf"\b{re.escape(table)}\b", re.IGNORECASE)
    return [
        f"`transforms/{name}.sql`"
        for name, sql in sorted(tenant.transforms.items())
        if name != table and word.search(sql)
    ]


def _named(contract: Contract) -> dict[str, Column]:
    return {column.name: column for column in contract.columns}


def _columns(before: Contract, after: Contract) -> Iterator[str]:
    old, new = _named(before), _named(after)
    yield from (f"breaking: column `{name}` is gone" for name in old if name not in new)
    yield from (f"column `{name}` {column.type} is new" for name, column in new.items() if name not in old)
    for name in old:
        if name in new:
            yield from (said for said in _column(name, old[name], new[name]))


def _column(name: str, old: Column, new: Column) -> Iterator[str]:
    if old.type != new.type:
        was, now = snowflake_type.read(old.type), snowflake_type.read(new.type)
        wider = was is not None and now is not None and now.holds(was)
        yield f"{'' if wider else 'breaking: '}column `{name}` {old.type} → {new.type}"
    if old.required != new.required:
        yield f"column `{name}` is never empty now" if new.required else f"breaking: column `{name}` may now be empty"
    if (old.key is None) != (new.key is None):
        yield f"breaking: column `{name}` {'joins' if new.key else 'leaves'} the key"
    if old.classification != new.classification:
        yield f"column `{name}` is now {new.classification or 'unclassified'}, it was {old.classification or 'unclassified'}"


def _promises(before: Contract, after: Contract) -> Iterator[str]:
    if before.freshness_minutes != after.freshness_minutes:
        yield f"promised freshness {_minutes(before)} → {_minutes(after)}"
    gone, come = (len(set(one) - set(other)) for one, other in _pairs(before, after))
    if gone or come:
        yield f"quality rules: {come} new, {gone} gone"


def _pairs(before: Contract, after: Contract) -> list[tuple[list[str], list[str]]]:
    old, new = ([repr(check) for check in side.checks] for side in (before, after))
    return [(old, new), (new, old)]


def _minutes(contract: Contract) -> str:
    return f"{contract.freshness_minutes} min" if contract.freshness_minutes else "none"
