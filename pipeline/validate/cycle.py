"""Tables that are made of each other: no order fills them all, and a replay would give other rows each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.findings import Finding
from pipeline.spec.wording import deny
from pipeline.validate.transform import LANDED, Transform, place


def findings(transforms: Mapping[str, Transform]) -> Iterator[Finding]:
    """One for each transform that reads, by way of others or at once, the table that it fills."""
    reads = {table: sorted({source for source, _ in one.reads} - {LANDED}) for table, one in transforms.items()}
    for table, transform in transforms.items():
        if way := _way_back(table, reads):
            what = (
                f"`{table}` is made of itself."
                if len(way) == 1
                else f"`{table}` is made of itself, by way of {_by(way[:-1])}."
            )
            why = "a replay would read what it wrote before, and give other rows."
            where = place(transform.file, transform.statement.sql, transform.statement.table(way[0]))
            yield deny(
                "reference.cycle",
                where,
                what,
                why,
                f"read the columns that are meant FROM {LANDED}, or leave `{way[0]}` out",
            )


def _way_back(table: str, reads: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The tables from one back to itself, or nothing."""
    waiting: list[tuple[str, ...]] = [(source,) for source in reads[table]]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop(0)
        if way[-1] == table:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            waiting += [(*way, source) for source in reads.get(way[-1], ())]
    return ()


def _by(tables: tuple[str, ...]) -> str:
    return ", ".join(f"`{table}`" for table in tables)
