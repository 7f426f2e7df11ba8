"""`acme apply [TENANT…]`: makes what the checkout says live, tenant by tenant side by side; `--platform` the shared parts.

`--sweep` changes nothing that is live: it removes rows that never were.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline import naming
from pipeline.cli.answer import Answer, table
from pipeline.cli.validate import deployable
from pipeline.errors import AcmeError, Final, Usage

if TYPE_CHECKING:
    from pipeline.apply.deployment import Deployed
    from pipeline.cli.world import Hands

PLATFORM = "platform"  # no tenant may be called so
T = TypeVar("T")
AT_ONCE = 4
WORLD_FAILED = 3


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenants", nargs="*", metavar="TENANT", help="default: all that differ")
    parser.add_argument("--platform", action="store_true", help="the parts that all tenants share, before any tenant")
    parser.add_argument(
        "--sweep", action="store_true", help="instead: remove rows that no run will ever publish (older than 180 days)"
    )
    parser.add_argument("--plan", type=Path, metavar="FILE", help="only what this plan approved (acme plan --out FILE)")


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 3 where one failed; the others are live all the same."""
    from pipeline.cli.world import Hands

    hands = Hands(arguments.repo, arguments.environment)
    if arguments.platform:
        return platform(hands)
    if arguments.sweep:
        return swept(hands, deployable(arguments.repo, arguments.tenants))
    approved = read_plan(arguments.plan) if arguments.plan else {}
    tenants = deployable(arguments.repo, arguments.tenants or sorted(approved))
    if arguments.plan and (unseen := sorted({*tenants} - {*approved})):
        raise Usage(f"{arguments.plan} approves nothing of {', '.join(unseen)}.", fix="acme plan TENANT … --out FILE")
    return told(
        {tenant: outcome for tenant, outcome in deploy_all(hands, tenants, approved).items() if outcome is not None}
    )


def read_plan(file: Path) -> dict[str, Any]:
    """What `acme plan --out` wrote, by tenant. `Usage` where it is something else: nothing is approved by it then."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if isinstance(document, dict) and all(isinstance(one, dict) and "steps" in one for one in document.values()):
        return document
    raise Usage(f"{file} is no plan that can be read.", fix="acme plan TENANT … --out FILE")


def deploy_all(
    hands: Hands, tenants: Sequence[str], approved: Mapping[str, Any]
) -> dict[str, Deployed | AcmeError | None]:
    """Each tenant's outcome: what became live, the error, or None where nothing is desired."""
    from pipeline.apply.deployment import Request, deploy
    from pipeline.promote.commit import git, head

    world, commit, judge = hands.world(), head(hands.repository), hands.judge()
    author = git(hands.repository, "log", "-1", "--format=%ae")

    def one(tenant: str) -> Deployed | AcmeError | None:
        try:
            desired = hands.desired(tenant)
            steps = approved[tenant]["steps"] if tenant in approved else None
            return deploy(desired, world, Request(commit, author, "commit", steps, judge)) if desired else None
        except AcmeError as error:
            return error

    return side_by_side(tenants, one)


def side_by_side(tenants: Sequence[str], one: Callable[[str], T]) -> dict[str, T | AcmeError]:
    """`one(tenant)` for each, `AT_ONCE` at a time. Ctrl-C begins no further one; what has begun is waited for and told."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        begun = {tenant: pool.submit(one, tenant) for tenant in tenants}
        try:
            wait(begun.values())
        except KeyboardInterrupt:
            sys.stderr.write("acme: stopping: what has begun is finished first\n")
            for future in begun.values():
                future.cancel()
            wait(begun.values())
    stopped = Final("not begun: stopped by Ctrl-C.", fix="run the same command again: it goes on from here")
    return {tenant: stopped if future.cancelled() else future.result() for tenant, future in begun.items()}


def told(outcomes: Mapping[str, Deployed | AcmeError]) -> Answer:
    rows, errors, document = [], [], {}
    for tenant, outcome in outcomes.items():
        if isinstance(outcome, AcmeError):
            errors.append(f"✗  {tenant}  {outcome.sentence()}")
            document[tenant] = {"outcome": "failed", "error": outcome.sentence()}
        else:
            rows.append(_row(tenant, outcome))
            document[tenant] = described(outcome)
    text = "\n".join(filter(None, [table(rows), *errors]))
    return Answer(document, text or "nothing is desired here", WORLD_FAILED if errors else 0)


def _row(tenant: str, outcome: Deployed) -> tuple[str, ...]:
    """Where no release is pinned, what stands is not `live`: no pipeline of it runs."""
    record, runs = outcome.record, bool(outcome.record.bindings)
    word = outcome.outcome if runs else "no release"
    hint = "" if runs else f"no pipeline runs; to bring one here: acme promote {tenant}"
    return ("✓", tenant, word, record.id, f"epoch {record.epoch}", f"{len(outcome.steps)} steps", hint)


def described(outcome: Deployed) -> dict[str, Any]:
    record = outcome.record
    return {
        "outcome": outcome.outcome,
        "deployment": record.id,
        "epoch": record.epoch,
        "release": record.release,
        "steps": len(outcome.steps),
        "pipelines": len(record.bindings),
        "epochs": dict(outcome.epochs),
    }


def swept(hands: Hands, tenants: Sequence[str]) -> Answer:
    """Exit code 3 where a tenant's store did not answer; the others are swept all the same."""
    from pipeline.apply.sweep import sweep

    world = hands.world()

    def one(tenant: str) -> dict[str, int] | AcmeError:
        try:
            return sweep(world, tenant)
        except AcmeError as error:
            return error

    outcomes = side_by_side(tenants, one)
    failed = {tenant: one.sentence() for tenant, one in outcomes.items() if isinstance(one, AcmeError)}
    gone = {tenant: one for tenant, one in outcomes.items() if not isinstance(one, AcmeError)}
    rows = [
        (tenant, name, f"{count} rows") for tenant, counts in gone.items() for name, count in counts.items() if count
    ]
    text = [table(rows) or "nothing to sweep", *(f"✗  {tenant}  {said}" for tenant, said in failed.items())]
    return Answer({"swept": gone, "failed": failed}, "\n".join(text), WORLD_FAILED if failed else 0)


def platform(hands: Hands) -> Answer:
    """The shared stack of this environment, under a lease of its own."""
    from pipeline.apply import infrastructure, lease
    from pipeline.cli.world import platform_program_of

    world, environment = hands.world(), hands.environment
    name = naming.stack(PLATFORM, environment.name)
    program = platform_program_of(hands.repository, environment)
    with lease.held(world.records, PLATFORM, environment.name) as heartbeat:
        steps = infrastructure.make(world, name, program, heartbeat, hands.judge_platform())
    return Answer({"stack": name, "steps": len(steps)}, f"{name}: {len(steps)} steps")
