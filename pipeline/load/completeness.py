"""Is every record there that ingest counted? Files whose rows are fewer or more hold their object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.attempt import Fault
from pipeline.load.copy import file_name
from pipeline.load.typed import Group
from pipeline.run import LandedFile, LandedObject


def shortfalls(landed: LandedObject, groups: Iterable[Group]) -> tuple[Fault, ...]:
    """One for each file of the object whose rows are not as many as the manifest says."""
    counted: Counter[str] = Counter()
    for group in groups:
        if group.source_key == landed.source_key:
            counted[group.file] += group.rows
    return tuple(fault for file in landed.files if (fault := _shortfall(file, counted[file_name(file.key)])))


def _shortfall(file: LandedFile, count: int) -> Fault | None:
    if count == file.records:
        return None
    what = f"the file {file.sha256[:12]} has {count} rows in the warehouse and {file.records} in the manifest."
    return Fault("load", "file_format", what, abs(count - file.records))
