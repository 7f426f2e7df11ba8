"""The policies' answers about a change as findings, with file, line and column.

Asks a warm OPA, some tenants at a time and two questions side by side. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from pipeline.findings import Finding
from pipeline.gate import question
from pipeline.gate.change import Change, tenant_of
from pipeline.gate.documents import Documents
from pipeline.gate.opa import Judge

SIDE_BY_SIDE = 2


def judged(
    judge: Judge,
    change: Change,
    old: Documents,
    new: Documents,
    tenants: Collection[str],
    plans: Mapping[str, Any],
) -> list[Finding]:
    """The findings of every rule."""
    questions = chain(
        [(question.about_change(change, old, new), {})], question.about_tenants(change, new, tenants, plans)
    )
    with ThreadPoolExecutor(SIDE_BY_SIDE) as side_by_side:
        answers = list(side_by_side.map(lambda asked: judge.decide(*asked), questions))
    told = {name: found for answer in answers for name, found in answer.items()}
    return [finding(judge, new, old, one) for name in sorted(told) for one in told[name]]


def asked(judge: Judge, change: Change, tenants: Collection[str], plans: Mapping[str, Any]) -> int:
    """How many rules are asked, each once for what it is about."""
    families = [code.partition(".")[0] for code in judge.bundle.rules]
    whole = families.count("fleet") + (families.count("change") if change.base else 0)
    return whole + len(tenants) * families.count("tenant") + len(plans) * families.count("plan")


def finding(judge: Judge, new: Documents, old: Documents, one: Mapping[str, Any]) -> Finding:
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
