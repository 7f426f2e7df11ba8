"""`acme promote TENANT`: probes production, checks what staging proved, copies the release over and commits the pin."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.cli.answer import FINDINGS, Answer
from pipeline.errors import Final
from pipeline.findings import Finding, denied, in_order

if TYPE_CHECKING:
    from pipeline.cli.world import Hands
    from pipeline.promote.evidence import Case, Staging
    from pipeline.publish.ledger import Row
    from pipeline.release import Release
    from pipeline.spec.tenant import Tenant


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where something is missing: every missing thing is told."""
    from pipeline.cli.world import Hands, readable

    tenant = readable(arguments.repo, arguments.tenant)
    if "production" not in tenant.environments:
        raise Final(
            f"{tenant.file('environments/production.yaml')} is not there.", fix="write it; acme new tenant shows one"
        )
    production = Hands(arguments.repo, "production")
    case = _case(Hands(arguments.repo, "staging"), production, tenant)
    findings = case.findings()
    if denied(findings):
        return told(findings, {"release": case.release.digest}, "")
    commit = _promote(arguments, production, case)
    document = {"release": case.release.digest, "commit": commit, "evidence": case.evidence().__dict__}
    return told(findings, document, f"{tenant.name}: release {case.release.digest[:8]} promoted in {commit[:7]}")


def told(findings: list[Finding], document: Mapping[str, object], done: str) -> Answer:
    text = "\n".join([*(finding.sentence() for finding in in_order(findings)), *([done] if done else [])])
    code = FINDINGS if denied(findings) else 0
    return Answer({**document, "findings": [finding.document() for finding in findings]}, text, code)


def _case(hands: Hands, production: Hands, tenant: Tenant) -> Case:
    """What staging says of the folder's release, and what a probe of production says of it now, under production's settings."""
    from pipeline.cli import probing
    from pipeline.promote.evidence import SOAK, Case, Probe
    from pipeline.release import digest
    from pipeline.spec.compilation import compile_release, settings_document

    release, tier = compile_release(tenant), tenant.head.tier if tenant.head else "standard"
    settings = digest(settings_document(tenant, "production"))
    probe = Probe(datetime.now(UTC), release.digest, settings, probing.probed(production, tenant).findings)
    soak = timedelta() if hands.environment.sandbox else SOAK[tier]
    return Case(release, settings, tier, _staging(hands, release), probe, datetime.now(UTC), soak)


def _staging(hands: Hands, release: Release) -> Staging:
    """What staging's records and ledgers say of this tenant."""
    from pipeline.apply.records import last_live
    from pipeline.observe.queries import incident_name, status
    from pipeline.promote.evidence import Staging

    live = last_live(hands.records, release.tenant, "staging")
    if live is None or live.release != release.digest:
        return Staging(live.release if live else None)
    receipts = {name: row.hash for name, row in _proofs(hands, release).items()}
    now = datetime.now(UTC)
    with hands.records.connect() as connection:
        told = status(connection, release.tenant, now)
    wrong = [
        incident_name(number)
        for each in told.environments
        if each.environment == "staging"
        for number in each.incidents
    ]
    return Staging(live.release, live.id, live.live_at, receipts, tuple(wrong))


def _proofs(hands: Hands, release: Release) -> dict[str, Row]:
    """Each pipeline's newest publish, where it ran this very pipeline: an older release that held the same one counts."""
    from pipeline import release as releases
    from pipeline.apply.artifacts import stored_release
    from pipeline.cli.recover import ledger_of

    proofs = {}
    for pipeline in release.pipelines:
        loads = [row for row in ledger_of(hands, release.tenant, pipeline.name) if row.kind == "load"]
        if not loads:
            continue
        bucket, newest = hands.environment.place.lake_bucket, loads[-1]
        ran = releases.read(stored_release(hands.aws("s3"), bucket, release.tenant, newest.release), newest.release)
        if ran.pipeline(pipeline.name).digest == pipeline.digest:
            proofs[pipeline.name] = newest
    return proofs


def _promote(arguments: argparse.Namespace, hands: Hands, case: Case) -> str:
    """The release into the production lake first: a pin never names what is not stored."""
    from pipeline.apply.artifacts import store_release
    from pipeline.promote import pin

    store_release(hands.aws("s3"), hands.environment.place.lake_bucket, case.release)
    return pin.write(arguments.repo, case.release.tenant, case.release.digest, case.evidence())
