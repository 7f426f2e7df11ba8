"""A tenant's folder that returns to what it was on main within 180 days: a rollback, which waits for nobody.

What protects the readers of something new does not hold up its revert: they are told, and a person reads it within a day.
Reads git's history of the folder, and only where such a finding would deny.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pipeline.findings import Finding
from pipeline.gate.change import Change, Files, tenant_of

# What readers rely on, going forward. What guards secrets, classes, pins and whole folders still denies.
EASED = frozenset(
    {
        "change.contract_breaking_needs_major",
        "change.contract_version_lowered",
        "change.write_mode_kept",
        "contract.dropped",
        "rehearsal.not_whole",
        "rehearsal.rows_doubled",
    }
)
MAX_STATES = 50
SHA1_LENGTH = 40


def eased(findings: Iterable[Finding], change: Change) -> Iterator[Finding]:
    """The same findings; those that a rollback does not wait for only warn."""
    known: dict[str, str] = {}
    for finding in findings:
        tenant = finding.tenant or ""
        if finding.level != "deny" or finding.code not in EASED or not tenant or change.base is None:
            yield finding
            continue
        if tenant not in known:
            known[tenant] = _returns_to(change, change.base, tenant)
        why = f"{finding.why} It only returns to what stood here at {known[tenant][:12]}, so it waits for nobody."
        yield replace(finding, level="warn", why=why) if known[tenant] else finding


def _returns_to(change: Change, base: str, tenant: str) -> str:
    """The commit of the base's history at which the folder was what it is in the head, or empty."""
    folder = f"tenants/{tenant}"
    words = ("log", f"-n{MAX_STATES}", "--since=180.days", "--format=%H", base, "--", folder)
    head = {path: content for path, content in change.head_files.items() if tenant_of(path) == tenant}
    for commit in (change.repository.line(*words) or "").split():
        stood = {entry.path: entry.blob for entry in change.repository.tree(commit, folder)}
        if stood.keys() == head.keys() and _same(stood, head):
            return commit
    return ""


def _same(stood: Mapping[str, str], head: Files) -> bool:
    return all(content is not None and _blob(content, stood[path]) == stood[path] for path, content in head.items())


def _blob(content: bytes, like: str) -> str:
    """Git's name of this content, by the algorithm of the repository."""
    named = hashlib.sha1(usedforsecurity=False) if len(like) == SHA1_LENGTH else hashlib.sha256()
    named.update(b"blob %d\0" % len(content))
    named.update(content)
    return named.hexdigest()
