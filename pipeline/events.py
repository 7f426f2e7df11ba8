"""Events: `<stage>.<noun>.<past participle>`, JSON, schema-versioned, sent at least once.

`STAGES` is where the words of docs/flow.md live; folders, verbs, tests and events are checked against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Protocol

SCHEMA = 1
STAGES = (
    "author",
    "validate",
    "gate",
    "plan",
    "apply",
    "promote",
    "ingest",
    "load",
    "verify",
    "publish",
    "observe",
    "recover",
)
NAME = re.compile(rf"(?:{'|'.join(STAGES)})\.[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")
MAX_BYTES = 200_000  # SQS takes 256 KiB


@dataclass(frozen=True)
class Correlation:
    """The ids that travel everywhere. Empty where they do not apply (yet)."""

    tenant: str = ""
    environment: str = ""
    deployment: str = ""
    release: str = ""
    pipeline: str = ""
    dag_run: str = ""
    task: str = ""
    connector: str = ""
    object: str = ""
    target: str = ""
    attempt: str = ""
    commit: str = ""

    def but(self, **changes: str) -> Correlation:
        return replace(self, **changes)

    def known(self) -> dict[str, str]:
        """Only the ids that are set."""
        return {key: value for key, value in asdict(self).items() if value}

    def query_tag(self) -> str:
        """Snowflake's QUERY_TAG: the known ids as compact JSON, at most 2,000 characters."""
        return json.dumps(self.known(), sort_keys=True, separators=(",", ":"))[:2000]


@dataclass(frozen=True)
class Event:
    """One thing that happened. `id` makes a repeat harmless; `at` is an instant in UTC; `data` holds no secret value."""

    id: str
    name: str
    at: datetime
    ids: Correlation
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"`{self.name}` is no event name: <stage>.<noun>.<past participle>")
        if self.at.tzinfo is None:
            raise ValueError("an event's instant has a zone")

    @property
    def stage(self) -> str:
        return self.name.partition(".")[0]

    def document(self) -> dict[str, Any]:
        """{schema, id, name, at, ids, data}."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "name": self.name,
            "at": self.at.isoformat(),
            "ids": self.ids.known(),
            "data": dict(self.data),
        }

    def text(self) -> str:
        """The document as compact JSON. `ValueError` where it is larger than the transport takes."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if len(text.encode("utf-8")) > MAX_BYTES:
            raise ValueError(f"event {self.name} is larger than {MAX_BYTES} bytes")
        return text


def read(text: str) -> Event:
    """An event out of its JSON. Ids that this version does not know are dropped; `ValueError` where it is no event."""
    document = json.loads(text)
    if document.get("schema") != SCHEMA:
        raise ValueError(f"event schema {document.get('schema')!r} is not known here")
    known = {f.name for f in fields(Correlation)}
    ids = Correlation(**{key: value for key, value in document["ids"].items() if key in known})
    return Event(document["id"], document["name"], datetime.fromisoformat(document["at"]), ids, document["data"])


class Sink(Protocol):
    """Where events go: a queue, a file, a list in a test."""

    def send(self, event: Event) -> None: ...
