"""What should be live: release, settings, runtime and program of one tenant in one environment.

Staging follows the tenant's folder. Production follows the pin for its release, which is fetched and never compiled again,
and the folder for its settings. Fails with `Missing` where a pin names a release that is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import release
from pipeline.errors import Missing
from pipeline.plan.runtime import Runtime
from pipeline.release import Pipeline, Release, digest
from pipeline.settings import Environment
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import Tenant

Stored = Callable[[str, str], bytes]  # (tenant, digest) → the stored release's bytes


@dataclass(frozen=True)
class Desired:
    """One tenant in one environment as it should be. `program` is a digest; `settings` the tenant's settings document."""

    environment: Environment
    release: Release
    settings: Mapping[str, Any]
    runtime: Runtime = field(repr=False)
    program: str

    @property
    def tenant(self) -> str:
        return self.release.tenant

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The digests of (release, settings, runtime, program): nothing to do where the live deployment's are equal."""
        return (self.release.digest, digest(self.settings), self.runtime.digest, self.program)

    @property
    def bindings(self) -> dict[str, str]:
        """What each pipeline's runs are bound to, as a digest: its epoch rises only when this changes."""
        return {pipeline.name: digest(self._binding(pipeline)) for pipeline in self.release.pipelines}

    @property
    def promises(self) -> dict[str, dict[str, Any]]:
        """When each pipeline runs, and within how many minutes after that its data is promised; of no release, nothing."""
        return {
            pipeline.name: {"schedule": pipeline.schedule, "freshness_minutes": pipeline.contract.freshness_minutes}
            for pipeline in self.release.pipelines
        }

    def _binding(self, pipeline: Pipeline) -> dict[str, Any]:
        return {
            "pipeline": pipeline.digest,
            "runtime": self.runtime.digest,
            "cell": self.settings["cell"],
            "tier": self.settings["tier"],
            "connector": self.settings["connectors"][pipeline.connector.name],
        }


def desired(tenant: Tenant, environment: Environment, runtime: Runtime, program: str, stored: Stored) -> Desired | None:
    """What the folder asks for in this environment; None where it has no settings there.

    Production without a pin is an empty release: the tenant's role, secrets and schemas are made, so that people can put the
    secrets' values and a promotion can be probed, and no pipeline runs. A revert of the first pin leads back to that.
    """
    if environment.name not in tenant.environments:
        return None
    if environment.name != "production":
        wanted = compile_release(tenant)
    elif tenant.pin is None:
        wanted = Release(tenant.name, ())
    else:
        wanted = pinned(tenant.name, tenant.pin.release, stored)
    return Desired(environment, wanted, settings_document(tenant, environment.name), runtime, program)


def pinned(tenant: str, named: str, stored: Stored) -> Release:
    """The release that the pin names, byte for byte as it was promoted."""
    try:
        content = stored(tenant, named)
    except Missing as error:
        raise Missing(
            f"the pin of {tenant} names release {named[:12]}, which is not stored.",
            why="A pinned release is never compiled again.",
            fix=f"promote {tenant} anew, or restore the object's older version",
        ) from error
    return release.read(content, named)
