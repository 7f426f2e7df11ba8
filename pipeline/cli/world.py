"""The hands of the control plane: engine, warehouse, AWS, records and events of one environment, as its deployer.

The only place that knows the Pulumi programs: `plan` and `apply` take them as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import cloud, warehouse
from pipeline.errors import Final
from pipeline.settings import Environment, load
from pipeline.spec.tenant import Tenant, read_tenant
from pipeline.toolchain import cache, programs

if TYPE_CHECKING:
    from sqlalchemy import Engine as Records

    from pipeline.apply.deployment import World
    from pipeline.apply.infrastructure import Ready
    from pipeline.apply.judgement import Judge
    from pipeline.findings import Finding
    from pipeline.gate.verdict import Verdict
    from pipeline.plan.desired import Desired
    from pipeline.plan.engine import Engine, Program

IDENTITY = "deployer"


class Hands:
    """Everything of one environment, each part made when it is first asked for."""

    def __init__(self, repository: Path, environment: str) -> None:
        self.repository, self.environment = repository, load(environment, repository)
        self._clients: dict[str, Any] = {}

    def aws(self, service: str) -> Any:
        """A client as the deployer."""
        if service not in self._clients:
            self._clients[service] = cloud.client(self.environment, self._session, service)
        return self._clients[service]

    @cached_property
    def _session(self) -> Any:
        return cloud.session(self.environment, IDENTITY)

    @cached_property
    def records(self) -> Records:
        from pipeline.observe import store

        engine = store.connect(self.environment.records)
        store.migrate(engine)
        return engine

    @cached_property
    def engine(self) -> Engine:
        from pipeline.plan.engine import Engine

        home = cache.folder() / "engine" / self.environment.place.account
        return Engine(programs.root(programs.PULUMI), home, self.environment)

    def warehouse(self) -> warehouse.Session:
        """A session with Snowflake as the deployer, who owns tables, views and epochs."""
        user = self.environment.place.snowflake_identity(IDENTITY)
        credentials = self._session.get_credentials().get_frozen_credentials()
        return warehouse.connect(
            self.environment, credentials, user=user, role=user, warehouse="", query_tag='{"task":"apply"}'
        )

    def world(self) -> World:
        from pipeline.apply.deployment import World

        sink = cloud.SqsSink(self.environment, self._session)
        return World(self.aws, self.records, self.engine, self.program, self.warehouse, sink, self.probe)

    def probe(self, desired: Desired) -> Sequence[Finding]:
        """What stands in the way of what is desired here, by the tenant's own eyes."""
        from pipeline.cli import probing
        from pipeline.gate.probe import probe

        return probe(probing.subject(self, desired)).findings

    def program(self, desired: Desired) -> Program:
        """The tenant's Pulumi program. A secret that its stack holds stays: people put a value into it, and a revert returns."""
        from pipeline.plan.state import secrets

        def program() -> None:  # the state is read when the engine runs it: what a killed one left is in it by then
            held = secrets(self.aws("s3"), self.environment.place, desired.tenant)
            tenant_program_of(desired, held)()

        return program

    def judge(self) -> Judge:
        """The gate, by the rules of the checkout, as an apply asks it."""
        from pipeline.apply.judgement import judge

        kept = cache.folder() / "gate"
        return judge(self.repository, lambda: programs.ensure(programs.OPA), self.environment.opa, kept, self._record)

    def judge_platform(self) -> Ready:
        """The rules about steps, as an apply of the shared parts asks them."""
        from pipeline.apply.judgement import judge_platform

        return judge_platform(self.repository, lambda: programs.ensure(programs.OPA), self.environment.opa)

    def _record(self, tenant: str, verdict: Verdict) -> None:
        """The verdict in the records: the evidence of which policies let a tenant's change be applied."""
        from pipeline.events import Correlation
        from pipeline.gate.decision import decision

        sink = cloud.SqsSink(self.environment, self._session)
        sink.send(decision(verdict, Correlation(tenant=tenant, environment=self.environment.name)))

    def desired_cell(self, tenant: str) -> str:
        """The cell that the tenant's settings name in this environment."""
        return readable(self.repository, tenant).environments[self.environment.name].head.cell

    def desired(self, tenant: str) -> Desired | None:
        """What the checkout asks for. `Final` where the tenant's folder is not well-formed: the gate says how."""
        from pipeline.apply.artifacts import stored_release
        from pipeline.plan.desired import desired
        from pipeline.plan.program import program_digest
        from pipeline.plan.runtime import build

        bucket = self.environment.place.lake_bucket
        return desired(
            readable(self.repository, tenant),
            self.environment,
            build(self.repository / "pipeline"),
            program_digest(self.repository),
            lambda name, digest: stored_release(self.aws("s3"), bucket, name, digest),
        )


def readable(repository: Path, tenant: str) -> Tenant:
    """The tenant's folder. `Usage` where there is none, `Final` where it is not well-formed."""
    from pipeline.cli.validate import chosen

    chosen(repository, [tenant])
    read, findings = read_tenant(repository, tenant)
    if read is None:
        raise Final(f"tenants/{tenant} has {len(findings)} findings.", fix=f"acme validate {tenant}")
    return read


def tenant_program_of(desired: Desired, held: frozenset[str] = frozenset()) -> Program:
    """The tenant's Pulumi program for what is desired, and for the secrets that are `held` already."""
    from pipeline.plan.dag_file import render
    from stacks.components.tenant import TenantArgs, tenant_program

    settings = desired.settings
    named = {str(part["secret"]) for part in settings["connectors"].values() if part.get("secret")}
    secrets = tuple(sorted({*named, *held}))
    dag_file = render(desired.release, settings, desired.runtime.digest, sandbox=desired.environment.sandbox)
    return tenant_program(
        TenantArgs(desired.environment, desired.tenant, settings["cell"], settings["tier"], secrets, dag_file)
    )


def platform_program_of(repository: Path, environment: Environment) -> Callable[[], None]:
    """The platform's Pulumi program."""
    from pipeline.settings import folder
    from pipeline.spec.document import parse
    from stacks.components.platform import PlatformArgs, platform_program

    document, findings = parse("stacks/cells.yaml", (repository / "stacks/cells.yaml").read_text(encoding="utf-8"))
    if document is None:
        raise Final(f"stacks/cells.yaml cannot be read: {findings[0].what}")
    file = (folder(repository) / f"{environment.name}.toml").read_text(encoding="utf-8")
    return platform_program(PlatformArgs(environment, tuple(sorted(document.value["cells"])), file))
