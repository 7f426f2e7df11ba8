"""What is judged of one tenant by its own files alone: is it well-formed and consistent, do its transforms do what they say, and
what does their change do to what stands already, forward and back.

Reads files that were handed in; unchanged files under unchanged code are answered out of the cache, without loading any check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.findings import Finding, denied
from pipeline.gate.cache import Cache, code_of
from pipeline.gate.change import Files

STAGES = ("gate", "load", "spec", "validate")
PACKAGES = ("sqlglot", "pydantic", "jsonschema", "open-data-contract-standard", "fakesnow", "duckdb")


@dataclass(frozen=True)
class Question:
    """One question about a tenant's files. `kind`: validate; tenant, the same with the transforms' tests; change; rehearsal."""

    kind: str
    tenant: str
    after: Files
    before: Files | None = None

    @cached_property
    def about(self) -> list[str | bytes]:
        """All that the answer hangs on."""
        sides = (self.after, self.before or {})
        parts = [part for files in sides for path in sorted(files) for part in (path, _told_apart(files[path]))]
        return [code_of(STAGES, PACKAGES), self.tenant, str(len(self.after)), *parts]

    def known(self, cache: Cache) -> list[Finding] | None:
        return cache.known(self.kind, self.about)


def questions(tenant: str, before: Files, after: Files, cache: Cache, *, fast: bool) -> Iterator[Question]:
    """What is asked. `fast` leaves the transforms' tests out, unless they were run before."""
    whole = Question("tenant", tenant, after)
    yield Question("validate", tenant, after) if fast and whole.known(cache) is None else whole
    if before and after and before != after:
        yield Question("change", tenant, after, before)
        yield Question("rehearsal", tenant, after, before)


def answer(question: Question, cache: Cache) -> list[Finding]:
    """The findings, kept for whoever asks again."""
    return cache.findings(question.kind, question.about, lambda: _ANSWERS[question.kind](question, cache))


def _told_apart(content: bytes | None) -> bytes:
    """What was refused as it was read is no empty file: no text holds this byte."""
    return b"\0" if content is None else content


def _validate(question: Question, _cache: Cache) -> list[Finding]:
    from pipeline.validate.tenant import validate_tenant

    return validate_tenant(question.after, question.tenant)


def _test(question: Question, cache: Cache) -> list[Finding]:
    """A statement runs only when it is known to be harmless."""
    from pipeline.gate.transform_test import check

    found = _validate(question, cache)
    whole = None not in question.after.values()  # what was refused as it was read is missing in it
    return found if denied(found) or not whole else [*found, *check(question.tenant, question.after, cache)]


def _compare(question: Question, _cache: Cache) -> list[Finding]:
    from pipeline.validate.difference import difference

    return difference(question.before or {}, question.after, question.tenant)


def _rehearse(question: Question, _cache: Cache) -> list[Finding]:
    from pipeline.gate.rehearsal import rehearse

    return rehearse(question.before or {}, question.after, question.tenant)


_ANSWERS: dict[str, Callable[[Question, Cache], list[Finding]]] = {
    "validate": _validate,
    "tenant": _test,
    "change": _compare,
    "rehearsal": _rehearse,
}
