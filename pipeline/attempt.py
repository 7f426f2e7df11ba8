"""One try at loading a manifest: what it counted, what was found wrong, and the session that it works in.

`load` makes an attempt, `verify` audits it, `publish` lets it count; each hands the next one of these, as JSON between tasks.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline import warehouse
from pipeline.naming import published_schema
from pipeline.run import Binding

IN_AN_EVENT = 100
STATEMENT_TIMEOUT_S = {"priority": 3600, "standard": 1800, "trial": 900}


@dataclass(frozen=True)
class Counts:
    """In source rows: source = loaded + quarantined + filtered. `written` is what stands in the table."""

    source: int = 0
    loaded: int = 0
    quarantined: int = 0
    filtered: int = 0
    written: int = 0

    @property
    def conserved(self) -> bool:
        return self.source == self.loaded + self.quarantined + self.filtered


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the data, in the words of a diagnosis (`schema` / `type_change`, …). `what` is a sentence."""

    kind: str
    cause: str
    what: str
    rows: int = 0


@dataclass(frozen=True)
class ObjectLoad:
    """One object of an attempt. `held`: the whole object waits, none of its rows may be published."""

    source_key: str
    content_sha256: str
    rows: Counts = field(default_factory=Counts)
    held: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """`ledger_seq` is the newest row of the ledger when the attempt began: what was revoked after it stays revoked."""

    id: str
    ledger_seq: int
    objects: tuple[ObjectLoad, ...]


@dataclass(frozen=True)
class ObjectAudit:
    """What verify found on the rows of one object; without a fault it may be published."""

    source_key: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Audit:
    """Every object of the attempt that was not held at load, audited."""

    attempt: str
    objects: tuple[ObjectAudit, ...]

    @property
    def passed(self) -> bool:
        return not any(audited.faults for audited in self.objects)


def new_id(now: datetime) -> str:
    """Unique for every try, whoever tries (80 random bits); sorts by when the try began."""
    return f"{id_at(now)}{secrets.token_hex(10)}"


def id_at(instant: datetime) -> str:
    """What the ids of tries begin with that began at this instant."""
    return f"at-{instant.astimezone(UTC):%Y%m%dT%H%M%S}-"


def read_attempt(document: Mapping[str, Any]) -> Attempt:
    """An attempt out of `release.document_of` of one."""
    objects = tuple(
        ObjectLoad(**{**entry, "rows": Counts(**entry["rows"]), "faults": _faults(entry)})
        for entry in document["objects"]
    )
    return Attempt(document["id"], document["ledger_seq"], objects)


def read_audit(document: Mapping[str, Any]) -> Audit:
    """An audit out of `release.document_of` of one."""
    objects = tuple(ObjectAudit(entry["source_key"], _faults(entry)) for entry in document["objects"])
    return Audit(document["attempt"], objects)


def _faults(entry: Mapping[str, Any]) -> tuple[Fault, ...]:
    return tuple(Fault(**fault) for fault in entry["faults"])


def shortened(objects: Sequence[Any]) -> dict[str, Any]:
    """{objects, count}: what an event tells of many objects. It has a largest size; the ledger knows them all."""
    return {"objects": list(objects[:IN_AN_EVENT]), "count": len(objects)}


def session(
    binding: Binding, credentials: warehouse.Credentials | None, task: str, *, autocommit: bool = True
) -> warehouse.Session:
    """The tenant's own session for one task of this run, on the warehouse and with the limits of its tier."""
    place, tier = binding.environment.place, binding.settings["tier"]
    user = place.snowflake_user(binding.tenant)
    return warehouse.connect(
        binding.environment,
        credentials,
        user=user,
        role=user,
        warehouse=place.warehouse(binding.settings["cell"], priority=tier == "priority"),
        query_tag=binding.ids.but(task=task).query_tag(),
        schema=published_schema(binding.tenant),  # where a transform finds the tenant's other tables
        statement_timeout_s=STATEMENT_TIMEOUT_S[tier],
        autocommit=autocommit,
    )
