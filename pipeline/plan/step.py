"""What a plan is made of: the engine's steps, normalised, so that people approve them and a later preview can be compared.

A step is (operation, URN, changed property paths, hash of the new inputs). What may go ahead under an approval: the same
steps or fewer. A new delete, a new replace, or a new change of access never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.release import digest

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # how the engine writes a value that only the provider will know
Operation = Literal["create", "update", "delete", "replace", "import"]
# Types that give somebody a right to something.
ACCESS = frozenset(
    {
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "snowflake:index/grantAccountRole:GrantAccountRole",
        "snowflake:index/grantOwnership:GrantOwnership",
        "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
        "snowflake:index/serviceUser:ServiceUser",
        "snowflake:index/storageIntegrationAws:StorageIntegrationAws",
    }
)
# Types that hold data: to delete or replace one loses something that no revert brings back.
DATA = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "snowflake:index/database:Database",
        "snowflake:index/schema:Schema",
    }
)


@dataclass(frozen=True)
class Step:
    """One step of the engine. `changed` are property paths, sorted; `inputs` are the new inputs (old ones for a delete)."""

    operation: Operation
    urn: str
    changed: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def type(self) -> str:
        """The Pulumi token, e.g. `aws:iam/role:Role`: the last of the URN's type chain."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def destroys(self) -> bool:
        return self.operation in {"delete", "replace"}

    @property
    def touches_access(self) -> bool:
        return self.type in ACCESS

    @property
    def endangers_data(self) -> bool:
        return self.destroys and self.type in DATA

    def approved(self) -> dict[str, Any]:
        """What is approved of it: known values only as a hash, and which properties were not known yet."""
        unknown = sorted(key for key, value in self.inputs.items() if holds_unknown(value))
        return {
            "operation": self.operation,
            "urn": self.urn,
            "changed": list(self.changed),
            "inputs": self.known_inputs(unknown),
            "unknown": unknown,
        }

    def known_inputs(self, unknown: Iterable[str]) -> str:
        """The hash of the inputs without the properties `unknown`."""
        left_out = frozenset(unknown)
        return digest(exact({key: value for key, value in self.inputs.items() if key not in left_out}))

    def covered_by(self, approved: Mapping[str, Any]) -> bool:
        """The same operation on the same resource with the same inputs, as far as they were known at the approval."""
        return (self.operation, self.urn, self.known_inputs(approved["unknown"])) == (
            approved["operation"],
            approved["urn"],
            approved["inputs"],
        )

    def document(self) -> dict[str, Any]:
        """What policies judge: {op, urn, type, name, changed, inputs}."""
        return {
            "op": self.operation,
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "changed": list(self.changed),
            "inputs": dict(self.inputs),
        }


def holds_unknown(value: Any) -> bool:
    """Whether some part of a value is computed by the provider and not known at preview."""
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def exact(value: Any) -> Any:
    """JSON without floats (protobuf makes every number one): whole ones become integers, others text."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def steps_digest(steps: Iterable[Step]) -> str:
    """Names a set of steps, whatever their order: what a person approves."""
    return digest(sorted((step.approved() for step in steps), key=lambda step: (step["urn"], step["operation"])))


def beyond(approved: Iterable[Mapping[str, Any]], now: Iterable[Step]) -> list[Step]:
    """The steps of today's preview that the approval does not cover, and that may therefore not go ahead.

    A step is covered when the same operation on the same URN was approved with the same inputs. Uncovered ones that
    neither destroy nor touch access go ahead as well: they came from a neighbour's merge and add nothing to fear.
    """
    by_urn = {step["urn"]: step for step in approved}
    uncovered = [step for step in now if step.urn not in by_urn or not step.covered_by(by_urn[step.urn])]
    return [step for step in uncovered if step.destroys or step.touches_access]
