"""Reads a file as it passes by: its hash and size, whether it is whole, how many records it has under which names.

Memory stays bounded whatever the file holds. `Unfit` where it is damaged, where its names cannot be read, or where it expands
beyond all measure.
"""

from __future__ import annotations

import csv
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from pipeline.ingest.source import Unfit
from pipeline.release import Json

CHUNK = 2**20
MAX_LINE = 16 * 2**20
MAX_HEADER = 2**20
MAX_EXPANDED = 256 * 2**30
MAX_RATIO, RATIO_FROM = 400, 256 * 2**20  # deflate reaches 1032; a table of text does not come near


class Counter(Protocol):
    """Counts the records of expanded bytes."""

    def feed(self, text: bytes) -> None: ...

    def finish(self) -> tuple[int, tuple[str, ...]]:
        """(records, field names)."""
        ...


class Measure:
    """Fed with a file's parts in their order, then finished once."""

    def __init__(self, format_: Mapping[str, Json], *, gzipped: bool) -> None:
        self._sha = hashlib.sha256()
        self.size = 0
        self._expand: Expansion | None = Expansion() if gzipped else None
        self._counter: Counter = (
            CsvCounter(format_["delimiter"].encode()) if format_["kind"] == "csv" else LinesCounter()
        )
        self.records = 0
        self.fields: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def passing(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """The same parts, measured on their way; the last one passes only when the whole file is fit."""
        previous: bytes | None = None
        for part in parts:
            if previous is not None:
                yield previous
            self._feed(part)
            previous = part
        self._finish()
        yield previous or b""

    def _feed(self, part: bytes) -> None:
        self._sha.update(part)
        self.size += len(part)
        for text in self._expand.feed(part) if self._expand else (part,):
            self._counter.feed(text)

    def _finish(self) -> None:
        if self._expand:
            self._expand.finish()
        self.records, self.fields = self._counter.finish()


class Expansion:
    """Gzip, member after member, each checked by its own CRC and length."""

    def __init__(self) -> None:
        self._member: Any = None
        self._read = self._made = 0

    def feed(self, part: bytes) -> Iterator[bytes]:
        self._read += len(part)
        rest, more = part, False
        while rest or more:
            if self._member is None or self._member.eof:
                self._member = zlib.decompressobj(wbits=31)
            text, rest = self._step(rest)
            more = len(text) == CHUNK and not self._member.eof  # what zlib still holds back
            self._bound(len(text))
            if text:
                yield text

    def _step(self, data: bytes) -> tuple[bytes, bytes]:
        try:
            text = self._member.decompress(data, CHUNK)
        except zlib.error as error:
            raise Unfit(f"the gzip file is corrupt: {error}.") from error
        return text, self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _bound(self, made: int) -> None:
        self._made += made
        if self._made > MAX_EXPANDED or (self._made > RATIO_FROM and self._made > MAX_RATIO * self._read):
            raise Unfit(f"the gzip file expands beyond all measure: {self._made} bytes out of {self._read}.")

    def finish(self) -> None:
        if self._member is None or not self._member.eof:
            raise Unfit("the gzip file is truncated: it ends before its end-of-stream marker.")


class CsvCounter:
    """Counts as Snowflake's COPY does: a quote opens only where a field begins, and line ends inside quotes are text."""

    def __init__(self, delimiter: bytes) -> None:
        self._openers = (delimiter, b"\n", b"\r")
        self._delimiter = delimiter
        self._inside = False
        self._last = b"\n"  # the byte before: a file begins as a line does
        self._closed = False  # that byte closed a quoted field, so one more quote is a doubled one
        self._lines, self._header, self._headed = 0, bytearray(), False

    def feed(self, text: bytes) -> None:
        begin = 0
        while begin < len(text):
            quote = text.find(b'"', begin)
            end = len(text) if quote < 0 else quote
            self._run(text[begin:end])
            if quote < 0:
                return
            self._quote()
            begin = quote + 1

    def _run(self, text: bytes) -> None:
        """A stretch without quotes."""
        if not text:
            return
        if not self._headed:
            self._take_header(text)
        if not self._inside:
            self._lines += text.count(b"\n")
        self._last, self._closed = text[-1:], False

    def _quote(self) -> None:
        if not self._headed:
            self._take_header(b'"')
        if self._inside:
            self._inside, self._closed = False, True
        elif self._closed or self._last in self._openers:
            self._inside, self._closed = True, False
        self._last = b'"'

    def _take_header(self, text: bytes) -> None:
        line, end, _ = (text, b"", b"") if self._inside else text.partition(b"\n")
        self._header += line
        self._headed = bool(end)
        if len(self._header) > MAX_HEADER:
            raise Unfit(f"the first line is longer than {MAX_HEADER} bytes: it is no header.")

    def finish(self) -> tuple[int, tuple[str, ...]]:
        if self._inside:
            raise Unfit("the file ends inside a quoted field: it is truncated, or a quote is not closed.")
        lines = self._lines + (self._last != b"\n")
        return max(lines - 1, 0), header(bytes(self._header), self._delimiter.decode())


def header(line: bytes, delimiter: str) -> tuple[str, ...]:
    """The names of a CSV file's first line. `Unfit` where there are none, or where they are no UTF-8."""
    try:
        text = line.decode("utf-8-sig").rstrip("\r")
        names = tuple(next(csv.reader([text], delimiter=delimiter), ()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unfit(f"the header cannot be read: {error}.") from error
    if not any(names):
        raise Unfit("the file has no header: it is empty.")
    return names


class LinesCounter:
    """JSON, one object a line."""

    def __init__(self) -> None:
        self._rest, self._records, self._fields = b"", 0, set[str]()

    def feed(self, text: bytes) -> None:
        *lines, self._rest = (self._rest + text).split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise Unfit(f"a line is longer than {MAX_LINE} bytes.")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        self._records += 1
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unfit(f"record {self._records} is no JSON: {type(error).__name__}.") from error
        if not isinstance(record, dict):
            raise Unfit(f"record {self._records} is no JSON object.")
        self._fields |= record.keys()

    def finish(self) -> tuple[int, tuple[str, ...]]:
        self._take(self._rest)
        return self._records, tuple(sorted(self._fields))
