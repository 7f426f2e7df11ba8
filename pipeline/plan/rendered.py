"""What a Pulumi program registers, without an engine and without a world: each resource with its inputs and its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pulumi
from pulumi.runtime import mocks

from pipeline.naming import PROJECT
from pipeline.plan.step import Step
from pipeline.sandbox.providers import wire


@dataclass(frozen=True)
class Resource:
    """One custom resource as the engine would be told of it."""

    type: str
    name: str
    inputs: dict[str, Any]
    is_protected: bool
    is_retained: bool
    provider: str

    def created(self, stack: str) -> Step:
        """The step that would make it in this stack."""
        return Step("create", f"urn:pulumi:{stack}::{PROJECT}::{self.type}::{self.name}", inputs=self.inputs)


class Answers(mocks.Mocks):
    """A cloud that gives back what it was told, and an ARN."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return args.name, {"arn": f"arn:aws:::{args.inputs.get('name', args.name)}", **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> NoReturn:
        raise AssertionError(f"the program looks something up: {args.token}")


class Monitor(mocks.MockMonitor):
    """Keeps what the engine is told."""

    def __init__(self) -> None:
        super().__init__(Answers())
        self.told: list[Resource] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the engine's own word
        if request.custom and not request.type.startswith("pulumi:"):
            options = (request.protect, request.retainOnDelete, request.provider)
            self.told.append(Resource(request.type, request.name, wire.read(request.object), *options))
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK ships no types for it


def rendered(program: Callable[[], None]) -> Sequence[Resource]:
    """All resources of a program but its providers, in the order in which they were told."""
    monitor = Monitor()
    mocks.set_mocks(monitor.mocks, project=PROJECT, stack="test", preview=False, monitor=monitor)
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # nor for this
    return monitor.told
