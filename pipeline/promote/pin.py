"""The pin: the file that says which release production runs, and what proved it. `promote` alone writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Final
from pipeline.promote.commit import commit, git, head


@dataclass(frozen=True)
class Evidence:
    """What proved the release. Instants are ISO 8601 in UTC; `receipts` maps each pipeline to the hash of its newest row."""

    deployment: str
    live_since: str
    receipts: Mapping[str, str]
    probed: str


def path(tenant: str) -> str:
    return f"tenants/{tenant}/environments/production.pin.yaml"


def render(tenant: str, release: str, of: str, promoted_by: str, evidence: Evidence) -> str:
    """The file's text. `of` is the commit of main from which the release was compiled."""
    receipts = "".join(f'\n    {name}: "{hash_}"' for name, hash_ in sorted(evidence.receipts.items()))
    return (
        f"# written by `acme promote {tenant}`; the rollback is a revert of the commit that wrote this file\n"
        f'release: "{release}"\n'  # quoted: a digest of digits alone would be a number
        f'commit: "{of}"\n'
        f"promoted_by: {promoted_by}\n"
        "evidence:\n"
        f"  deployment: {evidence.deployment}\n"
        f"  live_since: {evidence.live_since}\n"
        f"  receipts:{receipts or ' {}'}\n"
        f"  probed: {evidence.probed}\n"
    )


def write(repository: Path, tenant: str, release: str, evidence: Evidence) -> str:
    """Writes the pin and commits it, and nothing else; returns the commit. `Final` where the tenant's folder has changes."""
    refuse_changes(repository, tenant)
    file = repository / path(tenant)
    author = git(repository, "config", "user.email")
    file.write_text(render(tenant, release, head(repository), author, evidence), encoding="utf-8")
    return commit(repository, [path(tenant)], f"{tenant}: promote {release[:8]} to production")


def refuse_changes(repository: Path, tenant: str) -> None:
    """What is promoted is what is committed: a folder with changes that nobody reviewed is not."""
    if changed := git(repository, "status", "--porcelain", "--", f"tenants/{tenant}"):
        raise Final(
            f"tenants/{tenant} has changes that are not committed: {changed.splitlines()[0].strip()}.",
            why="A release is promoted from a commit of main.",
            fix="commit them, have them merged and proved in staging, then promote",
        )
