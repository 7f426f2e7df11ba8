"""The diagnosis of a text: class, cause, how sure, which lines say so, and what to do.

Pure; fails with nothing: a text that says nothing known is the best guess with little confidence, or `none`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import Usage
from pipeline.observe.diagnosis import infrastructure, load, orchestration, quiet, schema
from pipeline.observe.diagnosis.advice import ADVICE, Retry
from pipeline.observe.diagnosis.signature import CLEAR, HINT, LIKELY, Signature

CLASSES: Mapping[str, tuple[Signature, ...]] = {
    "infrastructure": infrastructure.SIGNATURES,
    "orchestration": orchestration.SIGNATURES,
    "schema": schema.SIGNATURES,
    "load": load.SIGNATURES,
}
# What a second try may cure; a wrong column stays wrong.
PASSING = frozenset(
    {
        "credential",
        "network",
        "throttling",
        "capacity",
        "service",
        "task_lost",
        "timeout",
        "scheduling",
        "file_missing",
        "concurrency",
    }
)
MOST_EVIDENCE = 5
MOST_CHARACTERS = 200_000  # the end of a log says what failed

_LOUD = re.compile(
    r"\b(?:ERROR|CRITICAL|FATAL|SEVERE)\b|level\"?: ?\"(?:error|critical|fatal)|\[error|"
    r"\w(?:Error|Exception)\b:",
    re.IGNORECASE,
)
_SOFT = re.compile(r"\b(?:INFO|DEBUG|TRACE|WARN|WARNING)\b|level\"?: ?\"(?:info|debug|warn)|\[(?:info|warn|debug)")


@dataclass(frozen=True)
class Diagnosis:
    """What failed and why. `evidence`: numbers of lines, from 1, the strongest first; `confidence` from 0 to 1."""

    cause: str
    confidence: float
    evidence: tuple[int, ...] = ()

    @property
    def class_(self) -> str:
        return class_of(self.cause)

    @property
    def retry(self) -> Retry:
        return ADVICE[self.cause].retry

    @property
    def why(self) -> str:
        return ADVICE[self.cause].why

    @property
    def next(self) -> str:
        return ADVICE[self.cause].next

    def document(self) -> dict[str, Any]:
        """The fixed shape of `acme observe diagnose`, without the id."""
        return {
            "class": self.class_,
            "cause": self.cause,
            "confidence": round(self.confidence, 2),
            "evidence": list(self.evidence),
            "retry": self.retry,
            "why": self.why,
            "next": self.next,
        }

    def text(self) -> str:
        lines = ", ".join(map(str, self.evidence)) or "none"
        return (
            f"{self.class_} / {self.cause}  ({self.confidence:.0%} sure, lines: {lines})\n"
            f"why    {self.why}\nretry  {self.retry}\nnext   {self.next}"
        )


@cache
def _classes() -> dict[str, str]:
    named = {signature.cause: class_ for class_, table in CLASSES.items() for signature in table}
    return named | {"none": "none"}


def class_of(cause: str) -> str:
    return _classes()[cause]


@dataclass(frozen=True)
class _Case:
    """All that speaks for one cause."""

    cause: str
    score: float
    lines: tuple[int, ...]
    last: int  # the last line that speaks for it in more than a word


def diagnose(text: str, among: frozenset[str] | None = None) -> Diagnosis:
    """The diagnosis of a log excerpt or an error's text; only `among` these causes where something else is known already."""
    lines = [_legible(line) for line in text[-MOST_CHARACTERS:].split("\n")]
    skipped = text[:-MOST_CHARACTERS].count("\n")
    spoken = ["" if quiet.harmless(line) else line for line in lines]
    cases = sorted(_cases("\n".join(spoken), spoken), key=lambda case: -case.score)
    cases = [case for case in cases if among is None or case.cause in among]
    if not cases or (among is None and _is_quiet(spoken, cases)):
        return Diagnosis("none", 0.8 if cases or not quiet.complains(spoken) else 0.3)
    best, second = cases[0], next((case.score for case in cases[1:]), 0.0)
    evidence = tuple(line + skipped for line in best.lines[:MOST_EVIDENCE])
    return Diagnosis(best.cause, _confidence(best.score, second), evidence)


def _legible(line: str) -> str:
    """A line of JSON with its quotes and line ends unescaped; always one line."""
    return line.replace('\\"', '"').replace("\\n", "  ").replace("\\t", " ").replace("\\'", "'")


def _is_quiet(lines: list[str], cases: list[_Case]) -> bool:
    best = cases[0]
    said_softly = _SOFT.search(lines[best.lines[0] - 1]) is not None
    if best.score < (CLEAR if said_softly else CLEAR - 1) and not quiet.complains(lines):
        return True
    last = max(case.last for case in cases if case.score >= LIKELY or case is best)
    if quiet.ends_well(lines, last) or (said_softly and quiet.ends_mildly(lines)):
        return True
    return best.cause in PASSING and quiet.recovered(lines, last)


def _cases(text: str, lines: list[str]) -> Iterator[_Case]:
    found: dict[str, list[tuple[float, int]]] = {}
    for table in CLASSES.values():
        for signature in table:
            for number in signature.lines(text):
                found.setdefault(signature.cause, []).append((signature.weight + _loudness(lines[number - 1]), number))
    for cause, hits in found.items():
        ranked = sorted(hits, key=lambda hit: (-hit[0], hit[1]))
        more = min(len(hits) - 1, 3) * 0.1
        last = max(number for score, number in hits if score > HINT or score == ranked[0][0])
        yield _Case(cause, ranked[0][0] + more, tuple(dict.fromkeys(number for _, number in ranked)), last)


def _loudness(line: str) -> float:
    if _LOUD.search(line):
        return 0.6
    return -0.4 if _SOFT.search(line) else 0.0


def _confidence(best: float, second: float) -> float:
    """Strength of the best and its distance from the next."""
    return max(0.2, min(0.99, 0.35 + best * 0.045 + min(best - second, 4) * 0.06))


def _document(line: str, number: int) -> dict[str, Any]:
    """The line as {id, text}; `Usage` where it is something else."""
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    if isinstance(document, dict) and "id" in document and isinstance(document.get("text"), str):
        return document
    raise Usage(f"line {number} of the input is no JSON object {{id, text}}.", fix="write one such object a line")


def diagnose_lines(documents: Iterable[str]) -> Iterator[str]:
    """JSON Lines {id, text} in, JSON Lines {id, …diagnosis} out: `acme observe diagnose --jsonl`."""
    for number, line in enumerate(documents, start=1):
        if line.strip():
            document = _document(line, number)
            yield json.dumps({"id": document["id"], **diagnose(document["text"]).document()}, ensure_ascii=False)
