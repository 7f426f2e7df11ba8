"""A re-run, planned first: object by object what a run would do, then one run of one tenant's pipeline.

The plan is read from the ledger and the manifests; it never decides: the fence does, again, when the run publishes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.publish.ledger import Row

Fate = Literal["will load", "already published", "revoked"]


@dataclass(frozen=True)
class Line:
    """One object of the plan. `run` is the run whose manifest holds its bytes."""

    source_key: str
    fate: Fate
    run: str
    seq: int
    rows: int


@dataclass(frozen=True)
class Plan:
    """What is known of a pipeline's objects now."""

    tenant: str
    pipeline: str
    lines: tuple[Line, ...]

    def of_release(self, rows: Sequence[Row], release: str) -> Plan:
        """Only the objects that were published under this release."""
        seqs = {row.seq for row in rows if row.release == release}
        return Plan(self.tenant, self.pipeline, tuple(line for line in self.lines if line.seq in seqs))

    def text(self) -> str:
        lines = [f"  {line.fate:<18} {line.source_key}  {line.rows:,} rows, run {line.run}" for line in self.lines]
        return "\n".join([f"{self.tenant} {self.pipeline}: {len(lines)} objects", *lines])

    def document(self) -> dict[str, object]:
        return {"tenant": self.tenant, "pipeline": self.pipeline, "objects": [line.__dict__ for line in self.lines]}

    def replay(self) -> tuple[str, ...]:
        """The source keys of those that would load: what a replay is asked for."""
        return tuple(line.source_key for line in self.lines if line.fate != "already published")


def plan(tenant: str, pipeline: str, rows: Sequence[Row]) -> Plan:
    """One line an object, by its newest row: live is already published; taken back is what a replay loads again."""
    newest = {row.source_key: row for row in sorted(rows, key=lambda row: row.seq) if row.kind != "sweep"}
    loads = {row.attempt: row for row in rows if row.kind == "load"}
    lines = []
    for row in newest.values():
        landed = loads.get(row.attempt, row)
        fate: Fate = "already published" if row.kind == "load" else "revoked"
        lines.append(Line(row.source_key, fate, landed.run, row.seq, row.rows.source))
    return Plan(tenant, pipeline, tuple(sorted(lines, key=lambda line: line.source_key)))


class Airflow(Protocol):
    """What runs a DAG: MWAA's API, or the sandbox's cell."""

    def run(self, tenant: str, pipeline: str, run: str, conf: Mapping[str, object] | None = None) -> object: ...
