"""`acme plan TENANT…`: what an apply would change, data at risk first, then access, then the rest."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.cli.answer import Answer, table
from pipeline.cli.validate import deployable
from pipeline.errors import AcmeError, Missing, Unreachable, Usage
from pipeline.plan.step import Step, steps_digest

SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "±", "import": "="}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenants", nargs="+", metavar="TENANT")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the steps down, for `acme apply --plan FILE`")


def run(arguments: argparse.Namespace) -> Answer:
    tenants = deployable(arguments.repo, arguments.tenants)
    try:
        planned = {tenant: plan(arguments, tenant) for tenant in tenants}
    except (Missing, Unreachable) as error:
        return without_state(arguments, tenants, error)
    described = document(planned)
    if arguments.out:
        write(arguments.out, json.dumps(described, indent=1, sort_keys=True))
    text = "\n\n".join(summary(tenant, steps) for tenant, steps in planned.items())
    return Answer({"environment": arguments.environment, "tenants": described}, text)


def write(file: Path, text: str) -> None:
    """`Usage` where nothing can be written there."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Usage(f"{file} cannot be written: {error.strerror}.", fix="name another file by --out") from None


def without_state(arguments: argparse.Namespace, tenants: Sequence[str], error: AcmeError) -> Answer:
    """What the folders ask for differently from the base; said to be no plan of the world."""
    from pipeline.gate.change import read_change
    from pipeline.plan.comparison import compare
    from pipeline.spec.tenant import read_files

    change = read_change(arguments.repo, tenants=tenants)
    told, lines = {}, [f"no state answers ({error.what}): the desired states of base and head are compared instead"]
    for tenant in tenants:
        sides = [_folder(files, tenant) for files in (change.base_files, change.head_files)]
        base, head = (read_files(files, tenant)[0] if files else None for files in sides)
        found = compare(base, head, arguments.environment)
        told[tenant] = [difference.__dict__ for difference in found]
        lines += [f"{tenant}: {len(found) or 'no'} differences", *(f"  {each.how:<8} {each.path}" for each in found)]
    return Answer(
        {"environment": arguments.environment, "without_state": error.sentence(), "tenants": told}, "\n".join(lines)
    )


def _folder(files: Mapping[str, bytes | None], tenant: str) -> dict[str, bytes]:
    start = f"tenants/{tenant}/"
    return {path: content for path, content in files.items() if path.startswith(start) and content is not None}


def plan(arguments: argparse.Namespace, tenant: str) -> list[Step]:
    """The steps of the engine's preview for this tenant; none where nothing is desired."""
    from pipeline import naming
    from pipeline.cli.world import Hands
    from pipeline.plan import state
    from pipeline.plan.engine import preview

    hands = Hands(arguments.repo, arguments.environment)
    desired = hands.desired(tenant)
    if desired is None:
        return []
    name = naming.stack(tenant, arguments.environment)
    stands = state.stands(hands.aws("s3"), hands.environment.place.state_bucket, name)
    return preview(hands.engine.stack(name, hands.program(desired), stands=stands))


def document(planned: Mapping[str, Sequence[Step]]) -> dict[str, Any]:
    """{tenant: {digest, steps}}: what `--out` writes down and `acme apply --plan` reads."""
    return {
        tenant: {"digest": steps_digest(steps), "steps": [step.approved() for step in steps]}
        for tenant, steps in planned.items()
    }


def summary(tenant: str, steps: Sequence[Step]) -> str:
    """Grouped by what a person cares about."""
    if not steps:
        return f"{tenant}: nothing to change"
    groups: dict[str, list[Step]] = {"data at risk": [], "access": [], "the rest": []}
    for step in steps:
        name = "data at risk" if step.endangers_data else "access" if step.touches_access else "the rest"
        groups[name].append(step)
    parts = [f"{name}\n{_rows(group)}" for name, group in groups.items() if group]
    return "\n".join([f"{tenant}: {len(steps)} steps, plan {steps_digest(steps)[:12]}", *parts])


def _rows(steps: Sequence[Step]) -> str:
    rows: list[Sequence[Any]] = [
        ("  " + SIGNS[step.operation], step.type.rpartition(":")[2], step.name, ", ".join(step.changed[:4]))
        for step in steps
    ]
    return table(rows)
