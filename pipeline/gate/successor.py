"""A change of policy is judged by both: by the policies that it finds, and by those that it brings.

The latter are data out of the head: read as text, held to what policies may call, asked by an OPA of their own in bounded time and
memory. They can only add findings. What cannot be asked is a finding. Asks OPA; writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import Conflict, Missing, Unreachable
from pipeline.findings import Finding, Where
from pipeline.gate import rego
from pipeline.gate.bundle import MAIN, Bundle, read_bundle, read_bundle_at
from pipeline.gate.capability import refusal
from pipeline.gate.change import Change
from pipeline.gate.documents import Documents
from pipeline.gate.git import Repository
from pipeline.gate.opa import warm

ANSWER_S = 20.0
MOST = 500  # further findings say nothing new, and a rule can make any number
MAX_MODULES, MAX_CHARACTERS = 500, 2_000_000


@dataclass(frozen=True)
class Successor:
    """The policies that a change brings; or, where `bundle` is None, why they cannot be asked."""

    bundle: Bundle | None
    findings: tuple[Finding, ...] = ()


def brings_rules(change: Change) -> bool:
    """Whether the change touches what judges: tests, waivers and the catalogue do not."""
    return any(
        path.startswith("policies/") and path.endswith(".rego") and not path.endswith("_test.rego")
        for path in change.changed
    )


def read_successor(change: Change) -> Successor | None:
    """The head's policies, where they are others than the base's."""
    if change.base is None or not brings_rules(change):
        return None
    return tried(change.repository, change.head)


def tried(repository: Repository, revision: str | None) -> Successor:
    """The policies of a revision, or of the work tree, as far as they can be read."""
    try:
        bundle = read_bundle_at(repository, revision) if revision else read_bundle(repository.folder / "policies")
        bundle.rules  # noqa: B018  what the rules say of themselves must be readable too
    except (Missing, Conflict) as error:
        return _refused(f"{error.what} {error.why}".strip(), error.where)
    except UnicodeDecodeError:
        return _refused("a file of it is no text.", "policies")
    size = sum(len(text) for text in bundle.modules.values())
    if len(bundle.modules) > MAX_MODULES or size > MAX_CHARACTERS:
        return _refused(f"{len(bundle.modules)} modules of {size:,} characters are too many.", "policies")
    return Successor(bundle)


def refused(successor: Successor, program: Path) -> tuple[Finding, ...]:
    """Why these policies cannot be asked; empty where they can."""
    if successor.bundle is None:
        return successor.findings
    said = refusal(successor.bundle.modules, program)
    return _refused(f"OPA says: {said}", "policies").findings if said else ()


def judged(
    successor: Successor,
    program: Path | None,
    change: Change,
    old: Documents,
    new: Documents,
    tenants: Collection[str],
    plans: Mapping[str, Any],
    before: Collection[Finding],
) -> list[Finding]:
    """What the head's policies find beyond `before`, which is what the base's found."""
    if successor.bundle is None or program is None:
        return list(successor.findings)
    if said := refused(successor, program):
        return list(said)
    try:
        with warm(successor.bundle, program=program, answer_s=ANSWER_S) as judge:
            found = rego.judged(judge, change, old, new, tenants, plans)
    except (Unreachable, Conflict, KeyError, TypeError, AttributeError):  # the shape of an answer is theirs to choose
        return [_unanswered()]
    return further(found, before)


def further(found: Sequence[Finding], before: Collection[Finding]) -> list[Finding]:
    """The findings of other policies that `before` does not hold, in words that say whose they are."""
    known = {(one.code, one.tenant, one.where, one.what) for one in before}
    news = [one for one in found if (one.code, one.tenant, one.where, one.what) not in known]
    return [replace(one, why=f"So say the policies that this change brings. {one.why}".strip()) for one in news[:MOST]]


def _refused(what: str, where: str) -> Successor:
    file = where if where.startswith("policies/") and " " not in where else f"policies/{MAIN}"
    why = "policies that nobody can ask would let everything pass, once they are merged."
    fix = "mend them: `opa check --strict policies`; they call nothing that reaches out, reads this machine or tells the time"
    what = f"the policies of this change cannot be asked: {what}"
    return Successor(None, (Finding("document.policy_refused", "deny", "gate", what, why, fix, where=Where(file)),))


def _unanswered() -> Finding:
    what = f"the policies of this change gave no whole answer within {ANSWER_S:.0f} s and their share of memory."
    why = "once merged, every change would wait for them, or fail."
    fix = "see which rule takes the time: `opa eval --profile`; a loop over all documents inside another one is the usual cause"
    return Finding("document.policy_unanswered", "deny", "gate", what, why, fix, where=Where(f"policies/{MAIN}"))
