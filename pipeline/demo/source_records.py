"""Counts the records in the customers' own systems: files of an SFTP home, records behind an API."""

from __future__ import annotations

import csv
import fnmatch
import gzip
import io

from pipeline.sandbox import sources
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.sources import Source


def of_files(folder: Folder, source: Source, directory: str, pattern: str) -> int:
    """The records of all files that match, without their headers."""
    home = sources.inside(folder, source, directory)
    matching = [path for path in sorted(home.iterdir()) if fnmatch.fnmatchcase(path.name, pattern)]
    return sum(_records(gzip.decompress(path.read_bytes())) for path in matching)


def _records(content: bytes) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8")))) - 1


def of_api(folder: Folder, source: Source, resource: str) -> int:
    """The records that all pages together would show."""
    return len(sources.records_file(folder, source, resource).read_bytes().splitlines())
