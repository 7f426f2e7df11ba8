"""Breaks valid tenants, judges what comes of it, and counts: refused for the right reason, for another, or not at all.

Asks the gate itself, all parts of it but the probes; one warm OPA serves every verdict.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline.findings import Finding
from pipeline.gate.change import Change
from pipeline.gate.git import Repository
from pipeline.gate.mutation.draft import AUTHOR, Draft, Subject, Unfit
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.verdict import Pace, Rules, Verdict, gate

Outcome = Literal["killed", "other", "survived", "allowed", "refused"]


@dataclass(frozen=True)
class Trial:
    """One mutant or variant and what became of it. `codes` are those of all findings that deny."""

    kind: str
    tenant: str
    seed: int
    done: str
    outcome: Outcome
    codes: Sequence[str]

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "tenant": self.tenant,
            "seed": self.seed,
            "done": self.done,
            "outcome": self.outcome,
            "codes": list(self.codes),
        }


@dataclass(frozen=True)
class World:
    """What mutants are judged in: the rules, and a repository whose main holds every subject."""

    rules: Rules
    repository: Repository
    commit: str
    cache: Path

    def judge(self, draft: Draft) -> Verdict:
        """The gate's verdict on the draft as an uncommitted change."""
        change = Change(
            self.repository,
            base=self.commit,
            head=None,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            author=AUTHOR,
            changed=draft.changed,
            base_files=draft.base,
            head_files=draft.files,
        )
        plans = {} if draft.plan is None else {draft.tenant: {"steps": draft.plan}}
        here = [draft.tenant] if draft.own() else []
        return gate(change, self.rules, tenants=here, plans=plans, pace=Pace(cache=self.cache))


@dataclass(frozen=True)
class Score:
    """All trials of a run; `unfit` are kinds that no tenant had anything for."""

    trials: Sequence[Trial]
    unfit: Sequence[str]
    seconds: float

    def count(self, *outcomes: Outcome) -> int:
        return sum(1 for trial in self.trials if trial.outcome in outcomes)

    @property
    def share(self) -> float:
        """Killed by the right code, of all mutants."""
        mutants = self.count("killed", "other", "survived")
        return self.count("killed") / mutants if mutants else 1.0


def run(
    world: World, subjects: Sequence[Subject], kinds: Iterable[Kind], *, seed: int, each: Callable[[Kind], int]
) -> Score:
    """So many trials of every kind, on tenants in turn."""
    started = time.monotonic()
    trials: list[Trial] = []
    unfit = []
    for kind in kinds:
        found = list(_trials(world, subjects, kind, seed, each(kind)))
        trials += found
        unfit += [] if found else [kind.name]
    return Score(trials, unfit, time.monotonic() - started)


def _trials(world: World, subjects: Sequence[Subject], kind: Kind, seed: int, each: int) -> Iterator[Trial]:
    """Different mutants of one kind: by tenant, then by further seeds; what was made before is not made again."""
    seen: set[str] = set()
    for turn in range(seed, seed + each):
        for subject in subjects:
            if len(seen) >= each:
                return
            try:
                draft, done = kind.apply(subject, turn)
            except Unfit:
                continue
            if (text := f"{subject.tenant}: {done}") not in seen:
                seen.add(text)
                yield _trial(world, kind, draft, turn, done)


def _trial(world: World, kind: Kind, draft: Draft, seed: int, done: str) -> Trial:
    findings = world.judge(draft).findings
    codes = tuple(sorted({finding.code for finding in findings if finding.denies}))
    return Trial(kind.name, draft.tenant, seed, done, _outcome(kind, findings, codes), codes)


def _outcome(kind: Kind, findings: Sequence[Finding], codes: Collection[str]) -> Outcome:
    if not kind.killers:
        return "refused" if codes else "allowed"
    heard = {finding.code for finding in findings if finding.denies or finding.level == kind.level}
    if heard & set(kind.killers):
        return "killed"
    return "other" if codes else "survived"
