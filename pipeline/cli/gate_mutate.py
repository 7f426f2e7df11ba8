"""`acme gate mutate`: breaks valid tenants, changes and plans in many known ways, and counts how many the gate refuses, and why."""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.cli.answer import FINDINGS, OK, Answer
from pipeline.errors import Usage
from pipeline.gate.mutation.kind import Kind
from pipeline.gate.mutation.score import Score
from pipeline.gate.mutation.subjects import PlanOf
from pipeline.naming import stack
from pipeline.toolchain import programs

EACH, VARIANTS_EACH = 2, 9
OTHERS = ("probe", "evidence")  # what only the outside world or a promotion can say


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which mutants are made (default: 1)")
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="only these, or those of a room: `contract/`"
    )
    parser.add_argument("--tenant", action="append", default=[], metavar="TENANT", help="break only these")
    parser.add_argument(
        "--each", type=int, metavar="N", help=f"mutants of each kind (default: {EACH}, of variants {VARIANTS_EACH})"
    )
    parser.add_argument("--rules", type=Path, metavar="DIR", help="a checkout whose policies and .sqlfluff judge")


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where the score is below its goal, or a valid variant is refused."""
    from pipeline.gate.mutation import report

    score, codes = scored(arguments), known_codes(arguments.rules or arguments.repo)
    code = OK if report.is_good(score) else FINDINGS
    return Answer(report.document(score, codes), report.text(score, codes), code)


def scored(arguments: argparse.Namespace) -> Score:
    from pipeline.gate.bundle import read_bundle
    from pipeline.gate.mutation import subjects
    from pipeline.gate.mutation.history import write_history
    from pipeline.gate.mutation.score import World, run
    from pipeline.gate.opa import HOST, warm
    from pipeline.gate.verdict import Rules

    home = arguments.rules or arguments.repo
    bundle, style = read_bundle(home / "policies"), (home / ".sqlfluff").read_text(encoding="utf-8")
    chosen = kinds(arguments.kind)
    broken = subjects.read_subjects(arguments.repo, arguments.tenant, arguments.seed, plans(chosen))
    with tempfile.TemporaryDirectory(prefix="acme-mutants-") as folder, warm(bundle, program=_opa()) as judge:
        files, tenants = subjects.all_files(broken), subjects.tenants_of(broken)
        repository, commit = write_history(Path(folder) / "main", files, tenants)
        url = f"http://{HOST}:{judge.client.port}"
        world = World(Rules(bundle, style, opa_url=url), repository, commit, Path(folder) / "cache")
        return run(world, broken, chosen, seed=arguments.seed, each=lambda kind: arguments.each or each(kind))


def each(kind: Kind) -> int:
    return EACH if kind.killers else VARIANTS_EACH


def kinds(named: Sequence[str]) -> list[Kind]:
    """The kinds of these names, or all. A name that ends with a slash stands for its room."""
    from pipeline.gate.mutation.kinds import EVERY

    for name in named:
        if not any(_fits(kind, name) for kind in EVERY):
            rooms = sorted({kind.name.partition("/")[0] + "/" for kind in EVERY})
            raise Usage(f"there is no kind `{name}`.", fix=f"name a room: {', '.join(rooms)}; or one kind of it")
    return [kind for kind in EVERY if not named or any(_fits(kind, name) for name in named)]


def _fits(kind: Kind, name: str) -> bool:
    return kind.name == name or (name.endswith("/") and kind.name.startswith(name))


def known_codes(repository: Path) -> list[str]:
    """Every code that the checks which mutants meet may say."""
    from pipeline.cli.reference import source
    from pipeline.gate.bundle import read_bundle

    said = {*read_bundle(repository / "policies").rules, *source.codes(Path(__file__).parents[2])}
    return sorted(code for code in said if code.partition(".")[0] not in OTHERS)


def plans(chosen: Sequence[Kind]) -> PlanOf:
    """The steps of each tenant's stack in staging, where a kind needs them: the engine's SDK takes seconds to load."""
    if any(kind.name.startswith(("plan/", "variant/plan")) for kind in chosen):
        return plan_of
    return lambda _tenant, _files: ()


def plan_of(tenant: str, files: Mapping[str, bytes]) -> list[Mapping[str, Any]]:
    """All that the tenant's stack would make in an empty staging."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's modules warn of their own old names
        from pipeline.gate.mutation.draft import STAGING
        from pipeline.plan.rendered import rendered
        from pipeline.spec.tenant import read_files
        from stacks.components.tenant import TenantArgs, tenant_program

        read, _ = read_files(files, tenant)
        head, settings = read.head, read.environments[STAGING.name].head
        secrets = {str(part["secret"]) for part in settings.connectors.values() if part.get("secret")}
        tier = head.tier if head else "standard"
        args = TenantArgs(STAGING, tenant, settings.cell, tier, tuple(sorted(secrets)), "# the tenant's DAGs\n")
        steps = [resource.created(stack(tenant, STAGING.name)) for resource in rendered(tenant_program(args))]
    return [step.document() for step in sorted(steps, key=lambda step: step.urn)]


def _opa() -> Path:
    return programs.ensure(programs.OPA)
