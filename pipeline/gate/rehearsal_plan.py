"""The way back from a plan of the engine: what its steps would leave that the reverse steps could not restore.

Pure. An apply of the base creates what was deleted, deletes what was created, and puts back what was changed; a secret's name
is not free again for weeks, what held data comes back empty, and another identity is not the one that others trust.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

from pipeline.findings import Finding, Where

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  a type
IDENTITIES = frozenset(
    {"aws:iam/role:Role", "snowflake:index/accountRole:AccountRole", "snowflake:index/serviceUser:ServiceUser"}
)
BACK = {"create": "delete", "delete": "create", "import": "forget"}


class Planned(Protocol):
    """A step of a plan, as much of it as counts here."""

    @property
    def operation(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def destroys(self) -> bool: ...
    @property
    def endangers_data(self) -> bool: ...


def backward(tenant: str, environment: str, steps: Iterable[Planned]) -> Iterator[Finding]:
    """What cannot be undone of these steps."""
    for step in steps:
        if not step.destroys:
            continue
        told = (tenant, environment, f"{step.operation} {step.type.rpartition(':')[2]} `{step.name}`")
        if step.type == SECRET:
            yield _deny(
                "rehearsal.name_held", *told, "a secret's name is held for 30 days, so a revert cannot make it again."
            )
        elif step.endangers_data:
            yield _deny(
                "rehearsal.data_lost", *told, "what it holds goes along, and a revert brings back an empty one."
            )
        elif step.type in IDENTITIES:
            yield _deny(
                "rehearsal.identity_replaced",
                *told,
                "a revert makes another one, which those that trust it do not know.",
            )


def _deny(code: str, tenant: str, environment: str, step: str, why: str) -> Finding:
    where = Where(f"tenants/{tenant}/environments/{environment}.yaml")
    fix = "keep it in this change; if it must go, have that waived by the platform"
    return Finding(code, "deny", "gate", f"the plan would {step}.", why, fix, tenant, where)


def sentence(tenant: str, environment: str, steps: Iterable[Planned]) -> str:
    """`globex.staging: rehearsed on the plan: back by 1 delete, 3 update`."""
    counts = Counter(BACK.get(step.operation, step.operation) for step in steps)
    said = ", ".join(f"{count} {operation}" for operation, count in sorted(counts.items())) or "no step"
    return f"{tenant}.{environment}: rehearsed on the plan, back by {said}"
