"""What proves a release in staging: it is live, has published a real run, has soaked, and nothing is wrong with it.

Everything that is missing is told at once, as findings of stage `promote`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.findings import Finding, Where
from pipeline.promote.pin import Evidence
from pipeline.release import Release

SOAK = {"priority": timedelta(hours=24), "standard": timedelta(hours=12), "trial": timedelta(hours=1)}
PROBE_MAX_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class Staging:
    """What staging says of itself. `receipts` maps pipelines to the newest receipt's hash under the live release."""

    release: str | None
    deployment: str = ""
    live_since: datetime | None = None
    receipts: Mapping[str, str] | None = None
    open_incidents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Probe:
    """The probe of production: when it ran, of which release and settings (digests), and what it found."""

    at: datetime
    release: str
    settings: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Case:
    """The case for one promotion. `settings` is the digest of production's; `soak` how long the release must have been live
    in staging."""

    release: Release
    settings: str
    tier: str
    staging: Staging
    probe: Probe
    now: datetime
    soak: timedelta

    def findings(self) -> list[Finding]:
        """All that is missing; empty where the case is proved."""
        return [*self._staging(), *self.probe.findings, *self._probe()]

    def evidence(self) -> Evidence:
        """For the pin. Only of a case without findings."""
        live_since = self.staging.live_since or self.now
        return Evidence(
            self.staging.deployment, instant(live_since), self.staging.receipts or {}, instant(self.probe.at)
        )

    def _staging(self) -> Iterator[Finding]:
        tenant, digest = self.release.tenant, self.release.digest
        if self.staging.release != digest:
            live = self.staging.release or "nothing"
            yield self._deny(
                "evidence.not_live",
                f"release {digest[:12]} is not live in staging; {live[:12]} is.",
                f"acme apply {tenant}",
            )
            return
        for pipeline in self.release.pipelines:
            if pipeline.name not in (self.staging.receipts or {}):
                what = f"pipeline {pipeline.name} has published nothing in staging under this release."
                yield self._deny(
                    "evidence.no_receipt", what, f"let it run once: acme recover rerun {tenant} {pipeline.name}"
                )
        if self.staging.live_since and self.now - self.staging.live_since < self.soak:
            until = self.staging.live_since + self.soak
            yield self._deny(
                "evidence.soaking",
                f"the release soaks until {instant(until)} (tier {self.tier}).",
                "promote after that",
            )
        for incident in self.staging.open_incidents:
            yield self._deny(
                "evidence.open_incident", f"{incident} is open in staging.", f"acme observe why {incident}"
            )

    def _probe(self) -> Iterator[Finding]:
        if (self.probe.release, self.probe.settings) != (self.release.digest, self.settings):
            probed = f"release {self.probe.release[:12]} under settings {self.probe.settings[:12]}"
            what = f"the probe of production was one of {probed}."
            yield self._deny("evidence.probe_other", what, f"acme promote {self.release.tenant}")
        if self.now - self.probe.at > PROBE_MAX_AGE:
            yield self._deny(
                "evidence.probe_stale",
                f"production was probed at {instant(self.probe.at)}, over an hour ago.",
                f"acme promote {self.release.tenant}",
            )

    def _deny(self, code: str, what: str, fix: str) -> Finding:
        tenant = self.release.tenant
        return Finding(
            code,
            "deny",
            "promote",
            what,
            "Production takes only what staging has proved.",
            fix,
            tenant,
            Where(f"tenants/{tenant}"),
        )


def instant(at: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
