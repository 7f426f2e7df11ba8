"""Schedules: five cron fields in UTC; `H` in minute and hour is picked by hash, so that pipelines do not start together."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 6))
_ITEM: Final = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MAX_LENGTH: Final = 100
_NICKNAMES: Final = {"@hourly": "H * * * *", "@daily": "H H * * *", "@weekly": "H H * * 0", "@monthly": "H H 1 * *"}
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST, _SPAN = date(2024, 1, 1), 1461  # four years hold every day and weekday that there is


def why_refused(schedule: str) -> str:
    """Why this is no schedule, as a sentence; empty where it is one."""
    fields = schedule.split(" ") if len(schedule) <= MAX_LENGTH else []
    if len(fields) != len(FIELDS):
        return "a schedule is five fields with one blank between: minute hour day month weekday."
    for field, (name, low, high) in zip(fields, FIELDS, strict=True):
        if not (field == "H" and name in ("minute", "hour")) and not _values(field, low, high):
            return f"{name} is a list of numbers, ranges and steps from {low} to {high}; minute and hour may be H."
    return "" if _comes(fields) else "this day never comes in these months."


def meant(schedule: str) -> str | None:
    """The schedule as it is written here, for one of another dialect: nicknames, names of days and months, `?`, Sunday as 7."""
    text = " ".join(_NICKNAMES.get(schedule.strip().lower(), schedule).upper().replace("?", "*").split())
    fields = text.split(" ")
    for position, names, first in ((3, _MONTHS, 1), (4, _WEEKDAYS, 0)):
        for number, name in enumerate(names if len(fields) == len(FIELDS) else (), first):
            fields[position] = fields[position].replace(name, str(number))
    fields[4:5] = [re.sub(r"\b7\b", "0", fields[4])] if len(fields) == len(FIELDS) else fields[4:5]
    found = " ".join(fields)
    return found if found != schedule and not why_refused(found) else None


def resolved(schedule: str, tenant: str, pipeline: str) -> str:
    """The schedule with each `H` as a number that depends on tenant, pipeline and field alone."""
    fields = schedule.split(" ")
    for position, (_, low, high) in enumerate(FIELDS):
        if fields[position] == "H":
            seed = hashlib.sha256(f"{tenant}/{pipeline}/{position}".encode()).digest()
            fields[position] = str(low + int.from_bytes(seed[:8], "big") % (high - low + 1))
    return " ".join(fields)


@lru_cache(maxsize=4096)
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
    fields = schedule.split(" ")
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    found: list[datetime] = []
    start = after.astimezone(UTC)
    for ahead in range(366):
        day = (start + timedelta(days=ahead)).replace(second=0, microsecond=0)
        if _is_day(fields, day.date()):
            times = (day.replace(hour=hour, minute=minute) for hour in sorted(hours) for minute in sorted(minutes))
            found += [at for at in times if at > start]
        if len(found) >= count:
            break
    return found[:count]


@lru_cache(maxsize=4096)
def gaps(schedule: str) -> tuple[int, int]:
    """(shortest, longest) time between two starts, in minutes. Takes a schedule without `H`."""
    fields = schedule.split(" ")
    moments = sorted(60 * hour + minute for hour in _values(fields[1], 0, 23) for minute in _values(fields[0], 0, 59))
    days = [day for day in range(_SPAN) if _is_day(fields, _FIRST + timedelta(days=day))]
    days.append(days[0] + _SPAN)
    within = [later - first for first, later in pairwise(moments)]
    between = [1440 * (later - first) + moments[0] - moments[-1] for first, later in pairwise(days)]
    return min([*within, *between]), max([*within, *between])


def _is_day(fields: list[str], day: date) -> bool:
    """Where both day and weekday are said, either will do."""
    if day.month not in _values(fields[3], 1, 12):
        return False
    by_day, by_weekday = day.day in _values(fields[2], 1, 31), day.isoweekday() % 7 in _values(fields[4], 0, 6)
    free = fields[2].startswith("*") or fields[4].startswith("*")
    return (by_day and by_weekday) if free else (by_day or by_weekday)
