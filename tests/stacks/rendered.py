"""What a Pulumi program registers, without an engine: each resource with its inputs and its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import mocks

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


class Answers(mocks.Mocks):
    """A cloud that gives back what it was told, and an ARN."""

    def new_resource(self, args):
        return args.name, {"arn": f"arn:aws:::{args.inputs.get('name', args.name)}", **args.inputs}

    def call(self, args):
        raise AssertionError(f"the program looks something up: {args.token}")


class Monitor(mocks.MockMonitor):
    """Keeps what the engine is told."""

    def __init__(self) -> None:
        super().__init__(Answers())
        self.told: list[Resource] = []

    def RegisterResource(self, request):
        if request.custom and not request.type.startswith("pulumi:"):
            options = (request.protect, request.retainOnDelete, request.provider)
            self.told.append(Resource(request.type, request.name, wire.read(request.object), *options))
        return super().RegisterResource(request)


def rendered(program: Callable[[], None]) -> list[Resource]:
    """All resources of a program but its providers, in the order in which they were told."""
    monitor = Monitor()
    mocks.set_mocks(monitor.mocks, project="acme", stack="test", preview=False, monitor=monitor)
    pulumi.runtime.test(program)()
    return monitor.told
