"""`acme gate policies try`: what changed policies would do to every tenant, today's and the history's, before they are merged."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.cli.answer import FINDINGS, OK, Answer
from pipeline.errors import Missing, Usage
from pipeline.toolchain import programs

if TYPE_CHECKING:
    from pipeline.gate.trial import Difference, Trial

DAYS, MOST_DAYS = 180, 3650
SHOWN = 20


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["try"], help="try the changed policies on what is and what was")
    parser.add_argument("--base", metavar="REV", help="whose policies and history (default: the merge base with main)")
    parser.add_argument("--head", metavar="REV", help="whose policies are tried (default: those of the work tree)")
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"how far back the history goes (default: {DAYS})"
    )


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where a tenant of today would be blocked, or the policies cannot be asked."""
    from pipeline.gate.bundle import read_bundle_at
    from pipeline.gate.git import Repository
    from pipeline.gate.history import left_main
    from pipeline.gate.successor import refused, tried
    from pipeline.gate.trial import try_policies

    if not 0 < arguments.days <= MOST_DAYS:
        raise Usage(f"--days is between 1 and {MOST_DAYS}.", fix="acme gate policies try --days 180")
    repository, opa = Repository(arguments.repo), programs.ensure(programs.OPA)
    if not repository.exists:
        raise Missing("without git there is no history to try policies on.", where=str(arguments.repo))
    base = left_main(repository, arguments.base, arguments.head)
    brought = tried(repository, arguments.head)
    findings = refused(brought, opa)
    if findings or brought.bundle is None:
        said = [finding.document() for finding in findings]
        return Answer({"findings": said}, "\n".join(one.sentence() for one in findings), FINDINGS)
    judging = read_bundle_at(repository, base)
    trial = try_policies(judging, brought.bundle, opa, repository, base, arguments.days, progress)
    told: dict[str, Any] = {"base": base, "policies": {"base": judging.digest, "head": brought.bundle.digest}}
    blocks_today = any(one.now for one in trial.blocked)
    return Answer({**told, **trial.document(), "findings": []}, text(trial), FINDINGS if blocks_today else OK)


def progress(done: int, total: int) -> None:
    """One line that is written over, where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} states of tenants{chr(10) if done == total else ''}")
        sys.stderr.flush()


def text(trial: Trial) -> str:
    """Who is newly blocked, then who is newly allowed, today's first, by policy and tenant."""
    head = f"{trial.tenants} tenants of today, {trial.trees} states since {trial.since[:10]}"
    return "\n".join([head, *_listed("newly blocked", trial.blocked), *_listed("newly allowed", trial.allowed)])


def _listed(title: str, differences: Sequence[Difference]) -> list[str]:
    today = Counter(one.code for one in differences if one.now)
    rules = ", ".join(f"{code} ({count})" for code, count in today.most_common())
    lines = [
        f"{title}: {len({one.tenant for one in differences if one.now})} tenants today{': ' + rules if rules else ''}"
    ]
    lines += [_line(one) for one in differences[:SHOWN]]
    return lines + ([f"  and {len(differences) - SHOWN} more: --json lists all"] if len(differences) > SHOWN else [])


def _line(one: Difference) -> str:
    when = "today" if one.now else f"{one.at[:10]} {one.commit[:8]}"
    states = f" and {one.trees - 1} other states" if one.trees > 1 else ""
    return f"  {one.tenant}  {one.code}  {when}{states}\n    {one.file}: {one.what}"
