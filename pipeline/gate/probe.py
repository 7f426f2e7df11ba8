"""The probe: what only the outside world knows, asked with the tenant's own identity, read-only, side by side, in bounded time.

Sources, secrets, lake, warehouse, Airflow and the transforms on real types: each has a module of its own in probes/. What
cannot be answered is told and never counts as passed. No value is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from pipeline.errors import AcmeError
from pipeline.findings import Finding, in_order
from pipeline.gate.probes import dag, patch, reach, source, store, transform
from pipeline.gate.probes.asking import Asked, together
from pipeline.gate.probes.subject import Subject
from pipeline.ingest.source import Sample

WITHIN_S = 60.0
Question = Callable[[], source.Answer]


@dataclass(frozen=True)
class Probed:
    """`findings`: all that stands in the way of the pipelines' runs. `patch`: edits of mappings that would make them fit what the
    sources show, as `git apply` takes them; empty where there is nothing to offer."""

    findings: tuple[Finding, ...]
    patch: str = ""


def probe(subject: Subject, *, within_s: float = WITHIN_S) -> Probed:
    """Nothing is asked for a release without pipelines: nothing of it will run."""
    if not subject.release.pipelines:
        return Probed(())
    until = time.monotonic() + within_s
    if nowhere := reach.standing(subject):
        return Probed(tuple(nowhere))
    first = _asked(subject, _questions(subject), until)
    samples = {name: seen for answer in first for name, seen in answer.samples.items()}
    second = _asked(subject, {"transforms": partial(_transforms, subject, samples)}, until)
    differences = {name: each for answer in first for name, each in answer.differences.items()}
    edit = patch.patch(subject.name, subject.files, differences)
    offer = f"{subject.again} --patch drift.patch; git apply drift.patch; rm drift.patch" if edit else ""
    found = [finding for answer in (*first, *second) for finding in answer.findings]
    return Probed(tuple(in_order([*found, *source.told(subject, differences, offer)])), edit)


def _questions(subject: Subject) -> dict[str, Question]:
    connectors = sorted({pipeline.connector.name for pipeline in subject.release.pipelines})
    alone = {
        "the lake": reach.lake,
        "the secrets": reach.secrets,
        "the shared parts": reach.shared,
        "the warehouse": store.ask,
        "the DAG file": dag.ask,
    }
    return {
        **{f"connector {name}": partial(source.ask, subject, name) for name in connectors},
        **{name: partial(_alone, subject, ask) for name, ask in alone.items()},
    }


def _alone(subject: Subject, ask: Callable[[Subject], Iterable[Finding]]) -> source.Answer:
    return source.Answer(list(ask(subject)))


def _transforms(subject: Subject, samples: Mapping[str, Sample]) -> source.Answer:
    return source.Answer(list(transform.ask(subject, samples)))


def _asked(subject: Subject, questions: Mapping[str, Question], until: float) -> list[source.Answer]:
    return [_taken(subject, name, one) for name, one in together(questions, until).items()]


def _taken(subject: Subject, name: str, one: Asked[source.Answer]) -> source.Answer:
    """The answer; or, where there is none, the finding that says so."""
    if one.late:
        return source.Answer([subject.unanswered(f"{name} did not answer in time.")])
    try:
        return one.take()
    except AcmeError as error:
        return source.Answer([subject.refused(error, what=f"{name}:")])
