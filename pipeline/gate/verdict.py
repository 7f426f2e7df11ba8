"""May this change be merged? One function asks every check and gives one verdict.

Reads a change; what further checks there are (validate, plans, probes) comes in as arguments. Writes the cache only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.findings import LEVELS, Finding, denied, in_order
from pipeline.gate import sql_style, waivers
from pipeline.gate.bundle import Bundle
from pipeline.gate.cache import Cache
from pipeline.gate.catalog import Rule
from pipeline.gate.change import Change, Files, tenant_of
from pipeline.gate.documents import Documents, read_documents
from pipeline.gate.neighbours import Neighbours
from pipeline.gate.plain import plain_finding, plain_line
from pipeline.gate.pool import Work, pool
from pipeline.gate.rehearsal import tenants_gone
from pipeline.gate.repeated import not_said
from pipeline.gate.returning import eased
from pipeline.gate.ruling import ruled
from pipeline.gate.successor import Successor
from pipeline.gate.tenant import answer, questions
from pipeline.validate.cell import CELLS_FILE, cells_of, unknown_cells

# the findings of one check about one tenant, out of the head's files: (tenant, files) → findings
Check = Callable[[str, Files], list[Finding]]
SHARE = 20  # transforms that one process lints at a time: a second or two of work


@dataclass(frozen=True)
class Rules:
    """By what is judged: the policies, the text of .sqlfluff, and where OPA is (a program to start, or one that runs).

    `successor`: the policies that the change brings, where it brings any.
    """

    bundle: Bundle
    sqlfluff: str
    opa_program: Path | None = None
    opa_url: str = ""
    successor: Successor | None = None


@dataclass(frozen=True)
class Verdict:
    """The answer, of which every output is written. Every word of a finding is plain here.

    `checks` counts what was asked: rules times what they are about, transforms, further checks. `bundle` names the policies.
    `compared` says in words with what the head was compared, `left_out` what was not asked.
    """

    base: str | None
    head: str | None
    tenants: tuple[str, ...]
    findings: tuple[Finding, ...]
    checks: int
    seconds: float
    bundle: str = ""
    compared: str = ""
    left_out: str = ""
    policies: Bundle | None = field(default=None, compare=False, repr=False)
    change: Change | None = field(default=None, compare=False, repr=False)

    @property
    def denies(self) -> bool:
        return denied(self.findings)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """What each policy says of itself, by code."""
        return self.policies.rules if self.policies else {}

    @property
    def word(self) -> str:
        return "refused" if self.denies else "allowed"

    @property
    def tally(self) -> str:
        """`44 checks, 1 deny, 2 waived`."""
        levels = Counter("waived" if finding.waiver else finding.level for finding in self.findings)
        said = ", ".join(f"{levels[level]} {level}" for level in (*LEVELS, "waived") if levels[level])
        return f"{self.checks} checks, {said or 'no finding'}"

    def document(self) -> dict[str, Any]:
        """The fixed JSON shape: {verdict, base, head, tenants, findings, checks, seconds}."""
        return {
            "verdict": "deny" if self.denies else "allow",
            "base": self.base,
            "head": self.head,
            "tenants": list(self.tenants),
            "findings": [finding.document() for finding in self.findings],
            "checks": self.checks,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Pace:
    """How a verdict is reached. `cache`: where findings are remembered; `workers`: processes besides this one.

    `fast`: without policies, transforms' tests and further checks, so that a commit can wait for it.
    """

    cache: Path | None = None
    workers: int = 0
    fast: bool = False


def gate(
    change: Change,
    rules: Rules,
    *,
    tenants: Collection[str] = (),
    checks: Mapping[str, Check] | None = None,
    plans: Mapping[str, Any] | None = None,
    pace: Pace | None = None,
) -> Verdict:
    """The verdict on a change. `tenants`: judge these, whether they changed or not; default: those that changed.

    `checks` are asked about every tenant that is there; `plans` maps a tenant to {steps: […]} for the rules of plan/.
    """
    started, pace = time.monotonic(), pace or Pace()
    there = {tenant for path in change.head_files if (tenant := tenant_of(path))}
    judged = sorted(set(tenants or change.tenants) & there)
    asked = {} if pace.fast else checks or {}
    with pool(pace.workers) as work:
        before, own = _own(change.base_files, judged), _own(change.head_files, judged)
        waiting = list(_alone(before, own, rules, pace, work))
        old, new = _documents(change, judged, pace)
        ruled, count = ([], 0) if pace.fast else _ruled(change, rules, old, new, judged, {} if plans is None else plans)
        read = [finding for finding in (*change.findings, *new.findings) if finding.tenant in (None, *judged)]
        checked = [found for tenant, files in own.items() for check in asked.values() for found in check(tenant, files)]
        alone = [one for findings in waiting for one in findings()]
        gone = tenants_gone(change.base_files, change.head_files, tenants or change.tenants)
        found = [*read, *checked, *alone, *gone, *_placed(new, judged), *not_said(ruled, alone)]
    found = waivers.apply(list(eased(found, change)), rules.bundle, change, judged, datetime.now(UTC).date())
    return Verdict(
        base=change.base,
        head=change.head,
        tenants=tuple(map(plain_line, judged if tenants else sorted({*judged, *change.tenants}))),
        findings=tuple(plain_finding(finding) for finding in in_order(found)),
        checks=count + len(judged) * (1 + len(asked)) + (1 if pace.fast else 2) * _transforms(change, judged),
        seconds=time.monotonic() - started,
        bundle=rules.bundle.digest,
        compared=plain_line(change.compared),
        left_out="policies and transforms' tests" if pace.fast else "",
        policies=rules.bundle,
        change=change,
    )


def _placed(new: Documents, tenants: Collection[str]) -> Iterator[Finding]:
    """Tenants in cells that are not there."""
    settings = [one for path, one in new.parsed.items() if "/environments/" in path and tenant_of(path) in tenants]
    return unknown_cells(settings, cells_of(new.parsed.get(CELLS_FILE)))


def _documents(change: Change, judged: Collection[str], pace: Pace) -> tuple[Documents, Documents]:
    """Those of base and head. In haste none, validation reads what it needs; what untouched neighbours say is remembered."""
    if pace.fast:
        return read_documents({}), read_documents({})
    neighbours = Neighbours.open(pace.cache, {*judged, *change.tenants})
    old = read_documents(change.base_files, neighbours)
    new = read_documents(change.head_files, neighbours, base=(change.base_files, old))
    if neighbours:
        neighbours.save()
    return old, new


def _own(files: Files, tenants: Collection[str]) -> dict[str, Files]:
    """Each tenant's files."""
    own: dict[str, dict[str, bytes | None]] = {tenant: {} for tenant in tenants}
    for path, content in files.items():
        if (tenant := tenant_of(path)) in own:
            own[tenant][path] = content
    return dict(own)


