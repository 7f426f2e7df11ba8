"""From a folder to the probe's question: the release and settings that would run, and the deployer's hands."""

from __future__ import annotations

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


def probed(hands: Hands, tenant: Tenant) -> Probed:
    """The folder's own release, with its settings in this environment; nothing is asked where it has none there."""
    from pipeline.gate.probe import Probed, probe

    return probe(subject(hands, tenant)) if hands.environment.name in tenant.environments else Probed(())


def subject(hands: Hands, tenant: Tenant) -> Subject:
    from pipeline.plan.desired import Desired
    from pipeline.plan.runtime import build
    from pipeline.spec.compilation import compile_release, settings_document

    settings = settings_document(tenant, hands.environment.name)
    runtime = build(hands.repository / "pipeline")
    return subject_of(hands, Desired(hands.environment, compile_release(tenant), settings, runtime, ""), tenant)


def subject_of(hands: Hands, desired: Desired, tenant: Tenant | None = None) -> Subject:
    """What is desired, as the probe's subject."""
    from pipeline.gate.probes import subject
    from pipeline.plan.dag_file import render

    there = caches.is_complete(environments.part("airflow"))
    eyes = subject.Hands(
        hands.aws,
        hands.warehouse,
        environments.python("airflow") if there else None,
        caches.folder() / "gate",
    )
    return subject.Subject(
        environment=hands.environment,
        release=desired.release,
        settings=desired.settings,
        hands=eyes,
        tenant=tenant,
        dag_file=render(desired.release, desired.settings, desired.runtime.digest, sandbox=hands.environment.sandbox),
        runtime=(desired.runtime.digest, desired.runtime.content),
        neighbours=neighbours(hands, desired.tenant),
    )


def neighbours(hands: Hands, tenant: str) -> tuple[str, ...]:
    """The other tenants of the checkout."""
    folders = (path.name for path in (hands.repository / "tenants").iterdir() if path.is_dir())
    return tuple(sorted(name for name in folders if name not in (tenant, EXAMPLE)))
