"""What the policies are asked: one input about the change as a whole, one about each tenant, none larger than it must be.

Reads a change's documents and git's history of pins and removed names. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipeline.gate.change import Change, tenant_of
from pipeline.gate.documents import Documents
from pipeline.spec.document import parse

LIVE_FOR = timedelta(days=180)
MAX_PINS = 200
WHOLE = ""  # the name, within a batch, of the question about the change as a whole
AT_ONCE = 50  # tenants of one question: some megabytes, a fraction of a second
# what rules about the fleet read of a tenant that the change does not touch
SHARED = ("environments", "pipelines", "connectors")

Batch = Mapping[str, Any]


def about_change(change: Change, old: Documents, new: Documents) -> Batch:
    """The question about the change and the fleet as they are together."""
    known = change.base is not None
    changed = frozenset(change.changed)
    pins = [path for path in change.changed if path.endswith(".pin.yaml")]
    asked = {
        "families": ["change", "fleet"] if known else ["fleet"],
        "tenant": None,
        "base": {
            "commit": change.base,
            "documents": read_by_the_fleet(old.values, changed),
            "removed": removed(change) if known else [],
            "live_releases": {path: live_releases(change, path) for path in pins},
        },
        "head": _head(change),
        "documents": read_by_the_fleet(new.values, changed),
        "changed": list(change.changed),
        "plan": None,
    }
    return {WHOLE: asked}


def about_tenants(
    change: Change, new: Documents, tenants: Collection[str], plans: Mapping[str, Any]
) -> Iterator[tuple[Batch, Mapping[str, Any]]]:
    """(questions by tenant, the documents that they share), some tenants at a time."""
    platform = {path: value for path, value in new.values.items() if tenant_of(path) is None}
    own, touched = _by_tenant(new.values), _by_tenant(dict.fromkeys(change.changed))
    names = list(tenants)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        yield {name: _about(change, name, own, touched, plans) for name in some}, platform


def _about(
    change: Change,
    tenant: str,
    own: Mapping[str, Mapping[str, Any]],
    touched: Mapping[str, Mapping[str, Any]],
    plans: Mapping[str, Any],
) -> dict[str, Any]:
    """A tenant's own documents: never a neighbour's."""
    return {
        "families": ["tenant", "plan"] if tenant in plans else ["tenant"],
        "tenant": tenant,
        "base": {"commit": change.base, "documents": {}},  # what was before is the business of change/
        "head": _head(change, commits=False),
        "documents": own.get(tenant, {}),
        "changed": list(touched.get(tenant, ())),
        "plan": plans.get(tenant),
    }


def _by_tenant(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        if tenant := tenant_of(path):
            found.setdefault(tenant, {})[path] = value
    return found


def read_by_the_fleet(values: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """Of tenants that the change does not touch only what a rule about the fleet reads."""
    touched = {tenant_of(path) for path in changed} | {None}
    return {
        path: value
        for path, value in values.items()
        if tenant_of(path) in touched or path.split("/")[2] in SHARED or path.endswith("/tenant.yaml")
    }


def _head(change: Change, *, commits: bool = True) -> dict[str, Any]:
    told = [{"commit": c.commit, "at": c.at, "author": c.author, "changed": list(c.changed)} for c in change.commits]
    return {
        "commit": change.head,
        "at": change.at,
        "author": change.author,
        "pushed": change.pushed,
        "commits": told if commits else [],
    }


def removed(change: Change) -> list[str]:
    """Of the tenants and pipelines that are new, those whose path stood on the base once before."""
    new = [path for path in change.changed if path in change.head_files and path not in change.base_files]
    named = [path for path in new if path.endswith("/tenant.yaml") or "/pipelines/" in path]
    if not named or change.base is None:
        return []
    words = ("log", "-z", "--format=", "--name-only", "--no-renames", "--diff-filter=D", change.base, "--", *named)
    return sorted(set(change.repository.names(*words)))


def live_releases(change: Change, pin: str) -> list[str]:
    """The releases that this pin named on the base within the last 180 days, the one before included while it was live."""
    if change.base is None:
        return []
    words = ("log", f"-n{MAX_PINS}", "--format=%H %cI", change.base, "--", pin)
    commits = [line.split(" ") for line in (change.repository.line(*words) or "").splitlines()]
    horizon = datetime.fromisoformat(change.at) - LIVE_FOR
    found, ended = [], datetime.fromisoformat(change.at)
    for commit, at in commits:
        if ended < horizon:
            break
        found.append(_release_at(change, commit, pin))
        ended = datetime.fromisoformat(at)
    return [release for release in found if release]


def _release_at(change: Change, commit: str, pin: str) -> str | None:
    content = change.repository.run("cat-file", "blob", f"{commit}:{pin}")
    document, _ = parse(pin, (content or b"").decode("utf-8", "replace"))
    value = document.value if document else None
    return value.get("release") if isinstance(value, dict) else None
