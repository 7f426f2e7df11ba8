"""What a change of a tenant's folder does to what stands already: to readers of a table, to its rows, to what was held back.

Takes the tenant before and after, both as far as they could be read; asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pipeline.findings import Finding, Where, in_order
from pipeline.release import Contract
from pipeline.spec.contract import PROPERTIES, properties
from pipeline.spec.document import Document
from pipeline.spec.tenant import Tenant, read_files
from pipeline.spec.wording import deny, listed
from pipeline.validate import lineage
from pipeline.validate.compatibility import differences, stands

Files = Mapping[str, bytes | None]
_NO_PROMISE: Final = ("proposed", "draft")  # a contract of these words binds nobody yet


def difference(before: Files, after: Files, tenant: str) -> list[Finding]:
    """All findings of a change, out of the tenant's files by their path from the root. Nothing for a new or a removed tenant."""
    if not before or not after:
        return []
    base, head = (read_files(files, tenant)[0] for files in (before, after))
    tables = sorted(set(base.pipelines) & set(head.pipelines))
    return in_order(finding for table in tables for finding in _table(base, head, table))


def _table(base: Tenant, head: Tenant, table: str) -> Iterator[Finding]:
    yield from _same_name(base, head, table)
    if table not in base.contracts or table not in head.contracts:
        return
    promised = _contract(base, table).value.get("status") not in _NO_PROMISE
    yield from _retyped(base, head, table)
    if promised:
        yield from _dropped(base, head, table)
    yield from _unfilled(base, head, table)


def _contract(tenant: Tenant, table: str) -> Document:
    return tenant.documents[tenant.file(f"contracts/{table}.yaml")]


def _columns(contract: Contract) -> dict[str, tuple[int, Any]]:
    return {column.name: (index, column) for index, column in enumerate(contract.columns)}


def _same_name(base: Tenant, head: Tenant, table: str) -> Iterator[Finding]:
    """Of one name only the newest object was live; as objects of their own, the older ones are live again."""
    was, now = (tenant.pipelines[table].model.same_name for tenant in (base, head))
    if was == "replace" and now == "new" and head.pipelines[table].model.write != "replace":
        where = head.documents[head.file(f"pipelines/{table}.yaml")].where(("same_name",))
        what = "files that were replaced until now count beside each other from now on."
        why = "the rows of what a correction replaced may show again next to the corrected ones."
        fix = f"keep `replace`, or revoke the older contents: `acme recover` shows the objects of `{table}`"
        yield replace(deny("reference.same_name", where, what, why, fix), level="warn")


def _retyped(base: Tenant, head: Tenant, table: str) -> Iterator[Finding]:
    old, new = _columns(base.contracts[table]), _columns(head.contracts[table])
    for name, (index, column) in new.items():
        if name in old and not stands(was := old[name][1].type, column.type):
            where = _contract(head, table).where((*PROPERTIES, index, "physicalType"))
            what = f"`{name}` is {was} in the table and cannot become {column.type}.{_readers(base, table, name)}"
            why = "rows of older releases stand in it, and a revert needs them as they are."
            fix = f"add a column under a new name, mark `{name}` as `deprecated: true`, and remove it in a later pull request"
            yield deny("contract.retyped", where, what, why, fix)


def _dropped(base: Tenant, head: Tenant, table: str) -> Iterator[Finding]:
    """Expand, then contract: first the column and what replaces it stand side by side, and the contract says that it goes."""
    kept = _columns(head.contracts[table])
    for entry in properties(_contract(base, table)):
        name = entry["name"]
        if name not in kept and not entry.get("deprecated"):
            what = f"`{name}` goes, and nobody was told.{_readers(base, table, name)}"
            why = "readers of the table need a time in which the old and the new stand side by side."
            fix = f"keep `{name}` here with `deprecated: true`, and remove it in a later pull request, with a new major version"
            yield deny("contract.dropped", _contract(head, table).where(PROPERTIES, key=True), what, why, fix)


def _readers(base: Tenant, table: str, column: str) -> str:
    """Who reads the column, as far as this tenant's files say: transforms, SQL rules, and the roles that its contract names."""
    files = lineage.readers(base, table).get(column, [])
    roles = [str(role["role"]) for role in _contract(base, table).value.get("roles") or () if role.get("role")]
    who = listed([*files, *roles])
    return f" it is read by {who}." if who else ""


def _unfilled(base: Tenant, head: Tenant, table: str) -> Iterator[Finding]:
    """Rows of before have no value of a column that is new; where the whole table is replaced they go anyway."""
    if head.pipelines[table].model.write == "replace":
        return
    old, new = base.contracts[table], _columns(head.contracts[table])
    for found in differences(old, head.contracts[table]):
        index, column = new.get(found.column, (0, None))
        if found.kind == "additive" and column is not None and column.required:
            where: Where = _contract(head, table).where((*PROPERTIES, index, "name"))
            what = f"{found.what}, it is required, and rows that stand already may have no value of it."
            fix = "leave `required` out, or replay the older objects after the deployment: `acme recover rerun`"
            yield replace(deny("contract.old_rows", where, what, "readers see both.", fix), level="warn")
