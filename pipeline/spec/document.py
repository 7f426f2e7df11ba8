"""A YAML file as plain JSON that still knows where every key and value stands.

Reads text, touches nothing. YAML 1.2 by ruamel's pure parser, narrowed to data: no tags, anchors, aliases, merge keys,
duplicate keys, directives or second documents; depth and number of nodes are bounded. Mistakes are findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.findings import Finding, Where
from pipeline.spec import scalar
from pipeline.spec.text import refused_character
from pipeline.spec.wording import deny

MAX_DEPTH = 16
MAX_EVENTS = 20_000
REMEMBERED = 2048  # documents: some tenants' worth

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Spot:
    """Line and column, from 1, of a value and, in a mapping, of its key."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Document:
    """One file: its plain JSON value, and the spot of each part of it. Equal to itself alone: what is found is kept with it."""

    file: str
    value: Any
    spots: Mapping[Path, Spot]

    def where(self, path: Path | str = (), *, key: bool = False) -> Where:
        """Where a part stands; `path` may be a JSON pointer. A part that is not there stands where its parent does."""
        parts = read_pointer(path, self.value) if isinstance(path, str) else path
        exact = parts in self.spots
        while parts not in self.spots and parts:
            parts = parts[:-1]
        spot = self.spots.get(parts, Spot((1, 1)))
        line, column = spot.key if spot.key and (key or not exact) else spot.value
        return Where(self.file, line, column)


def read_pointer(pointer: str, value: Any) -> Path:
    """A JSON pointer as a path into this value; what it does not hold is kept as text."""
    parts: list[str | int] = []
    for raw in pointer.split("/")[1:]:
        part: str | int = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and str(part).isdecimal():
            part = int(part)
        parts.append(part)
        value = _step(value, part)
    return tuple(parts)


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


class _Stop(Exception):
    """The rest of the file cannot be read: its finding says why."""


