"""Publish: let an attempt count, once, by one ledger row an object.

Reads the epoch and the ledger under the mutex and appends to the ledger in the same transaction; everything else was done
before, without a lock. Fails with `Busy` or `Unreachable` after a few tries; a repeat is always safe.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pipeline.attempt import Attempt, Audit, Fault, ObjectLoad, session
from pipeline.errors import Busy, Unreachable
from pipeline.events import Sink
from pipeline.live import Tables
from pipeline.publish import ledger, mutex, report, snapshot
from pipeline.publish.decision import Decision, Ledger, LiveObject, Verdict, decide_all, of_all
from pipeline.publish.snapshot import Snapshot
from pipeline.release import document_of
from pipeline.run import Binding, LandedObject, Manifest
from pipeline.warehouse import Credentials, Rollback, Session

TRIES = 4
FIRST_WAIT_S = 0.5


class Kind(StrEnum):
    """How a run ended. Only `held` and `swept` ask for somebody: a person, or another load."""

    PUBLISHED = "published"
    ALREADY_PUBLISHED = "already_published"
    SUPERSEDED = "superseded"
    SWEPT = "swept"
    NOTHING_NEW = "nothing_new"
    HELD = "held"


@dataclass(frozen=True)
class Outcome:
    """`objects`: source_key → verdict. `held`: source_key → why it waits, also when others were published.

    `receipts` are those of the rows that this attempt has in the ledger.
    """

    kind: Kind
    objects: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[Fault]] = field(default_factory=dict)
    receipts: tuple[dict[str, Any], ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON."""
        body: dict[str, Any] = document_of(self)
        return {**body, "kind": str(self.kind)}


@dataclass(frozen=True)
class Candidate:
    """All that a publish is asked to decide on."""

    binding: Binding
    manifest: Manifest
    attempt: Attempt
    audit: Audit
    policy_bundle: str = ""

    @property
    def tables(self) -> Tables:
        return Tables(self.binding.environment.place, self.binding.tenant, self.binding.pipeline.name)

    @property
    def where(self) -> tuple[str, str, str]:
        return self.binding.tenant, self.binding.environment.name, self.binding.pipeline.name

    def held(self) -> dict[str, list[Fault]]:
        """The objects that load or verify told to wait."""
        loads = {load.source_key: list(load.faults) for load in self.attempt.objects if load.held}
        audits = {audited.source_key: list(audited.faults) for audited in self.audit.objects if audited.faults}
        return {**audits, **loads}

    def ready(self) -> list[LandedObject]:
        """The objects of the manifest that were loaded, audited and found good."""
        audited = {entry.source_key for entry in self.audit.objects}
        return [o for o in self.manifest.objects if o.source_key in audited and o.source_key not in self.held()]


def publish(
    binding: Binding,
    manifest: Manifest,
    attempt: Attempt,
    audit: Audit,
    credentials: Credentials | None,
    sink: Sink,
    *,
    policy_bundle: str = "",
) -> Outcome:
    """Let the attempt's good objects count, as the tenant's own user."""
    candidate = Candidate(binding, manifest, attempt, audit, policy_bundle)
    outcome = settle(candidate, lambda: session(binding, credentials, "publish", autocommit=False))
    report.published(sink, binding, attempt.id, outcome)
    return outcome


def settle(candidate: Candidate, connect: Callable[[], Session]) -> Outcome:
    """Publish, whatever the connection does: a lost COMMIT is looked up under the mutex by the next try."""
    if candidate.audit.attempt != candidate.attempt.id:
        raise ValueError("an audit speaks for its own attempt only")
    if not candidate.manifest.objects:
        return Outcome(Kind.NOTHING_NEW)
    for tries_left in reversed(range(TRIES)):
        try:
            with connect() as open_session:
                return _try(candidate, open_session, repeated=tries_left < TRIES - 1)
        except (Busy, Unreachable):
            if not tries_left:
                raise
            time.sleep(FIRST_WAIT_S * 2 ** (TRIES - tries_left - 1) * random.uniform(0.5, 1.0))  # noqa: S311 jitter
    raise AssertionError("unreachable")  # pragma: no cover


def _try(candidate: Candidate, open_session: Session, *, repeated: bool) -> Outcome:
    """One pass of the protocol. `repeated`: what stands in the ledger of this attempt was put there by our own lost try."""
    t, added = candidate.tables, list[ledger.Row]()
    with mutex.held(open_session, [t.mutex]) as hold:
        seen = _read(candidate, hold)
        decisions = _decisions(candidate, seen)
        if of_all(decision.verdict for decision in (decisions or {}).values()) is not Verdict.PUBLISHED:
            raise Rollback
        added = ledger.append(open_session, t, _rows(candidate, decisions or {}), candidate.where, seen.head)
    ledger.confirm(open_session, t, added)
    return _outcome(candidate, decisions, [*_own(candidate, seen, "load"), *added], repeated=repeated)


