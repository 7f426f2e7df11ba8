"""A re-run, planned first: object by object what a run would do, then one run of one tenant's pipeline.

The plan is read from the ledger and the manifests; it never decides: the fence does, again, when the run publishes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.observe.queries import incident_name
from pipeline.publish.ledger import Row
from pipeline.recover.recorded import Waiting

Fate = Literal["already published", "revoked", "held"]


@dataclass(frozen=True)
class Line:
    """One object of the plan. `run` is the run whose manifest holds its bytes; of what is held, `why` says why it waits."""

    source_key: str
    fate: Fate
    run: str = ""
    seq: int = 0
    rows: int = 0
    why: str = ""

    def text(self) -> str:
        said = self.why if self.fate == "held" else f"{self.rows:,} rows, run {self.run}"
        return f"  {self.fate:<18} {self.source_key}  {said}"


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
        head = f"{len(self.lines)} object{'' if len(self.lines) == 1 else 's'}"
        if not self.lines:
            head = "nothing was published yet: a run loads whatever complete objects the source holds"
        return "\n".join([f"{self.tenant} {self.pipeline}: {head}", *(line.text() for line in self.lines)])

    def document(self) -> dict[str, object]:
        return {"tenant": self.tenant, "pipeline": self.pipeline, "objects": [line.__dict__ for line in self.lines]}

    def replay(self) -> tuple[str, ...]:
        """The source keys of those that were taken back: what a replay is asked for."""
        return tuple(line.source_key for line in self.lines if line.fate == "revoked")


def plan(tenant: str, pipeline: str, rows: Sequence[Row], waiting: Sequence[Waiting] = ()) -> Plan:
    """One line an object, by its newest row: live is already published; taken back is what a replay loads again.

    And one for each object that waits: under its name other bytes may be published already.
    """
    newest = {row.source_key: row for row in sorted(rows, key=lambda row: row.seq) if row.kind != "sweep"}
    loads = {row.attempt: row for row in rows if row.kind == "load"}
    lines = []
    for row in newest.values():
        landed = loads.get(row.attempt, row)
        fate: Fate = "already published" if row.kind == "load" else "revoked"
        lines.append(Line(row.source_key, fate, landed.run, row.seq, row.rows.source))
    lines += [Line(each.source_key, "held", why=f"{each.why} ({incident_name(each.incident)})") for each in waiting]
    return Plan(tenant, pipeline, tuple(sorted(lines, key=lambda line: (line.source_key, line.fate))))


class Airflow(Protocol):
    """What runs a DAG: MWAA's API, or the sandbox's cell."""

    def run(self, tenant: str, pipeline: str, run: str, conf: Mapping[str, object] | None = None) -> object: ...
