"""The merged commit is judged again before it is applied: main's own rules, on the tenant as it lies there.

What they refuse is not applied until a commit mends or waives it: what is live stays live. Each commit since the live one that
touched the tenant is judged alone; its neighbours are not read. Reads the checkout and git; writes the gate's cache.
Fails with `Conflict`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import Conflict
from pipeline.findings import Finding
from pipeline.gate.git import Repository
from pipeline.gate.request import Request, answer
from pipeline.gate.verdict import Verdict

Record = Callable[[str, Verdict], None]  # (tenant, the verdict on its commits)
Judge = Callable[[str, str], None]  # (tenant, the commit that is live or ""); raises `Conflict` where the gate refuses


def judge(repository: Path, opa_program: Callable[[], Path], opa_url: str, cache: Path, record: Record) -> Judge:
    """The gate, for an apply of this checkout. OPA is looked for when it is first asked. `record` hears of every verdict."""

    def ask(tenant: str, live: str) -> None:
        request = Request(
            folder=repository,
            tenants=[tenant],
            base=live if is_known(repository, live) else "HEAD",
            pushed=True,
            rules=repository,
            opa_program=opa_program(),
            opa_url=opa_url,
            cache=cache,
        )
        verdict = answer(request)
        record(tenant, verdict)
        refuse([finding for finding in verdict.findings if finding.denies and concerns(finding, tenant)], tenant)

    return ask


def is_known(repository: Path, commit: str) -> bool:
    """Whether this clone holds the commit: a shallow one, or one whose history was rewritten, may not."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    return bool(commit) and Repository(repository).line(*words) is not None


def concerns(finding: Finding, tenant: str) -> bool:
    """Only commits that touch the tenant are judged, so what is wrong with a change is wrong with its change."""
    return finding.tenant == tenant or finding.code.startswith("change.")


def refuse(findings: list[Finding], tenant: str) -> None:
    """`Conflict` with the first finding's own words, and how many more there are."""
    if not findings:
        return
    first, more = findings[0], f" (+{len(findings) - 1})" if len(findings) > 1 else ""
    raise Conflict(
        f"the gate refuses what main holds of {tenant}: {first.code}{more}: {first.what}",
        where=str(first.where or ""),
        why="What is live stays live.",
        fix=f"acme gate {tenant}, then a commit that mends it, or a waiver",
    )
