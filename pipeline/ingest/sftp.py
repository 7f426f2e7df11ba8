"""`sftp`: files that the customer drops into a directory.

A file is taken when it is complete, once for each (path, size, time); what was landed before is known by its paper in the lake
and not read again. A file that changes under our hands is left for the next run.
"""

from __future__ import annotations

import csv
import hashlib
import io
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from pipeline import naming
from pipeline.cloud import Secret
from pipeline.errors import Missing
from pipeline.ingest import exact_json
from pipeline.ingest.lake import Lake
from pipeline.ingest.measure import Measure, header
from pipeline.ingest.source import Held, Sample, Unfit
from pipeline.ingest.ssh import Entry, Server, Session
from pipeline.release import Pipeline, canonical, document_of
from pipeline.run import Binding, Known, LandedFile, LandedObject, read_object
from pipeline.settings import Environment

PER_RUN = 1000
PEEK = 2**18
UNPACKED = 4 * PEEK


class SftpSource:
    """One drop, as a tenant's user sees it."""

    def __init__(self, binding: Binding, secret: Secret, *, now: Callable[[], float] = time.time) -> None:
        self._pipeline = binding.pipeline
        self._options = binding.pipeline.connector.options
        self._session = Session(server(binding.environment, binding.connector_settings, secret))
        self._now = now

    def close(self) -> None:
        self._session.close()

    def fetch(self, known: Known, lake: Lake) -> Iterator[LandedObject | Held]:
        for entry in self._complete(self._pipeline)[:PER_RUN]:
            path = self._path(entry.name)
            if odd(entry.name):
                yield Held(path.encode("utf-8", "backslashreplace").decode(), _fault("the file has an unusual name."))
            elif outcome := self._object(path, entry, lake, known):
                yield outcome

    def peek(self, pipeline: Pipeline, count: int) -> Sample | None:
        fit = [entry for entry in self._complete(pipeline) if not odd(entry.name)]
        if not fit:
            return None
        path = self._path(fit[-1].name)
        parts = self._session.parts(path, PEEK)
        first = next(parts, b"")
        parts.close()  # type: ignore[attr-defined]  # a generator
        text = unpacked(first) if path.endswith(".gz") else first
        return sample(path, text, pipeline.mapping.format, count, whole=len(first) < PEEK and len(text) < UNPACKED)

    def surplus(self) -> tuple[str, ...]:
        directory, user = self._options["directory"], self._session.user
        if self._session.refuses_changes(directory):
            return ()
        return (f"{user} is not told that it may change nothing in {directory}.",)

    def _complete(self, pipeline: Pipeline) -> list[Entry]:
        entries = self._session.entries(self._options["directory"])
        wanted = [entry for entry in entries if fnmatchcase(entry.name, pipeline.fetch["files"])]
        return complete(wanted, {entry.name for entry in entries}, self._options["complete_when"], self._now())

    def _path(self, name: str) -> str:
        return str(PurePosixPath(self._options["directory"], name))

    def _object(self, path: str, entry: Entry, lake: Lake, known: Known) -> LandedObject | Held | None:
        """None where the file changed while it was read, or is live as it stands."""
        identity = _identity(path, entry, self._pipeline)
        paper = naming.seen_key(lake.tenant, lake.pipeline, identity)
        seen = lake.read(paper)
        if seen is not None:
            landed = read_object(seen)
            if known.live.get(path) == landed.content_sha256:
                return None
            if all(lake.holds(file.key) for file in landed.files):
                return landed
        try:
            read = self._read(path, entry, lake)
        except Unfit as error:
            return Held(path, error.fault, identity=identity)
        if read is not None:
            lake.create(paper, canonical(document_of(read)))
        return read

    def _read(self, path: str, entry: Entry, lake: Lake) -> LandedObject | None:
        gzipped = path.endswith(".gz")
        measure = Measure(self._pipeline.mapping.format, gzipped=gzipped)
        try:
            if self._session.size(path) != entry.size:
                return None
            key = lake.land(
                measure.passing(self._whole(path, entry.size)),
                lambda: measure.sha256,
                suffix(self._pipeline, gzipped=gzipped),
            )
        except (Changed, Missing):  # gone or grown since it was listed
            return None
        file = LandedFile(key, measure.sha256, measure.size, measure.records, measure.fields)
        at = datetime.fromtimestamp(entry.mtime, UTC).isoformat()
        return LandedObject(path, measure.sha256, (file,), modified_at=at)

    def _whole(self, path: str, size: int) -> Iterator[bytes]:
        """The file's parts, if they are as many bytes as were listed, before and after."""
        read = 0
        for part in self._session.parts(path):
            read += len(part)
            yield part
        if read != size or self._session.size(path) != size:
            raise Changed(path)


