"""`acme check [TENANT…]`: gate and plan of what changed, by the same functions as in CI; what to run before a push."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipeline.cli import gate, plan
from pipeline.cli.answer import FINDINGS, OK, Answer
from pipeline.cli.planning import Plans
from pipeline.errors import AcmeError
from pipeline.naming import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.findings import Finding
    from pipeline.gate.change import Files
    from pipeline.gate.effect import Effects
    from pipeline.gate.verdict import Check, Verdict
    from pipeline.plan.step import Step


def declare(parser: argparse.ArgumentParser) -> None:
    gate.declare(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where a finding denies, also one about the way back. A plan that cannot be made is said, and refuses nothing."""
    plans = Plans(arguments)
    verdict = gate.judged(arguments, {} if arguments.head else {"rehearsal": _rehearsal(arguments, plans)}, plans)
    sound = {name: steps for name, steps in plans.outcomes.items() if name in plannable(arguments, verdict)}
    planned = {name: steps for name, steps in sound.items() if not isinstance(steps, AcmeError)}
    without = {name: error.sentence() for name, error in sound.items() if isinstance(error, AcmeError)}
    document = {
        "gate": verdict.document(),
        "plan": {"environment": arguments.environment, "tenants": plan.document(planned), "without": without},
    }
    told = gate.told(arguments, verdict, effects(arguments.environment, planned, without))
    said = [plan.summary(tenant, steps) for tenant, steps in planned.items()]
    said += [f"{tenant}: no plan: {sentence}" for tenant, sentence in without.items()]
    text = "\n\n".join([told, *said]) if arguments.format == "human" else told
    return Answer(document, text, FINDINGS if verdict.denies else OK)


def _rehearsal(arguments: argparse.Namespace, plans: Plans) -> Check:
    """Plans a tenant, and says what of its steps could not be undone."""

    def check(tenant: str, _files: Files) -> list[Finding]:
        from pipeline.gate.rehearsal_plan import backward

        steps = plans.of(tenant)
        return [] if isinstance(steps, AcmeError) else list(backward(tenant, arguments.environment, steps))

    return check


def effects(environment: str, planned: Mapping[str, Sequence[Step]], without: Mapping[str, str]) -> Effects:
    """What the plans add to a reviewer's summary."""
    from pipeline.gate.effect import Effects
    from pipeline.gate.rehearsal_plan import sentence

    lost: list[str] = []
    access: list[str] = []
    rest: list[str] = []
    for tenant, steps in planned.items():
        for step in steps:
            group = lost if step.endangers_data else access if step.touches_access else rest
            group.append(f"{tenant}.{environment}: {step.operation} {step.type.rpartition(':')[2]} `{step.name}`")
    rest += [f"{tenant}.{environment}: no plan could be made: {why}" for tenant, why in without.items()]
    back = tuple(sentence(tenant, environment, steps) for tenant, steps in planned.items())
    return Effects(lost=tuple(lost), access=tuple(access), resources=tuple(rest), way_back=back)


def plannable(arguments: argparse.Namespace, verdict: Verdict) -> list[str]:
    """The judged tenants that the checkout holds and no finding denies: only a sound folder has a plan.

    None where a revision is judged as data, for a plan is that of the checkout.
    """
    refused = {finding.tenant for finding in verdict.findings if finding.denies}
    there = [name for name in verdict.tenants if (arguments.repo / "tenants" / name).is_dir()]
    return [] if arguments.head else [name for name in there if name not in {*refused, EXAMPLE}]
