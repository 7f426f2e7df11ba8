"""What the policies are asked about a change, and their answers as findings with file, line and column.

Reads a change's documents and git's history of pins and removed names; asks a warm OPA. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipeline.findings import Finding
from pipeline.gate.change import Change, tenant_of
from pipeline.gate.documents import Documents
from pipeline.gate.opa import Judge
from pipeline.spec.document import parse

LIVE_FOR = timedelta(days=180)
MAX_PINS = 200
WHOLE = ""  # the name, within a batch, of the question about the change as a whole


def judged(
    judge: Judge,
    change: Change,
    old: Documents,
    new: Documents,
    tenants: Collection[str],
    plans: Mapping[str, Any],
) -> list[Finding]:
    """The findings of every rule, in one question."""
    batch = {WHOLE: _about_change(change, old, new)}
    batch.update({tenant: _about_tenant(change, new, tenant, plans.get(tenant)) for tenant in tenants})
    answers = judge.decide(batch)
    return [_finding(judge, new, old, one) for name in sorted(answers) for one in answers[name]]


def asked(judge: Judge, change: Change, tenants: Collection[str], plans: Mapping[str, Any]) -> int:
    """How many rules are asked, each once for what it is about."""
    families = [code.partition(".")[0] for code in judge.bundle.rules]
    whole = families.count("fleet") + (families.count("change") if change.base else 0)
    return whole + len(tenants) * families.count("tenant") + len(plans) * families.count("plan")


def _about_change(change: Change, old: Documents, new: Documents) -> dict[str, Any]:
    known = change.base is not None
    return {
        "families": ["change", "fleet"] if known else ["fleet"],
        "tenant": None,
        "base": {
            "commit": change.base,
            "documents": old.values,
            "removed": removed(change) if known else [],
            "live_releases": {
                path: live_releases(change, path) for path in change.changed if path.endswith(".pin.yaml")
            },
        },
        "head": _head(change),
        "documents": new.values,
        "changed": list(change.changed),
        "plan": None,
    }


def _about_tenant(change: Change, new: Documents, tenant: str, plan: Any) -> dict[str, Any]:
    return {
        "families": ["tenant", "plan"] if plan is not None else ["tenant"],
        "tenant": tenant,
        "base": {"commit": change.base, "documents": {}},  # what was before is the business of change/
        "head": _head(change),
        "documents": _seen_by(tenant, new.values),
        "changed": [path for path in change.changed if tenant_of(path) == tenant],
        "plan": plan,
    }


def _seen_by(tenant: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A tenant's own documents and the platform's: never a neighbour's."""
    return {path: value for path, value in values.items() if tenant_of(path) in (None, tenant)}


def _head(change: Change) -> dict[str, Any]:
    commits = [{"commit": c.commit, "at": c.at, "author": c.author, "changed": list(c.changed)} for c in change.commits]
    return {
        "commit": change.head,
        "at": change.at,
        "author": change.author,
        "pushed": change.pushed,
        "commits": commits,
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


def _finding(judge: Judge, new: Documents, old: Documents, one: Mapping[str, Any]) -> Finding:
    """An answer with what its rule says of itself. A rule that says nothing denies."""
    rule = judge.bundle.rules.get(one["code"])
    file, pointer = one["where"]["file"], one["where"]["pointer"]
    documents = new if file in new.values else old
    tenant = tenant_of(file)
    return Finding(
        code=one["code"],
        level=rule.level if rule else "deny",
        stage="gate",
        what=one["what"],
        why=rule.description if rule else "",
        fix=rule.fix.replace("<tenant>", tenant or "<tenant>") if rule else "",
        tenant=tenant,
        where=documents.where(file, pointer),
    )
