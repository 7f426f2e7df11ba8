"""What every kind of source offers, and the words in which it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.attempt import Fault
from pipeline.ingest.lake import Lake
from pipeline.run import Known, LandedObject


@dataclass(frozen=True)
class Held:
    """An object that waits at the source or in the lake, and is in no manifest. `content_sha256` is empty where it was not read."""

    source_key: str
    fault: Fault
    content_sha256: str = ""


@dataclass(frozen=True)
class Sample:
    """The newest of what the source shows: field names, and first records as the text that stands in them (None: null)."""

    source_key: str
    fields: tuple[str, ...]
    records: tuple[Mapping[str, Any], ...]


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

    def peek(self, count: int) -> Sample | None:
        """Reads a little of the newest, and changes nothing. None where there is nothing."""
        ...

    def close(self) -> None: ...
