"""The probe: what only the outside world knows, asked with the tenant's own identity, read-only, pipelines side by side.

For each pipeline: log in at the source, read the newest record's names and a sample, log in to Snowflake on the tenant's
warehouse. A probe that cannot answer says so; it never counts as passed. No value is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline import attempt, cloud
from pipeline.errors import AcmeError, Denied, Missing, Unreachable
from pipeline.findings import Finding, Level, Where, in_order
from pipeline.gate.sample import drift
from pipeline.ingest.landing import peek
from pipeline.ingest.source import Sample
from pipeline.run import Binding

T = TypeVar("T")
AT_ONCE = 4
RULES = ((Denied, "probe.credential"), (Missing, "probe.missing"), (Unreachable, "probe.unreachable"))


def probe(bindings: Sequence[Binding]) -> list[Finding]:
    """All that stands in the way of these pipelines' runs; empty where nothing does."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = list(pool.map(lambda binding: [*_source(binding), *_warehouse(binding)], bindings))
    return in_order(finding for answer in answers for finding in answer)


def _source(binding: Binding) -> Iterator[Finding]:
    answer = _asked(binding, lambda: peek(binding))
    if isinstance(answer, Finding):
        yield answer
    elif answer is None:
        what = f"the source of {binding.pipeline.name} shows nothing yet, so its fields could not be compared."
        yield _finding(binding, "probe.no_sample", what, "", "have the customer send a first file", level="info")
    else:
        yield from _drift(binding, answer)


def _drift(binding: Binding, sample: Sample) -> Iterator[Finding]:
    file = f"tenants/{binding.tenant}/mappings/{binding.pipeline.name}.yaml"
    for each in drift(binding.pipeline.mapping, sample.fields, sample.records):
        why = f"So says the newest that the {binding.environment.name} source shows."
        yield _finding(binding, f"probe.{each.rule}", each.what, why, each.fix, file=file)


def _warehouse(binding: Binding) -> Iterator[Finding]:
    def login() -> None:
        credentials = cloud.assume_tenant(binding.environment, binding.tenant, "peek", binding.run)
        with attempt.session(binding, credentials, "probe") as session:
            session.rows("SELECT CURRENT_ROLE()")

    answer = _asked(binding, login)
    if isinstance(answer, Finding):
        yield answer


def _asked(binding: Binding, question: Callable[[], T]) -> T | Finding:
    """The world's answer; or, where it fails, the finding that says how."""
    try:
        return question()
    except AcmeError as error:
        code = next((code for kind, code in RULES if isinstance(error, kind)), "probe.unanswered")
        return _finding(
            binding,
            code,
            f"{binding.pipeline.name}: {error.what}",
            error.why,
            error.fix or "mend it there, then probe again",
            at=error.where,
        )


def _finding(
    binding: Binding, code: str, what: str, why: str, fix: str, *, file: str = "", level: Level = "deny", at: str = ""
) -> Finding:
    place = file or f"tenants/{binding.tenant}/environments/{binding.environment.name}.yaml"
    said = f"{at}: {what}" if at else what
    return Finding(code, level, "gate", said, why, fix, binding.tenant, Where(place))