class _Reader:
    """Builds one value out of the parser's events."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
        self.spots: dict[Path, Spot] = {}
        self.findings: list[Finding] = []
        self.count = 0

    def next(self) -> Any:
        self.count += 1
        event = next(self.events)
        if self.count > MAX_EVENTS:
            self.stop(
                "document.size", event, f"the file holds more than {MAX_EVENTS:,} parts.", fix="split it, or say less"
            )
        return event

    def say(self, code: str, event: Any, what: str, why: str = "", fix: str = "") -> None:
        mark = event.start_mark
        self.findings.append(deny(code, Where("", mark.line + 1, mark.column + 1), what, why, fix))

    def stop(self, code: str, event: Any, what: str, why: str = "", fix: str = "") -> None:
        self.say(code, event, what, why, fix)
        raise _Stop

    def whole(self) -> Any:
        """The value of the only document."""
        value: Any = None
        documents = 0
        while not isinstance(event := self.next(), ev.StreamEndEvent):
            if isinstance(event, ev.DocumentStartEvent):
                documents += 1
                self.check_start(event, documents)
                value = self.value(self.next(), ())
        return value

    def check_start(self, event: Any, documents: int) -> None:
        if documents > 1:
            self.stop(
                "document.multiple",
                event,
                "a second document starts here.",
                "a file holds one document.",
                "remove `---`",
            )
        if event.version or event.tags:
            self.say(
                "document.directive",
                event,
                "the file has a YAML directive.",
                "it would be read by other rules.",
                "remove it",
            )

    def value(self, event: Any, path: Path, key: tuple[int, int] | None = None) -> Any:
        self.check_node(event, path)
        here = (event.start_mark.line + 1, event.start_mark.column + 1)
        empty = isinstance(event, ev.ScalarEvent) and event.value == "" and not event.style
        self.spots[path] = Spot(key if empty and key else here, key)  # an empty value is marked where the next word is
        if isinstance(event, ev.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, ev.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def check_node(self, event: Any, path: Path) -> None:
        if isinstance(event, ev.AliasEvent):
            self.stop(
                "document.anchor",
                event,
                f"`*{event.anchor}` is an alias.",
                "every value is written where it counts.",
                "write the value out, in quotes where it is text that starts with a star",
            )
        if event.anchor is not None:
            self.say(
                "document.anchor",
                event,
                f"`&{event.anchor}` is an anchor.",
                "every value is written where it counts.",
                "remove it and write values out",
            )
        if event.tag is not None:
            self.say(
                "document.tag",
                event,
                "the value has a YAML tag.",
                "config is data: a tag could mean anything.",
                "remove the tag, and quote the value where text is meant",
            )
        if len(path) > MAX_DEPTH:
            self.stop("document.depth", event, f"the file is nested deeper than {MAX_DEPTH} levels.", fix="flatten it")

    def mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self.next(), ev.MappingEndEvent):
            name = self.key(event)
            if name in found:
                first = self.spots[(*path, name)].key or (0, 0)
                self.say(
                    "document.duplicate_key",
                    event,
                    f"`{name}` stands here twice.",
                    f"the first is in line {first[0]}.",
                    "keep one of them",
                )
            spot = (event.start_mark.line + 1, event.start_mark.column + 1)
            found[name] = self.value(self.next(), (*path, name), spot)
        return found

    def key(self, event: Any) -> str:
        if not isinstance(event, ev.ScalarEvent):
            self.stop("document.key", event, "a key is no plain text.", fix="write a name before the colon")
        self.check_node(event, ())
        if event.value == "<<" and event.implicit[0]:
            self.say(
                "document.anchor",
                event,
                "`<<` merges another mapping.",
                "every value is written where it counts.",
                "write the keys out",
            )
        text: str = event.value
        self.check_text(event)
        return text

    def sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self.next(), ev.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def scalar(self, event: Any) -> Any:
        self.check_text(event)
        if event.style or not event.implicit[0]:
            return event.value
        value = scalar.resolve(event.value)
        if isinstance(value, scalar.Refused):
            self.say("document.number", event, value.what, value.why, value.fix)
            return None
        return value

    def check_text(self, event: Any) -> None:
        """Escapes (`"\\u202E"`) bring in what the file's own text must not hold."""
        if name := refused_character(event.value):
            self.say(
                "document.character",
                event,
                f"the text holds {name}.",
                "it shows as something other than it is.",
                "write it without",
            )


def parse(file: str, text: str) -> tuple[Document | None, list[Finding]]:
    """The document of a file and what is wrong with it; None where it cannot be read to its end.

    Who reads the same text again, as validation, policies and tests of one tenant do, gets the same document: nobody changes it.
    """
    document, findings = _parsed(file, text)
    return document, list(findings)


@lru_cache(maxsize=REMEMBERED)
def _parsed(file: str, text: str) -> tuple[Document | None, Sequence[Finding]]:
    value, spots, wrong = _read(text)
    places = [replace(one.where or Where(""), file=file) for one in wrong]
    placed = [deny(one.code, place, one.what, one.why, one.fix) for one, place in zip(wrong, places, strict=True)]
    return (None if wrong else Document(file, value, spots)), placed


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> tuple[Any, Mapping[Path, Spot], Sequence[Finding]]:
    """(value, spots, what is wrong) of a text, whatever files hold it: tenants of one ERP have many in common."""
    reader = _Reader(text)
    try:
        return reader.whole(), reader.spots, reader.findings
    except _Stop:
        return None, {}, reader.findings
    except MarkedYAMLError as error:
        return None, {}, [*reader.findings, _syntax(error)]
    except (YAMLError, ValueError, OverflowError) as error:
        what = f"the file is no YAML ({type(error).__name__})."
        return None, {}, [*reader.findings, deny("document.syntax", Where(""), what, fix="check quotes and escapes")]


def _syntax(error: MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    where = Where("", mark.line + 1, mark.column + 1) if mark else Where("")
    context = f"{error.context}: " if error.context else ""
    tab = "'\\t'" in str(error.problem)
    fix = "put blanks in place of the tab" if tab else "check indent, quotes and brackets here"
    return deny("document.syntax", where, f"the file is no YAML: {context}{error.problem}.", fix=fix)
