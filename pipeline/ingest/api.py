"""`api`: records that the customer's HTTP API hands out page by page; one pull is one object.

A pull is landed twice: its records one a line, as they are written, for the load; its pages as they came, as the original.
Its content is the set of its records, so that the same records in another order or paging are known again.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from pipeline.cloud import Secret
from pipeline.ingest import exact_json
from pipeline.ingest.http import CLOCK, PATIENCE, Caller, Clock, Pace, Patience
from pipeline.ingest.lake import PART, Lake
from pipeline.ingest.source import Held, Sample, Unfit
from pipeline.release import Pipeline
from pipeline.run import Binding, Known, LandedFile, LandedObject

MAX_PAGES = 10_000
SPOOLED = PART  # a larger pull waits in an unlinked file
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass
class Contents:
    """The set of a pull's records: each one's hash added up, so that their order does not matter, and how many they are."""

    count: int = 0
    total: int = 0
    fields: set[str] = field(default_factory=set)
    newest: tuple[datetime, str] | None = None

    def add(self, record: dict[str, Any], line: bytes) -> None:
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest())) % 2**256
        self.fields |= record.keys()

    def mark(self, value: Any, name: str) -> None:
        """The highest value of the watermark's field, as it is written."""
        at = instant(value, name)
        if self.newest is None or at > self.newest[0]:
            self.newest = (at, value)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.count}:{self.total:064x}".encode()).hexdigest()

    @property
    def watermark(self) -> str | None:
        return self.newest[1] if self.newest else None


class Written:
    """A gzip text that grows, without a clock in it, and then goes into the lake."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115  closed by `close`
        self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=self._file, mtime=0)
        self._sha = hashlib.sha256()
        self.size = 0

    def line(self, text: bytes) -> None:
        self._gzip.write(text + b"\n")

    def close(self) -> None:
        self._gzip.close()
        self._file.close()

    def land(self, lake: Lake, suffix: str) -> tuple[str, str]:
        """(key, sha256)."""
        self._gzip.close()
        self._file.seek(0)
        key = lake.land(self._parts(), self._sha.hexdigest, suffix)
        return key, self._sha.hexdigest()

    def _parts(self) -> Iterator[bytes]:
        while part := self._file.read(PART):
            self._sha.update(part)
            self.size += len(part)
            yield part


class ApiSource:
    """One resource of a customer's API."""

    def __init__(
        self, binding: Binding, secret: Secret, *, clock: Clock = CLOCK, patience: Patience = PATIENCE
    ) -> None:
        options = binding.pipeline.connector.options
        self._pages, self._fetch = options["pages"], binding.pipeline.fetch
        self._scopes = frozenset(options["scopes"])
        self._caller = Caller(
            binding.environment,
            binding.connector_settings["endpoint"],
            secret,
            tuple(options["scopes"]),
            Pace(max(int(options["requests_per_minute"]) // binding.sharing, 1), clock),
            patience,
        )

    def close(self) -> None:
        self._caller.close()

    def fetch(self, known: Known, lake: Lake) -> Iterator[LandedObject | Held]:
        since = self._since(known.watermark)
        key = window(self._fetch["resource"], since, datetime.now(UTC))
        records, originals = Written(), Written()
        try:
            contents = self._pull(since, records, originals)
            if contents.count:
                yield self._landed(key, contents, lake, records, originals)
        except Unfit as error:
            yield Held(key, error.fault)
        finally:
            records.close()
            originals.close()

    def peek(self, pipeline: Pipeline, count: int) -> Sample | None:
        resource = pipeline.fetch["resource"]
        records = self._records(
            self._document(self._caller.read(resource, self._parameters("", "")), resource), resource
        )
        fields = sorted({name for record in records for name in record})
        return Sample(resource, tuple(fields), tuple(records[:count])) if records else None

    def surplus(self) -> tuple[str, ...]:
        more = self._caller.granted - self._scopes if self._scopes else frozenset()
        return (f"the client was given the scopes {', '.join(sorted(more))}, which nobody asked for.",) if more else ()

    def _landed(self, key: str, contents: Contents, lake: Lake, records: Written, originals: Written) -> LandedObject:
        stored, sha = records.land(lake, ".jsonl.gz")
        file = LandedFile(stored, sha, records.size, contents.count, tuple(sorted(contents.fields)))
        pages, _ = originals.land(lake, ".pages.gz")
        return LandedObject(key, contents.sha256, (file,), (pages,), contents.watermark)

    def _since(self, watermark: str | None) -> str:
        """Where a pull begins: the published watermark, less the overlap. Empty: at the beginning."""
        rule = self._fetch["watermark"]
        if rule is None or watermark is None:
            return ""
        overlap = timedelta(**{UNITS[rule["overlap"][-1]]: int(rule["overlap"][:-1])})
        return (instant(watermark, rule["field"]) - overlap).isoformat()

    def _pull(self, since: str, records: Written, originals: Written) -> Contents:
        contents, rule = Contents(), self._fetch["watermark"]
        for body, page in self._answers(since):
            originals.line(body)
            for record in page:
                line = exact_json.write(record).encode()
                contents.add(record, line)
                records.line(line)
                if rule:
                    contents.mark(record.get(rule["field"]), rule["field"])
        return contents

    def _answers(self, since: str) -> Iterator[tuple[bytes, list[dict[str, Any]]]]:
        """(body, records) of each page until there is no next one."""
        cursor, seen = "", set[str]()
        for _ in range(MAX_PAGES):
            body = self._caller.read(self._fetch["resource"], self._parameters(since, cursor))
            document = self._document(body, self._fetch["resource"])
            yield body, self._records(document, self._fetch["resource"])
            cursor = exact_json.walk(document, self._pages["next"])
            if cursor is None or cursor == "":
                return
            if not isinstance(cursor, str) or cursor in seen:
                raise Unfit(f"the cursors of {self._fetch['resource']} run in a loop, or are no text.")
            seen.add(cursor)
        raise Unfit(f"{self._fetch['resource']} has more than {MAX_PAGES} pages.")

    def _parameters(self, since: str, cursor: str) -> dict[str, str]:
        size, rule = self._pages.get("size"), self._fetch["watermark"]
        return {
            **({size["parameter"]: str(size["value"])} if size else {}),
            **({rule["parameter"]: since} if since else {}),
            **({self._pages["parameter"]: cursor} if cursor else {}),
        }

    def _document(self, body: bytes, resource: str) -> Any:
        try:
            return exact_json.read(body)
        except ValueError as error:
            raise Unfit(f"an answer of {resource} is no JSON: {type(error).__name__}.") from error

    def _records(self, document: Any, resource: str) -> list[dict[str, Any]]:
        records = exact_json.walk(document, self._pages["records"])
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise Unfit(f"an answer of {resource} has no list of objects at `{self._pages['records']}`.")
        return records


def window(resource: str, since: str, until: datetime) -> str:
    """The pull's name: from where, until when."""
    return f"{resource}?{since}..{until.isoformat()}" if since else f"{resource}?..{until.isoformat()}"


def instant(text: Any, name: str) -> datetime:
    """ISO 8601; UTC where it names no zone. `Unfit` where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        cause = "missing_column" if text is None else "type_change"
        raise Unfit(f"the watermark's field `{name}` is no instant in ISO 8601.", kind="schema", cause=cause) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
