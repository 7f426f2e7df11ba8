"""The plans of the tenants that a gate asks about, each made when it is first asked for and then kept."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.cli import plan
from pipeline.errors import AcmeError
from pipeline.naming import EXAMPLE

if TYPE_CHECKING:
    from pipeline.plan.step import Step


class Plans(Mapping[str, Any]):
    """Tenant → {steps: […]}, as the rules of plan/ read it. What cannot be planned is not there."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self.outcomes: dict[str, list[Step] | AcmeError] = {}

    def of(self, tenant: str) -> list[Step] | AcmeError:
        """The steps, or why there are none. A folder that only git holds has none, and the example is never deployed."""
        if tenant == EXAMPLE or self._arguments.head or not (self._arguments.repo / "tenants" / tenant).is_dir():
            return []
        if tenant not in self.outcomes:
            try:
                self.outcomes[tenant] = plan.plan(self._arguments, tenant)
            except AcmeError as error:
                self.outcomes[tenant] = error
        return self.outcomes[tenant]

    def __getitem__(self, tenant: str) -> dict[str, Any]:
        steps = self.of(tenant)
        if isinstance(steps, AcmeError) or not steps:
            raise KeyError(tenant)
        return {"steps": [step.document() for step in steps]}

    def __iter__(self) -> Iterator[str]:
        return (tenant for tenant, steps in self.outcomes.items() if steps and not isinstance(steps, AcmeError))

    def __len__(self) -> int:
        return sum(1 for _ in self)
