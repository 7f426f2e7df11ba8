"""What the files of a tenant's folder may say; connectors have their own models, contracts the open standard's schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pipeline.spec.fields import (
    ColumnName,
    ColumnType,
    Commit,
    Digest,
    Instant,
    Name,
    Owner,
    Schedule,
    Text,
)
from pipeline.spec.model import Model


class Head(Model):
    """tenant.yaml"""

    title: Text
    tier: Literal["priority", "standard", "trial"]
    owners: Annotated[tuple[Owner, ...], Field(strict=False, min_length=1, max_length=8)]
    promotion: Literal["manual", "auto"] = "manual"


class Settings(Model):
    """environments/<environment>.yaml; each connector's part is read by the model of its kind."""

    cell: Name
    status: Literal["active", "paused", "retiring"]
    connectors: Annotated[dict[Name, dict[str, Any]], Field(max_length=50)]


class Evidence(Model):
    """What proved the release in staging, and production's probe."""

    deployment: Text
    live_since: Instant
    receipts: Annotated[dict[Name, Digest], Field(max_length=100)]
    probed: Instant


class Pin(Model):
    """environments/production.pin.yaml, written by `promote` alone."""

    release: Digest
    commit: Commit
    promoted_by: Text
    evidence: Evidence


Nulls = Annotated[tuple[Annotated[str, Field(max_length=32)], ...], Field(strict=False, max_length=8)]


class CsvFormat(Model):
    kind: Literal["csv"]
    encoding: Literal["utf-8"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    header: Literal[True] = True
    nulls: Nulls = ("",)


class JsonFormat(Model):
    kind: Literal["json"]
    encoding: Literal["utf-8"] = "utf-8"


FORMATS: dict[str, type[Model]] = {"csv": CsvFormat, "json": JsonFormat}


class SourceField(Model):
    """One source field."""

    column: ColumnName
    type: ColumnType
    required: bool = False
    parse: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    default: Annotated[str, Field(max_length=256)] | None = None


SourceName = Annotated[str, Field(min_length=1, max_length=128)]


class Mapping(Model):
    """mappings/<table>.yaml; `format` is read by the model of its kind."""

    format: dict[str, Any]
    unknown_fields: Literal["quarantine", "ignore", "keep"] = "quarantine"
    fields: Annotated[dict[SourceName, SourceField], Field(min_length=1, max_length=1000)]
    skip: Annotated[tuple[SourceName, ...], Field(strict=False, max_length=1000)] = ()


class Pipeline(Model):
    """pipelines/<table>.yaml without what its connector's kind reads (`files`, `resource`, …)."""

    connector: Name
    schedule: Schedule
    write: Literal["append", "merge", "replace"]
    version: Annotated[tuple[ColumnName, ...], Field(strict=False, max_length=8)] = ()
    rows: Literal["one_to_one", "filters", "aggregates", "explodes"] = "one_to_one"
    same_name: Literal["hold", "new", "replace"] = "hold"
    same_bytes: Literal["hold", "skip", "load"] | None = None
