"""Schedules: five cron fields in UTC; `H` in minute and hour is picked by hash, so that pipelines do not start together."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 6))
_ITEM: Final = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MAX_LENGTH: Final = 100


def why_refused(schedule: str) -> str:
    """Why this is no schedule, as a sentence; empty where it is one."""
    fields = schedule.split(" ") if len(schedule) <= MAX_LENGTH else []
    if len(fields) != len(FIELDS):
        return "a schedule is five fields with one blank between: minute hour day month weekday."
    for field, (name, low, high) in zip(fields, FIELDS, strict=True):
        if not (field == "H" and name in ("minute", "hour")) and not _values(field, low, high):
            return f"{name} is a list of numbers, ranges and steps from {low} to {high}; minute and hour may be H."
    return "" if _comes(fields) else "this day never comes in these months."


def resolved(schedule: str, tenant: str, pipeline: str) -> str:
    """The schedule with each `H` as a number that depends on tenant, pipeline and field alone."""
    fields = schedule.split(" ")
    for position, (_, low, high) in enumerate(FIELDS):
        if fields[position] == "H":
            seed = hashlib.sha256(f"{tenant}/{pipeline}/{position}".encode()).digest()
            fields[position] = str(low + int.from_bytes(seed[:8], "big") % (high - low + 1))
    return " ".join(fields)


def _values(field: str, low: int, high: int) -> frozenset[int]:
    """All numbers that a field names; none at all where one part of it is no good."""
    found: set[int] = set()
    for item in field.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            return frozenset()
        first = int(match[1]) if match[1] else low
        last = int(match[2]) if match[2] else (high if match[1] is None or match[3] else first)
        step = int(match[3] or 1)
        if not (low <= first <= last <= high and 1 <= step <= high):
            return frozenset()
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _comes(fields: list[str]) -> bool:
    """Some chosen day exists in some chosen month. Given a weekday, cron takes either."""
    days, months = _values(fields[2], 1, 31), _values(fields[3], 1, 12)
    return fields[4] != "*" or any(day <= _DAYS[month - 1] for month in months for day in days)


def following(schedule: str, after: datetime, count: int) -> list[datetime]:
    """The next instants of a resolved schedule, in UTC, at most a year ahead. Given day and weekday, cron takes either."""
    minutes, hours, days, months, weekdays = (
        _values(field, low, high) for field, (_, low, high) in zip(schedule.split(" "), FIELDS, strict=True)
    )
    free = [field.startswith("*") for field in schedule.split(" ")]
    found: list[datetime] = []
    start = after.astimezone(UTC)
    for ahead in range(366):
        day = (start + timedelta(days=ahead)).replace(second=0, microsecond=0)
        by_day, by_weekday = day.day in days, (day.isoweekday() % 7) in weekdays
        chosen = (by_day or by_weekday) if not free[2] and not free[4] else (by_day and by_weekday)
        if day.month in months and chosen:
            times = (day.replace(hour=hour, minute=minute) for hour in sorted(hours) for minute in sorted(minutes))
            found += [at for at in times if at > start]
        if len(found) >= count:
            break
    return found[:count]
