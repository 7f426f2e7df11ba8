"""Rows that do not pass: few of them wait in `p__quarantine` with their reasons; too many, and the whole object waits.

An object waits where more than 5 % of its rows break a rule, or where a column cannot be read in any row that has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.attempt import Fault
from pipeline.load.copy import FILE, LINE, Raw
from pipeline.load.reasons import read
from pipeline.load.scratch import LANDED
from pipeline.load.typed import whole_record
from pipeline.release import Pipeline
from pipeline.warehouse import Session, literal

PERCENT = 5
UNREAD = f"(SELECT _object, _row, _reasons FROM {LANDED} WHERE _reasons IS NOT NULL)"  # rows broken at the cast
WHOLE_COLUMN = 2  # one bad value is a bad value, not a changed column


@dataclass
class Tally:
    """What broke in one object: `rows` that broke something, and how many broke each (field, rule)."""

    rows: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, reasons: str, count: int) -> None:
        self.rows += count
        self.rules.update(dict.fromkeys(read(reasons), count))

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.rows + other.rows, self.rules + other.rules)


def tallies(groups: Iterable[tuple[str, str, int]]) -> dict[str, Tally]:
    """source key → what broke, of (source key, reasons, rows)."""
    found: dict[str, Tally] = {}
    for key, reasons, count in groups:
        found.setdefault(key, Tally()).add(reasons, count)
    return found


def unread(session: Session, pipeline: Pipeline, found: Mapping[str, Tally]) -> dict[str, set[str]]:
    """source key → fields of which no value at all could be read."""
    columns = {f.source: f.column for f in pipeline.mapping.fields}
    suspects = sorted(
        {
            name
            for tally in found.values()
            for (name, rule), n in tally.rules.items()
            if rule == "type" and n >= WHOLE_COLUMN
        }
    )
    if not suspects:
        return {}
    counts = ", ".join(f"COUNT({columns[name]})" for name in suspects)
    rows = session.rows(f"SELECT _object, {counts} FROM {LANDED} GROUP BY _object")
    return {
        str(key): {
            name for name, n in zip(suspects, read_values, strict=True) if not n and found[key].rules[name, "type"]
        }
        for key, *read_values in rows
        if key in found
    }


def verdict(tally: Tally, source: int, unread: set[str]) -> tuple[Fault, ...]:
    """Why the object waits; empty where its broken rows may wait alone."""
    if not unread and tally.rows * 100 <= source * PERCENT:
        return ()
    return faults(tally, source)


def faults(tally: Tally, source: int) -> tuple[Fault, ...]:
    """One a field and rule, the most frequent first."""
    return tuple(fault(name, rule, count, source) for (name, rule), count in tally.rules.most_common())


def fault(name: str, rule: str, count: int, source: int) -> Fault:
    words = {
        "type": ("schema", "type_change", "cannot be read as the type of its column"),
        "scale": ("schema", "type_change", "has more decimal places than its column"),
        "length": ("load", "bad_record", "is longer than its column"),
        "required": ("load", "bad_record", "is empty and required"),
        "surplus": ("load", "bad_record", "has more values than the header has fields"),
    }
    kind, cause, what = words.get(rule, ("schema", "contract", f"breaks the contract's rule `{rule}`"))
    return Fault(kind, cause, f"{f'`{name}`' if name else 'the record'} {what} in {count} of {source} rows.", count)


def keep(
    session: Session,
    broken: str,
    table: str,
    raws: Sequence[Raw],
    *,
    attempt: str,
    release: str,
    but: Iterable[str],
) -> None:
    """Copy the rows of `broken`, a table or a query, into quarantine, raw record and reasons; not those of objects that wait."""
    held = sorted(but)
    others = f" AND b._object NOT IN ({', '.join(literal(key) for key in held)})" if held else ""
    for raw in raws:
        session.execute(
            f"INSERT INTO {table} (_attempt, _object, _row, _file, reasons, raw, release) "
            f"SELECT {literal(attempt)}, b._object, b._row, l.{FILE}, b._reasons, {whole_record(raw)}, {literal(release)} "
            f"FROM {broken} AS b INNER JOIN {LANDED} AS l ON l._object = b._object AND l._row = b._row "
            f"INNER JOIN {raw.table} AS r ON r.{FILE} = l.{FILE} AND r.{LINE} = l.{LINE}{others}"
        )
