"""One stack is made what its program says: after whatever a killed engine left, and once its steps have been judged.

The only part of an apply that starts an engine. Its caller holds the lease of what the stack belongs to. Fails with
what the caller says to the steps, and with what the engine said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.apply import takeover
from pipeline.errors import Busy, Conflict, Final
from pipeline.plan import state
from pipeline.plan.engine import Program, foresee, up
from pipeline.plan.step import Step

if TYPE_CHECKING:
    from pipeline.apply.deployment import World
    from pipeline.apply.lease import Heartbeat
    from pipeline.plan.lean_stack import LeanStack

Ready = Callable[[Sequence[Step]], None]
ATTEMPTS = 3  # an engine whose apply was killed before it took its lock may take it after we looked


def make(
    world: World, name: str, program: Program, heartbeat: Heartbeat, ready: Ready, *, same: bool = False
) -> tuple[Step, ...]:
    """The steps that were taken. `ready` hears of all of them before the first one, and raises where they must not be.

    `same`: no other program has worked on this stack since. Then a preview without a step is the end; else `up` writes
    down what is no step, such as that a resource is protected now.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _make(settled(world, name, program, heartbeat), ready, same=same)
        except Busy:
            continue
        except Final:
            if not takeover.lost(world, name, state.read(*_where(world), name) or {}, heartbeat.killed):
                raise
    return _make(settled(world, name, program, heartbeat), ready, same=same)


def settled(world: World, name: str, program: Program, heartbeat: Heartbeat) -> LeanStack:
    """The stack, without anything that a killed engine left half done."""
    heartbeat.check()  # what stands there is only ours to clear while the lease is
    takeover.clear(*_where(world), name)
    kept = state.read(*_where(world), name)
    stack = world.engine.stack(name, program, stands=kept is not None, cut=heartbeat.cut)
    takeover.settle(stack, kept or {}, takeover.lost(world, name, kept or {}, heartbeat.killed))
    heartbeat.settled()
    return stack


def _where(world: World) -> tuple[Any, str]:
    """A client and the bucket of the engine's state."""
    return world.aws("s3"), world.engine.environment.place.state_bucket


def _make(stack: LeanStack, ready: Ready, *, same: bool) -> tuple[Step, ...]:
    foreseen = foresee(stack)
    ready(foreseen.steps)
    return () if same and foreseen.idle else tuple(up(stack))


def refuse(uncovered: Iterable[Step]) -> None:
    """`Conflict` where the world asks for more than was approved."""
    named = [f"{step.operation} {step.type} {step.name}" for step in uncovered]
    if named:
        raise Conflict(
            f"the plan is not the one that was approved: {'; '.join(named)}.",
            why="A new delete, replace or change of access needs an approval of its own.",
            fix="run `acme plan` again and have it approved",
        )