class Changed(Exception):
    """A file is not what it was when it was listed."""


def server(environment: Environment, settings: Mapping[str, Any], secret: Secret) -> Server:
    """Where the settings' host answers: in the sandbox by its address book alone, else as it is named."""
    host, port = settings["endpoint"]["host"], int(settings["endpoint"]["port"])
    name, keys, to = f"{host}:{port}", tuple(settings["host_keys"]), f"{host}:{port}"
    if environment.sandbox:
        address = environment.addresses.get(name)
        if address is None:
            raise Missing(f"the sandbox has no server for {name}.", fix="./acme sandbox address TENANT")
        keys, to = (address.host_key,), address.to
    to_host, _, to_port = to.rpartition(":")
    return Server(name, to_host, int(to_port), keys, settings["user"], secret)


def odd(name: str) -> bool:
    """A name that nobody gives a file in good faith: control characters, separators, bytes that are no UTF-8."""
    return not name.isprintable() or "/" in name or "\\" in name or name.startswith(".")


def complete(wanted: list[Entry], names: set[str], rule: Mapping[str, Any], now: float) -> list[Entry]:
    """Those at rest for long enough, or those whose marker stands beside them: `*` of the marker is the file's name or stem."""
    if marker := rule.get("marker"):
        return [e for e in wanted if any(marker.replace("*", stem, 1) in names for stem in _stems(e.name))]
    return [entry for entry in wanted if now - entry.mtime >= rule["size_stable_s"]]


def _stems(name: str) -> list[str]:
    """`orders.csv.gz`, `orders.csv`, `orders`."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def suffix(pipeline: Pipeline, *, gzipped: bool) -> str:
    kind = "csv" if pipeline.mapping.format["kind"] == "csv" else "jsonl"
    return f".{kind}.gz" if gzipped else f".{kind}"


def _identity(path: str, entry: Entry, pipeline: Pipeline) -> str:
    """Another format reads other records out of the same bytes, so it is part of what was seen."""
    said = {"path": path, "size": entry.size, "mtime": entry.mtime, "format": dict(pipeline.mapping.format)}
    return hashlib.sha256(canonical(said)).hexdigest()


def _fault(what: str) -> Any:
    return Unfit(what).fault


def unpacked(text: bytes) -> bytes:
    """As much as the beginning of a gzip file gives."""
    try:
        return zlib.decompressobj(wbits=31).decompress(text, UNPACKED)
    except zlib.error as error:
        raise Unfit(f"the gzip file is corrupt: {error}.") from error


def sample(path: str, text: bytes, format_: Mapping[str, Any], count: int, *, whole: bool) -> Sample:
    """Names and first records of a file's beginning. What cannot be read as the format says is left out, and never an error:
    the beginning says why. Unless the file is `whole`, its last record may be cut and is left out."""
    if format_["kind"] == "json":
        lines = text.splitlines() if whole else text.splitlines()[:-1]
        records = [record for line in lines[:count] if (record := _json(line)) is not None]
        return Sample(path, tuple(sorted({name for record in records for name in record})), tuple(records), text)
    delimiter, nulls = format_["delimiter"], set(format_["nulls"])
    first, _, rest = text.partition(b"\n")
    try:
        fields = header(first, delimiter)
        rows = csv.reader(io.StringIO(rest.decode("utf-8", "replace"), newline=""), delimiter=delimiter)
        read = [row for row in islice(rows, count if whole else None) if row]
    except (Unfit, csv.Error):
        return Sample(path, (), (), text)
    cells = ((None if cell in nulls else cell for cell in row) for row in (read if whole else read[:-1])[:count])
    return Sample(path, fields, tuple(dict(zip(fields, row, strict=False)) for row in cells), text)


def _json(line: bytes) -> dict[str, Any] | None:
    try:
        record = exact_json.read(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
