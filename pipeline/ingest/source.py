"""What every kind of source offers, and the words in which it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline.attempt import Fault
from pipeline.ingest.lake import Lake
from pipeline.release import Pipeline
from pipeline.run import Known, LandedObject, Waiting


@dataclass(frozen=True)
class Held:
    """An object that waits at the source or in the lake, and that no manifest offers to a load.

    `content_sha256` is empty where it could not be read to its end; `identity` tells it from others under its name then.
    """

    source_key: str
    fault: Fault
    content_sha256: str = ""
    identity: str = ""

    @property
    def version(self) -> str:
        return self.content_sha256 or self.identity

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.source_key, self.version, self.fault.kind, self.fault.cause, self.fault.what)


@dataclass(frozen=True)
class Sample:
    """The newest of what the source shows: field names, and first records as the text that stands in them (None: null).

    `beginning` is what a file begins with, unpacked: where its form is not the mapping's, it holds what the records do not. None:
    it was no file.
    """

    source_key: str
    fields: tuple[str, ...]
    records: tuple[Mapping[str, Any], ...]
    beginning: bytes | None = field(default=None, repr=False)


class Unfit(Exception):
    """What was read cannot be an object. It is the customer's data that is wrong, not the world."""

    def __init__(self, what: str, *, kind: str = "load", cause: str = "file_format") -> None:
        super().__init__(what)
        self.fault = Fault(kind, cause, what)


class Source(Protocol):
    """One connector of a tenant, open. Only `errors.py` leaves it."""

    def fetch(self, known: Known, lake: Lake) -> Iterator[LandedObject | Held]:
        """What is there and not known yet, in the order in which it shall count; its bytes are in the lake."""
        ...

    def peek(self, pipeline: Pipeline, count: int) -> Sample | None:
        """Reads a little of the newest of any pipeline of this connector, and changes nothing. None where there is nothing."""
        ...

    def surplus(self) -> tuple[str, ...]:
        """What the login may do beyond listing and reading, as sentences; asked without doing it."""
        ...

    def close(self) -> None: ...