def _read(candidate: Candidate, hold: mutex.Hold) -> Snapshot:
    """What the world says of these objects and this attempt. `Conflict` where rows since it began are missing."""
    since = candidate.attempt.ledger_seq
    condition = snapshot.of_publish(candidate.ready(), since)
    seen = snapshot.read(hold, candidate.tables, candidate.binding.pipeline, candidate.where, condition)
    added = [row.seq for row in seen.rows if row.seq > since]
    if seen.head[0] < since or added != list(range(since + 1, seen.head[0] + 1)):
        raise ledger.changed(f"of the rows up to {max(since, seen.head[0])} some are gone.", candidate.tables)
    return seen


def _decisions(candidate: Candidate, seen: Snapshot) -> dict[str, Decision] | None:
    """What is decided of each object; None where a newer deployment is live."""
    if is_superseded(candidate.binding, seen.epoch):
        return None
    pipeline, frozen_at = candidate.binding.pipeline, candidate.manifest.created_at
    return decide_all(pipeline, candidate.ready(), _ledger(candidate, seen), frozen_at)


def is_superseded(binding: Binding, newest: int | None) -> bool:
    """Another deployment than the one that this run read at its start is live."""
    return newest != binding.epoch


def _ledger(candidate: Candidate, seen: Snapshot) -> Ledger:
    """The ledger as far as the rules need it."""
    since = candidate.attempt.ledger_seq
    return Ledger(
        live=live_objects(seen),
        loaded=frozenset(row.source_key for row in _own(candidate, seen, "load")),
        swept=frozenset(row.source_key for row in _own(candidate, seen, "sweep")),
        overtaken=frozenset(row.source_key for row in seen.rows if row.kind == "revoke" and row.seq > since),
    )


def _own(candidate: Candidate, seen: Snapshot, kind: str) -> list[ledger.Row]:
    """The rows of this attempt."""
    return [row for row in seen.rows if row.attempt == candidate.attempt.id and row.kind == kind]


def live_objects(seen: Snapshot) -> list[LiveObject]:
    """The live objects in order of seq."""
    return [
        LiveObject(row.seq, row.source_key, row.content_sha256, row.at) for row in seen.rows if row.seq in seen.live
    ]


def _rows(candidate: Candidate, decisions: dict[str, Decision]) -> Iterable[ledger.Row]:
    loads = {load.source_key: load for load in candidate.attempt.objects}
    at = now()
    for landed in candidate.ready():
        if decisions[landed.source_key].verdict is Verdict.PUBLISHED:
            yield _row(candidate, landed, loads[landed.source_key], at)


def _row(candidate: Candidate, landed: LandedObject, load: ObjectLoad, at: str) -> ledger.Row:
    binding = candidate.binding
    return ledger.Row(
        kind="load",
        source_key=landed.source_key,
        content_sha256=landed.content_sha256,
        files=[{"key": f.key, "sha256": f.sha256, "size": f.size, "records": f.records} for f in landed.files],
        attempt=candidate.attempt.id,
        epoch=binding.epoch,
        release=binding.release,
        runtime=binding.runtime,
        deployment=binding.deployment,
        run=binding.run,
        rows=load.rows,
        watermark=landed.watermark,
        policy_bundle=candidate.policy_bundle,
        at=at,
    )


def now() -> str:
    """This instant as the ledger spells it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


_KINDS = {
    Verdict.PUBLISHED: Kind.PUBLISHED,
    Verdict.SWEPT: Kind.SWEPT,
    Verdict.HELD: Kind.HELD,
    Verdict.SUPERSEDED: Kind.SUPERSEDED,
    Verdict.ALREADY_PUBLISHED: Kind.ALREADY_PUBLISHED,
    Verdict.SKIPPED: Kind.NOTHING_NEW,
}


def _outcome(
    candidate: Candidate, decisions: dict[str, Decision] | None, rows: Sequence[ledger.Row], *, repeated: bool
) -> Outcome:
    if decisions is None:
        return Outcome(Kind.SUPERSEDED)
    held = {**candidate.held(), **{key: list(d.faults) for key, d in decisions.items() if d.faults}}
    verdicts = {key: decision.verdict for key, decision in decisions.items()}
    if repeated:
        verdicts |= {row.source_key: Verdict.PUBLISHED for row in rows}
    verdicts |= dict.fromkeys(held, Verdict.HELD)
    word = of_all(verdicts.values())
    receipts = tuple(ledger.receipt(row, *candidate.where) for row in rows)
    return Outcome(_KINDS[word or Verdict.SKIPPED], {key: str(v) for key, v in verdicts.items()}, held, receipts)
