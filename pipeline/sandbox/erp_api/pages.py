"""One page of a resource: which records, and the cursor of the next."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
TOUCHED_AT = re.compile(r'"ModifiedDate": "([^"]*)"')


class BadRequest(Exception):
    """What the caller asked makes no sense; the text says why."""


@dataclass(frozen=True)
class Query:
    """`since` is an instant, inclusive."""

    limit: int
    offset: int = 0
    since: datetime | None = None


def read_query(parameters: dict[str, str]) -> Query:
    """Out of `limit`, `cursor` and `modified_since`. A cursor carries the filter of its first page. `BadRequest`."""
    unknown = parameters.keys() - {"limit", "cursor", "modified_since"}
    if unknown:
        raise BadRequest(f"unknown parameter {min(unknown)}")
    since, offset = parameters.get("modified_since", ""), 0
    if cursor := parameters.get("cursor"):
        offset, since = _read_cursor(cursor)
    return Query(_limit(parameters.get("limit", str(DEFAULT_LIMIT))), offset, _instant(since) if since else None)


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise BadRequest(f"limit is a number from 1 to {MAX_LIMIT}")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("modified_since is an instant in ISO 8601") from error
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def page(records: Sequence[str], query: Query) -> str:
    """`{"data": […], "page": {"next": cursor | null}}`, every record as it stands."""
    chosen = [r for r in records if query.since is None or _touched(r) >= query.since]
    end = query.offset + query.limit
    cursor = _cursor(end, query.since) if end < len(chosen) else None
    return f'{{"data": [{", ".join(chosen[query.offset : end])}], "page": {{"next": {json.dumps(cursor)}}}}}'


def _touched(record: str) -> datetime:
    match = TOUCHED_AT.search(record)
    return _instant(match[1]) if match else datetime.max.replace(tzinfo=UTC)


def _cursor(offset: int, since: datetime | None) -> str:
    parts = {"offset": str(offset), **({"since": since.isoformat()} if since else {})}
    return base64.urlsafe_b64encode(urlencode(parts).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        parts = parse_qs(text, strict_parsing=True)
        return int(parts["offset"][0]), parts.get("since", [""])[0]
    except (binascii.Error, UnicodeDecodeError, ValueError, KeyError) as error:
        raise BadRequest("this cursor was not given by us") from error
