"""Rules of where things stand: files that one pipeline takes, secrets that both environments name alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from pipeline.findings import Finding
from pipeline.naming import ENVIRONMENTS
from pipeline.spec.connectors import sftp
from pipeline.spec.tenant import Tenant
from pipeline.spec.wording import deny, nearest
from pipeline.validate import glob


def findings(tenant: Tenant) -> Iterator[Finding]:
    """What the tenant's own files tell of it."""
    yield from _overlaps(tenant)
    yield from _secrets(tenant)


def _overlaps(tenant: Tenant) -> Iterator[Finding]:
    """A file that two pipelines would take, by one connector or by two that look into the same directory."""
    taken = [
        (table, p.model.connector, p.fetch.files)
        for table, p in sorted(tenant.pipelines.items())
        if isinstance(p.fetch, sftp.Fetch)
    ]
    for (first, connector, pattern), (second, other, later) in combinations(taken, 2):
        if _same_place(tenant, connector, other) and (both := glob.common(pattern, later)) is not None:
            document = tenant.documents[tenant.file(f"pipelines/{second}.yaml")]
            what = f"`{first}` takes files of these names too, for example `{both}`."
            fix = f"narrow this pattern, or that of pipelines/{first}.yaml"
            yield deny("reference.pattern_overlap", document.where(("files",)), what, "each file fills one table.", fix)


def _same_place(tenant: Tenant, one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = (tenant.connectors[name].options for name in (one, other))
    if getattr(first, "directory", "").rstrip("/") != getattr(second, "directory", "").rstrip("/"):
        return False
    return any(
        None not in pair and pair[0] == pair[1]
        for settings in tenant.environments.values()
        for pair in [[_door(settings.connectors.get(name)) for name in (one, other)]]
    )


def _door(settings: Any) -> tuple[Any, ...] | None:
    """Who looks where: host, port, user."""
    return (settings.endpoint.host, settings.endpoint.port, settings.user) if settings is not None else None


def _secrets(tenant: Tenant) -> Iterator[Finding]:
    """Each environment names its own; a name that is nearly the other's is likely a slip, and seen at the move to production."""
    if set(tenant.environments) != set(ENVIRONMENTS):
        return
    staging, production = (tenant.environments[name].connectors for name in ("staging", "production"))
    for name in sorted(set(staging) & set(production)):
        one, other = (str(getattr(side[name], "secret", "")) for side in (staging, production))
        if one != other and nearest(one, [other]):
            document = tenant.documents[tenant.file("environments/production.yaml")]
            what = f"production names the secret `{other}`, staging `{one}`."
            where = document.where(("connectors", name, "secret"))
            fix = f"write `{one}` here or `{other}` in environments/staging.yaml, if one of them was meant for both"
            yield replace(
                deny("reference.secret_differs", where, what, "the two are easily mixed up.", fix), level="warn"
            )
