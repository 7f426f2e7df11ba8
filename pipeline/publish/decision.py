"""May this object count? The rules of a publish, as a function of what the ledger says under the mutex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.attempt import Fault
from pipeline.release import Pipeline
from pipeline.run import LandedObject


class Verdict(StrEnum):
    """What becomes of one object."""

    PUBLISHED = "published"
    ALREADY_PUBLISHED = "already_published"  # these bytes are live under this name
    SKIPPED = "skipped"  # these bytes are live under another name, and the pipeline says skip
    HELD = "held"  # waits for a person
    SUPERSEDED = "superseded"  # a newer deployment, publish or revoke has overtaken it
    SWEPT = "swept"  # its rows are gone: load again


@dataclass(frozen=True)
class LiveObject:
    """A live row of the ledger, as far as the rules need it."""

    seq: int
    source_key: str
    content_sha256: str
    at: str = ""


@dataclass
class Ledger:
    """What the ledger says, read under the mutex. `loaded`, `swept`: source keys with such a row of this very attempt;
    `overtaken`: source keys that somebody revoked since the attempt began. `live` is in order of seq."""

    live: list[LiveObject]
    loaded: frozenset[str] = frozenset()
    swept: frozenset[str] = frozenset()
    overtaken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    faults: tuple[Fault, ...] = field(default=())


def decide_all(
    pipeline: Pipeline, objects: Sequence[LandedObject], ledger: Ledger, frozen_at: str
) -> dict[str, Decision]:
    """Each object's decision, in the order of the manifest: one that may count is live for those after it."""
    found: dict[str, Decision] = {}
    for landed in objects:
        found[landed.source_key] = decision = decide(pipeline, landed, ledger, frozen_at)
        if decision.verdict is Verdict.PUBLISHED:
            ledger.live.append(LiveObject(_next(ledger.live), landed.source_key, landed.content_sha256, frozen_at))
    return found


def _next(live: Iterable[LiveObject]) -> int:
    return 1 + max((row.seq for row in live), default=0)


def decide(pipeline: Pipeline, landed: LandedObject, ledger: Ledger, frozen_at: str) -> Decision:
    """One object's. `frozen_at` is when its manifest was: what was published under its name later is newer than it."""
    key = landed.source_key
    if key in ledger.loaded:
        return Decision(Verdict.ALREADY_PUBLISHED)
    if key in ledger.swept:
        return Decision(Verdict.SWEPT)
    if key in ledger.overtaken:
        return Decision(Verdict.SUPERSEDED)
    return _by_name(pipeline, landed, ledger, frozen_at) or _by_bytes(pipeline, landed, ledger)


def _by_name(pipeline: Pipeline, landed: LandedObject, ledger: Ledger, frozen_at: str) -> Decision | None:
    """What `same_name` says; None where the name is new or the pipeline takes other bytes under it."""
    known = [row for row in ledger.live if row.source_key == landed.source_key]
    equal = [row for row in known if row.content_sha256 == landed.content_sha256]
    if equal and not (pipeline.write == "replace" and _is_a_change_back(equal[-1], ledger, frozen_at)):
        return Decision(Verdict.ALREADY_PUBLISHED)
    if equal:
        return Decision(Verdict.SUPERSEDED) if ledger.live[-1].at > frozen_at else None
    if not known or pipeline.same_name == "new":
        return None
    if pipeline.same_name == "hold":
        return Decision(Verdict.HELD, (_duplicate(f"other bytes arrived under the known name {landed.source_key}."),))
    return Decision(Verdict.SUPERSEDED) if known[-1].at > frozen_at else None


def _is_a_change_back(equal: LiveObject, ledger: Ledger, frozen_at: str) -> bool:
    """A, B, A under one name, where readers see the newest object only: A counts again. Not where this very manifest's A was
    published by another attempt, and B came after it."""
    return equal.seq != ledger.live[-1].seq and equal.at <= frozen_at


def _by_bytes(pipeline: Pipeline, landed: LandedObject, ledger: Ledger) -> Decision:
    """What `same_bytes` says. A pipeline that replaces looks at the newest live object only: A, B, A is a change back."""
    compared = ledger.live[-1:] if pipeline.write == "replace" else ledger.live
    twin = next((row for row in compared if row.content_sha256 == landed.content_sha256), None)
    if twin is None or pipeline.same_bytes == "load":
        return Decision(Verdict.PUBLISHED)
    if pipeline.same_bytes == "skip":
        return Decision(Verdict.SKIPPED)
    return Decision(Verdict.HELD, (_duplicate(f"{landed.source_key} holds the same bytes as {twin.source_key}."),))


def _duplicate(what: str) -> Fault:
    return Fault("load", "duplicate", what)


_ORDER = (
    Verdict.SWEPT,  # load again, then everything is decided anew
    Verdict.PUBLISHED,
    Verdict.HELD,
    Verdict.SUPERSEDED,
    Verdict.ALREADY_PUBLISHED,
    Verdict.SKIPPED,
)


def of_all(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The run's own word among those of its objects; None where it has none."""
    said = set(verdicts)
    return next((verdict for verdict in _ORDER if verdict in said), None)