def _alone(
    before: Mapping[str, Files], own: Mapping[str, Files], rules: Rules, pace: Pace, work: Work
) -> Iterator[Callable[[], list[Finding]]]:
    """What is wrong with each tenant by its own files, base and head, as it was found before or will be."""
    cache = Cache(pace.cache)
    unstyled: dict[str, list[str]] = {}
    ask = partial if pace.fast and len(own) == 1 else work  # this process would only wait
    for tenant, files in own.items():
        for question in questions(tenant, before[tenant], files, cache, fast=pace.fast):
            found = question.known(cache)
            yield ask(answer, question, cache) if found is None else partial(list, found)
        styled, unknown = sql_style.known(files, rules.sqlfluff, cache)
        for text, where in unknown.items():
            unstyled.setdefault(text, []).extend(where)
        yield partial(list, styled)
    for share in sql_style.shares(unstyled, SHARE):
        yield work(sql_style.lint, share, rules.sqlfluff, cache)


def _ruled(
    change: Change, rules: Rules, old: Documents, new: Documents, tenants: Collection[str], plans: Mapping[str, Any]
) -> tuple[list[Finding], int]:
    opa = (rules.opa_program, rules.opa_url)
    return ruled((rules.bundle, rules.successor), opa, change, (old, new), tenants, plans)


def _transforms(change: Change, tenants: Collection[str]) -> int:
    return sum(1 for path, _ in sql_style.transforms(change.head_files) if tenant_of(path) in tenants)
