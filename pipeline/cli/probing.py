"""From a folder to the probe's question: the release and settings that would run, and the deployer's hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.naming import EXAMPLE
from pipeline.toolchain import cache as caches
from pipeline.toolchain import environments

if TYPE_CHECKING:
    from pipeline.cli.world import Hands
    from pipeline.gate.probe import Probed
    from pipeline.gate.probes.subject import Subject
    from pipeline.plan.desired import Desired
    from pipeline.spec.tenant import Tenant


def probed(hands: Hands, tenant: Tenant, files: Mapping[str, bytes] = MappingProxyType({})) -> Probed:
    """The folder's own release, with its settings in this environment; nothing is asked where it has none there."""
    from pipeline.gate.probe import Probed, probe
    from pipeline.plan.desired import Desired
    from pipeline.plan.runtime import build
    from pipeline.spec.compilation import compile_release, settings_document

    if hands.environment.name not in tenant.environments:
        return Probed(())
    settings = settings_document(tenant, hands.environment.name)
    runtime = build(hands.repository / "pipeline")
    desired = Desired(hands.environment, compile_release(tenant), settings, runtime, "")
    return probe(replace(subject(hands, desired), tenant=tenant, files=files))


def subject(hands: Hands, desired: Desired) -> Subject:
    """What is desired, as what a probe asks about."""
    from pipeline.gate.probes.subject import Hands as Eyes
    from pipeline.gate.probes.subject import Subject
    from pipeline.plan.dag_file import render

    there = caches.is_complete(environments.part("airflow"))
    airflow = environments.python("airflow") if there else None
    return Subject(
        environment=hands.environment,
        release=desired.release,
        settings=desired.settings,
        hands=Eyes(hands.aws, hands.warehouse, airflow, caches.folder() / "gate"),
        dag_file=render(desired.release, desired.settings, desired.runtime.digest, sandbox=hands.environment.sandbox),
        runtime=(desired.runtime.digest, desired.runtime.content),
        neighbours=neighbours(hands, desired.tenant),
    )


def neighbours(hands: Hands, tenant: str) -> tuple[str, ...]:
    """The other tenants of the checkout."""
    folders = (path.name for path in (hands.repository / "tenants").iterdir() if path.is_dir())
    return tuple(sorted(name for name in folders if name not in (tenant, EXAMPLE)))
