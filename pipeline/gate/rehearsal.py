"""What `git revert` of a change could not undo, found before it is merged: head to base, as an apply would go back.

No state is asked: what base and head ask for is compared, both ways. What an apply keeps whatever a folder says (a tenant's
schemas, role, tables, log group, and every secret that stands) comes back by itself; what does not is named here, and needs a
waiver. Takes the files of base and head that were handed in; asks nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.findings import Finding, Where
from pipeline.gate.change import Files, tenant_of

if TYPE_CHECKING:
    from pipeline.spec.tenant import Tenant

# Of what a change does to what stands, this says back what it says forward, or is what every revert of a new column does.
TOLD_FORWARD = frozenset({"contract.dropped", "contract.retyped"})


def rehearse(before: Files, after: Files, tenant: str) -> list[Finding]:
    """What cannot be undone of the change of a tenant's own files; nothing of a new tenant: a revert pauses it, its rows stay."""
    from pipeline.spec.tenant import read_files
    from pipeline.validate.difference import difference

    if not before or not after:
        return []
    base, head = (read_files(files, tenant)[0] for files in (before, after))
    back = [_refused(one) for one in difference(after, before, tenant) if one.code not in TOLD_FORWARD]
    return [*_pipelines_gone(before, after, tenant), *_rows(base, head), *back]


def tenants_gone(before: Files, after: Files, tenants: Collection[str]) -> Iterator[Finding]:
    """Of these tenants those whose folder goes as a whole."""
    there = {tenant_of(path) for path in after}
    for tenant in sorted({tenant_of(path) or "" for path in before} & {*tenants} - there):
        yield _spent(f"tenants/{tenant}/tenant.yaml", f"the tenant `{tenant}`")


def _pipelines_gone(before: Files, after: Files, tenant: str) -> Iterator[Finding]:
    """Told, and not refused: the revert that takes a new pipeline away again must wait for nobody."""
    folder = f"tenants/{tenant}/pipelines/"
    for path in sorted({*before} - {*after}):
        if path.startswith(folder):
            name = path.removeprefix(folder).removesuffix(".yaml")
            yield replace(_spent(path, f"the pipeline `{name}`"), level="warn")


def _spent(path: str, what: str) -> Finding:
    return _deny(
        "rehearsal.name_spent",
        path,
        f"{what} goes for good: a revert would bring back a name that stood here before, which the gate refuses.",
        "Rows, ledger and receipts of the old one still bear it.",
        "pause it by its settings' `status`, or have the removal waived",
    )


def _rows(base: Tenant, head: Tenant) -> Iterator[Finding]:
    """What was replaced or merged while the head was live counts object by object again under an `append`."""
    for name in sorted({*base.pipelines} & {*head.pipelines}):
        was, now = (side.pipelines[name].model.write for side in (base, head))
        if was == "append" and now != "append":
            yield _deny(
                "rehearsal.rows_doubled",
                head.file(f"pipelines/{name}.yaml"),
                f"`write: {now}` cannot go back to `append`: every object that was loaded meanwhile would count beside the others.",
                "Rows that were replaced or merged would show again, next to what replaced them.",
                f"bring the table under another pipeline's name; or waive it, and after a revert take back what came meanwhile: "
                f"acme recover replay {head.name} {name}",
            )


def _refused(reverse: Finding) -> Finding:
    """What the gate would say of the revert."""
    file = reverse.where.file if reverse.where else f"tenants/{reverse.tenant}/tenant.yaml"
    found = _deny(
        "rehearsal.not_whole", file, f"a revert leaves {reverse.code}: {reverse.what}", reverse.why, reverse.fix
    )
    return replace(found, level=reverse.level)


def _deny(code: str, file: str, what: str, why: str, fix: str) -> Finding:
    return Finding(code, "deny", "gate", what, why, fix, tenant=tenant_of(file), where=Where(file))


def sentence(findings: Collection[Finding], tenant: str) -> str:
    """For the reviewer: how it was rehearsed, and with what result."""
    count = sum(1 for one in findings if one.tenant == tenant and one.code.startswith("rehearsal."))
    result = (
        f"{count} thing{'s' if count != 1 else ''} cannot be undone, see the findings"
        if count
        else "all of it can be undone"
    )
    return f"{tenant}: rehearsed by comparing what base and head ask for, no state was asked: {result}"
