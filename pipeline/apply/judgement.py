"""The merged commit is judged again before it is applied: main's own rules, on the tenant as it lies there, and on the steps.

What they refuse is not applied until a commit mends or waives it: what is live stays live. Each commit since the live one that
touched the tenant is judged alone; its neighbours are not read. Reads the checkout and git; writes the gate's cache.
Fails with `Conflict`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import Conflict
from pipeline.findings import Finding
from pipeline.gate.bundle import read_bundle
from pipeline.gate.git import Repository
from pipeline.gate.platform_plan import judged
from pipeline.gate.request import Request, answer
from pipeline.gate.verdict import Verdict
from pipeline.plan.step import Step

Record = Callable[[str, Verdict], None]  # (tenant, the verdict on its commits)
# (tenant, the commit that is live or "", the steps that an apply would take); raises `Conflict` where the gate refuses
Judge = Callable[[str, str, Sequence[Step]], None]


def judge(repository: Path, opa_program: Callable[[], Path], opa_url: str, cache: Path, record: Record) -> Judge:
    """The gate, for an apply of this checkout. OPA is looked for when it is first asked. `record` hears of every verdict."""

    def ask(tenant: str, live: str, steps: Sequence[Step]) -> None:
        request = Request(
            folder=repository,
            tenants=[tenant],
            base=live if is_known(repository, live) else "HEAD",
            pushed=True,
            rules=repository,
            opa_program=opa_program(),
            opa_url=opa_url,
            cache=cache,
            plans={tenant: asked(steps)} if steps else {},
        )
        verdict = answer(request)
        record(tenant, verdict)
        found = [finding for finding in verdict.findings if finding.denies and concerns(finding, tenant)]
        refuse(found, tenant, f"acme check {tenant}, then a commit that mends or reverts it, or a waiver")

    return ask


def judge_platform(repository: Path, opa_program: Callable[[], Path], opa_url: str) -> Callable[[Sequence[Step]], None]:
    """The rules about steps, for those of the shared stack; raises `Conflict` where they refuse one."""

    def ask(steps: Sequence[Step]) -> None:
        bundle = read_bundle(repository / "policies")
        found = judged(bundle, (opa_program(), opa_url), asked(steps)) if steps else []
        refuse(
            [finding for finding in found if finding.denies],
            "the platform",
            "mend stacks/ by a commit, or revert the one before",
        )

    return ask


def asked(steps: Sequence[Step]) -> dict[str, Any]:
    """A plan as the rules read it."""
    return {"steps": [step.document() for step in steps]}


def is_known(repository: Path, commit: str) -> bool:
    """Whether this clone holds the commit: a shallow one, or one whose history was rewritten, may not."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    return bool(commit) and Repository(repository).line(*words) is not None


def concerns(finding: Finding, tenant: str) -> bool:
    """Only commits that touch the tenant are judged, so what is wrong with a change is wrong with its change."""
    return finding.tenant == tenant or finding.code.startswith("change.")


def refuse(findings: list[Finding], whose: str, fix: str) -> None:
    """`Conflict` with the first finding's own words, and how many more there are."""
    if not findings:
        return
    first, more = findings[0], f" (+{len(findings) - 1})" if len(findings) > 1 else ""
    raise Conflict(
        f"the gate refuses what main holds of {whose}: {first.code}{more}: {first.what}",
        where=str(first.where or ""),
        why="What is live stays live.",
        fix=fix,
    )
