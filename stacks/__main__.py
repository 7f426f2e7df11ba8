"""What plain `pulumi preview` and `pulumi up` run in this folder: the program that the stack's name asks for.

`<tenant>.<environment>` is a tenant's stack, `platform.<environment>` what all tenants share. The programs are those of
`acme plan` and `acme apply`, which also write what must stand before an engine runs: prefer them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pulumi

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # the engine puts this folder first, not the repository

from pipeline import naming  # noqa: E402  only found from here on
from pipeline.cli.world import Hands, platform_program_of  # noqa: E402
from pipeline.errors import Missing, Usage  # noqa: E402

PLATFORM = "platform"


def program_of(stack: str) -> Callable[[], None]:
    """`Usage` for a name that is no stack of ours, `Missing` where the checkout asks for nothing there."""
    names = naming.read_stack(stack)
    if names is None:
        raise Usage(f"`{stack}` is no stack of this project.", fix="call it <tenant>.<environment>")
    name, environment = names
    hands = Hands(REPOSITORY, environment)
    if name == PLATFORM:
        return platform_program_of(REPOSITORY, hands.environment)
    desired = hands.desired(name)
    if desired is None:
        raise Missing(f"{name} has nothing in {environment}: no settings, or no pin yet.")
    return hands.program(desired)


if __name__ == "__main__":
    program_of(pulumi.get_stack())()
