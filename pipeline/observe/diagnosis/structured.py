"""The diagnosis of an event: what a stage says in words of its own goes before what its log looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.events import Event
from pipeline.observe.diagnosis.advice import ADVICE
from pipeline.observe.diagnosis.verdict import Diagnosis, diagnose

NAMED, TYPED, GUESSED = 0.99, 0.9, 0.3

# What an error of errors.py may come from; the first is meant where the text says nothing.
ERRORS: Mapping[str, tuple[str, ...]] = {
    "Denied": ("permission", "credential"),
    "Unreachable": ("network", "service", "timeout"),
    "Throttled": ("throttling",),
    "Busy": ("concurrency", "provisioning"),
    "Missing": ("missing_object", "file_missing", "missing_dependency", "missing_column", "credential"),
}
STAGES: Mapping[str, str] = {
    "apply": "provisioning",
    "ingest": "network",
    "load": "bad_record",
    "verify": "quality",
    "publish": "concurrency",
}


def diagnose_event(event: Event) -> Diagnosis:
    """The diagnosis of a `*.failed`, `*.held` or `*.refused` event. Evidence counts the lines of `text_of`."""
    named = _named(event)
    if named:
        return Diagnosis(named, NAMED, (1,))
    text, allowed = text_of(event), ERRORS.get(_type_of(event).rpartition(".")[2])
    if allowed:
        found = diagnose(text, frozenset(allowed))
        return found if found.cause != "none" else Diagnosis(allowed[0], TYPED, (1,))
    found = diagnose(text)
    return found if found.cause != "none" else Diagnosis(STAGES.get(event.stage, "quality"), GUESSED)


def text_of(event: Event) -> str:
    """All that an event says of its failure: its words, then its log."""
    log = _mapping(event.data.get("error")).get("log", [])
    lines = [str(line) for line in log] if isinstance(log, list) else str(log).splitlines()
    return "\n".join([*_words_of(event), *lines])


def words_of(event: Event) -> str:
    """Without the log, whose lines hold code."""
    return "\n".join(_words_of(event))


def _words_of(event: Event) -> list[str]:
    """The named faults or findings, then the error."""
    plain, error = event.data.get("error"), _mapping(event.data.get("error"))
    head = [f"{error.get('type', '')}: {error.get('message', '')}"] if error else []
    return [
        *(str(item.get("what", "")) for item in _faults(event)),
        *head,
        *([plain] if isinstance(plain, str) else []),
    ]


def _type_of(event: Event) -> str:
    return str(_mapping(event.data.get("error")).get("type") or event.data.get("kind", ""))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _faults(event: Event) -> list[Mapping[str, Any]]:
    """Those of the event, and those of each object that it lists."""
    objects = [item for item in _listed(event.data.get("objects")) if isinstance(item, Mapping)]
    lists = [holder.get(key) for holder in (event.data, *objects) for key in ("faults", "findings")]
    return [item for items in lists for item in _listed(items) if isinstance(item, Mapping)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(event: Event) -> str | None:
    """The cause that a fault names, the one with the most rows first, or that a finding's code ends in."""
    ranked = sorted(_faults(event), key=_weight, reverse=True)
    return next((cause for fault in ranked for cause in _words(fault) if cause in ADVICE), None)


def _weight(fault: Mapping[str, Any]) -> int:
    rows = fault.get("rows")
    return rows if isinstance(rows, int) else 0


def _words(fault: Mapping[str, Any]) -> Iterable[str]:
    return (str(fault.get("cause", "")), str(fault.get("code", "")).rpartition(".")[2])
