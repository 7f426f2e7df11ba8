"""Rules of when a pipeline starts: no more often than its source can follow, and as often as its contract promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.findings import Finding
from pipeline.spec import cron
from pipeline.spec.connectors import api, sftp
from pipeline.spec.contract import minutes
from pipeline.spec.document import Document
from pipeline.spec.tenant import Pipeline, Tenant
from pipeline.spec.wording import deny, listed

_REQUESTS: Final = 2  # of a run at least: for a token, and for a page


def findings(tenant: Tenant) -> Iterator[Finding]:
    """All rules, for every pipeline that could be read."""
    for table, pipeline in tenant.pipelines.items():
        document = tenant.documents[tenant.file(f"pipelines/{table}.yaml")]
        shortest, longest = cron.gaps(cron.resolved(pipeline.model.schedule, tenant.name, table))
        yield from _rest(tenant, document, pipeline, shortest)
        yield from _promise(tenant, document, table, longest)
    for name in tenant.connectors:
        yield from _requests(tenant, name)


def _rest(tenant: Tenant, document: Document, pipeline: Pipeline, shortest: int) -> Iterator[Finding]:
    """A file that must rest for longer than until the next start is looked at in vain."""
    connector = tenant.connectors.get(pipeline.model.connector)
    options = connector.options if connector else None
    rest_s = options.complete_when.size_stable_s if isinstance(options, sftp.Options) else None
    if rest_s is not None and shortest * 60 < rest_s:
        what = f"a run starts every {spoken(shortest)}, and a file must rest for {rest_s} s before it counts as whole."
        fix = f"start less often, or shorten `size_stable_s` of connectors/{pipeline.model.connector}.yaml"
        found = deny(
            "reference.schedule_window", document.where(("schedule",)), what, "the next run looks in vain.", fix
        )
        yield replace(found, level="warn")


def _requests(tenant: Tenant, connector: str) -> Iterator[Finding]:
    """All pipelines of a connector together, within what we promised to its host."""
    options = tenant.connectors[connector].options
    if not isinstance(options, api.Options):
        return
    used = {t: p for t, p in tenant.pipelines.items() if p.model.connector == connector}
    starts = {t: _an_hour(cron.resolved(p.model.schedule, tenant.name, t)) for t, p in used.items()}
    if (wanted := _REQUESTS * sum(starts.values())) > (allowed := 60 * options.requests_per_minute):
        where = tenant.documents[tenant.file(f"connectors/{connector}.yaml")].where(("requests_per_minute",))
        what = f"{listed(sorted(used))} ask for {wanted} requests an hour at least, and {allowed} are allowed."
        fix = "let them start less often, or raise `requests_per_minute` to what the customer agreed to"
        yield deny("reference.schedule_window", where, what, "runs would wait for each other for ever.", fix)


def _an_hour(schedule: str) -> int:
    shortest, _ = cron.gaps(schedule)
    return max(1, 60 // shortest)


def _promise(tenant: Tenant, document: Document, table: str, longest: int) -> Iterator[Finding]:
    if table not in tenant.contracts:
        return
    contract = tenant.documents[tenant.file(f"contracts/{table}.yaml")]
    for promise in contract.value.get("slaProperties", ()):
        promised = minutes(promise) if promise["property"] == "frequency" else None
        if promised is not None and longest > promised:
            what = f"up to {spoken(longest)} pass between two starts, and the contract promises rows every {spoken(promised)}."
            fix = f"start more often, or write the frequency that contracts/{table}.yaml can keep"
            found = deny("contract.frequency", document.where(("schedule",)), what, "readers plan by it.", fix)
            yield replace(found, level="warn")


def spoken(duration: int) -> str:
    """Minutes as a person says them: `45 min`, `6 h`, `2 d`."""
    for size, unit in ((1440, "d"), (60, "h")):
        if duration >= size and duration % size == 0:
            return f"{duration // size} {unit}"
    return f"{duration} min"
