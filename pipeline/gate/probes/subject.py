"""What is probed: one tenant's release with its settings in one environment, and whose hands ask.

Everything is asked as the tenant itself. The deployer's hands are there for what a tenant rightly cannot see or do: whether a
secret is there, who may read it, and the scratch schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import cloud
from pipeline.errors import AcmeError, Busy, Conflict, Denied, Missing, Throttled, Unreachable
from pipeline.findings import Finding, Level, Where
from pipeline.naming import Place
from pipeline.release import Pipeline, Release
from pipeline.run import Binding
from pipeline.settings import Environment
from pipeline.warehouse import Session

if TYPE_CHECKING:
    from pipeline.spec.tenant import Tenant

RUN = "probe"  # what the sessions of a probe are called, in CloudTrail and in Snowflake's history
CODES: tuple[tuple[type[AcmeError], str], ...] = (
    (Denied, "probe.credential"),
    (Missing, "probe.missing"),
    (Unreachable, "probe.unreachable"),
    (Conflict, "probe.conflict"),
)
UNCERTAIN = (Busy, Throttled)  # no answer: neither a yes nor a no


@dataclass(frozen=True)
class Hands:
    """The deployer's: a client by the service's name, and a session with Snowflake. `airflow` is the Python of an environment
    that holds the real Airflow, None where there is none; `cache` a folder for what need not be asked twice."""

    aws: Callable[[str], Any] = field(repr=False)
    warehouse: Callable[[], AbstractContextManager[Session]] = field(repr=False)
    airflow: Path | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Subject:
    """`tenant` is the folder, where it is at hand: findings then name lines. With its `files` as well, a mapping's edit is offered.

    `dag_file` is the text of the DAG file, `runtime` the digest and bytes of the zip that it names; empty: the DAG is not asked
    about. `neighbours` are other tenants that may live in this environment.
    """

    environment: Environment
    release: Release
    settings: Mapping[str, Any]
    hands: Hands
    tenant: Tenant | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    dag_file: str = field(default="", repr=False)
    runtime: tuple[str, bytes] = field(default=("", b""), repr=False)
    neighbours: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.release.tenant

    @property
    def place(self) -> Place:
        return self.environment.place

    @property
    def again(self) -> str:
        """The command that asks once more."""
        return f"acme gate {self.name} --probe -e {self.environment.name}"

    def binding(self, pipeline: Pipeline) -> Binding:
        """What a run would be bound to: no deployment yet, so no epoch."""
        run = f"{RUN}-{pipeline.name}"
        return Binding(self.environment, self.name, pipeline, run, 0, self.release.digest, "", "", self.settings)

    def credentials(self, task: str) -> cloud.Credentials:
        """The tenant's own, narrowed to what this task may do; assumed once a task."""
        if task not in self._assumed:
            self._assumed[task] = cloud.assume_tenant(self.environment, self.name, task, RUN)
        return self._assumed[task]

    @cached_property
    def _assumed(self) -> dict[str, cloud.Credentials]:
        return {}

    # findings
    def where(self, file: str, *path: str | int) -> Where:
        """A part of one of the tenant's files: with line and column where the folder is at hand."""
        name = f"tenants/{self.name}/{file}"
        document = self.tenant.documents.get(name) if self.tenant else None
        return document.where(path, key=True) if document else Where(name)

    @property
    def settings_file(self) -> str:
        return f"environments/{self.environment.name}.yaml"

    def finding(
        self, code: str, what: str, why: str, fix: str, *, where: Where | None = None, level: Level = "deny"
    ) -> Finding:
        return Finding(code, level, "gate", what, why, fix, self.name, where or self.where(self.settings_file))

    def unanswered(self, what: str, why: str = "", fix: str = "", where: Where | None = None) -> Finding:
        """A question that got no answer is told, and never counts as passed: it stops a priority tenant."""
        level: Level = "deny" if self.settings["tier"] == "priority" else "info"
        return self.finding("probe.unanswered", what, why, fix or self.again, where=where, level=level)

    def refused(self, error: AcmeError, *, where: Where | None = None, fix: str = "", what: str = "") -> Finding:
        """How the world refused, as a finding; `what` goes before the error's own words."""
        said = " ".join(part for part in (what, f"{error.where}: {error.what}" if error.where else error.what) if part)
        mend = "; then: ".join(part for part in (fix or error.fix, self.again) if part)
        if isinstance(error, UNCERTAIN):
            return self.unanswered(said, error.why, mend, where)
        code = next((code for kind, code in CODES if isinstance(error, kind)), "probe.conflict")
        return self.finding(code, said, error.why, mend, where=where)
