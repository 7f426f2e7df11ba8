"""The release: one tenant's compiled, immutable data logic as canonical JSON, named by the sha256 of its bytes.

It is written by `spec/` and read by everything that moves data. It holds what a tenant says about its data and nothing of
where it runs: no endpoint, no schedule-of-today, no comment. Same content, same bytes, on every machine and Python.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.errors import Conflict

FORMAT = 1
Json = Any  # what JSON can hold, floats left out: they have no canonical spelling


def canonical(document: Json) -> bytes:
    """UTF-8 JSON with sorted keys and no white space. Floats are refused (`TypeError`): write decimals as strings."""
    _refuse_floats(document)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8"
    )


def _refuse_floats(document: Json) -> None:
    if isinstance(document, float):
        raise TypeError(f"a canonical document holds no float: {document!r}")
    if isinstance(document, Mapping):
        for key, value in document.items():
            if not isinstance(key, str):
                raise TypeError(f"a canonical document has string keys only: {key!r}")
            _refuse_floats(value)
    elif isinstance(document, list | tuple):
        for value in document:
            _refuse_floats(value)


def digest(document: Json) -> str:
    """sha256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(document)).hexdigest()


@dataclass(frozen=True)
class Connector:
    """Where data comes from. `options` are those of its kind, complete with defaults."""

    name: str
    kind: str
    options: Mapping[str, Json]


@dataclass(frozen=True)
class Field:
    """One source field and the landed column that it fills. `source` may walk into an object: `a.b`."""

    source: str
    column: str
    type: str
    required: bool = False
    parse: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class FieldMapping:
    """How raw records become landed columns. `format`: {kind: csv | json, encoding, …}, complete with defaults."""

    format: Mapping[str, Json]
    unknown_fields: Literal["quarantine", "ignore", "keep"]
    fields: tuple[Field, ...]
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of the contract, in its order. `type` is the Snowflake type; `key` its place in the primary key from 1."""

    name: str
    type: str
    logical_type: str
    required: bool = False
    key: int | None = None
    unique: bool = False
    pattern: str | None = None
    classification: str | None = None


@dataclass(frozen=True)
class Check:
    """One quality rule, of a column (`column` given: its failing rows are quarantined) or of the set (the object waits).

    `metric`: rowCount, nullValues, invalidValues, duplicateValues, missingValues or `sql` (then `query` holds one SELECT).
    `comparison`: mustBe, mustNotBe, mustBeGreaterThan, mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo.
    """

    metric: str
    comparison: str
    value: str
    column: str | None = None
    arguments: Mapping[str, Json] | None = None
    query: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Contract:
    """What the published table looks like. `freshness_minutes` is the promised latency after a run was due."""

    version: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    freshness_minutes: int | None = None


@dataclass(frozen=True)
class Pipeline:
    """One pipeline, whole: all that a run needs to know but where things stand today.

    `fetch`: {files: glob} for sftp; {resource, watermark: {field, parameter, overlap} | null} for api.
    `schedule` is five cron fields in UTC with every `H` resolved.
    """

    name: str
    connector: Connector
    fetch: Mapping[str, Json]
    schedule: str
    write: Literal["append", "merge", "replace"]
    version: tuple[str, ...]
    rows: Literal["one_to_one", "filters", "aggregates", "explodes"]
    same_name: Literal["hold", "new", "replace"]
    same_bytes: Literal["hold", "skip", "load"]
    mapping: FieldMapping
    transform: str
    contract: Contract

    @property
    def digest(self) -> str:
        return digest(document_of(self))

    @property
    def key(self) -> tuple[str, ...]:
        """The contract's primary key columns, in their order."""
        keyed = sorted((column.key, column.name) for column in self.contract.columns if column.key is not None)
        return tuple(name for _, name in keyed)


@dataclass(frozen=True)
class Release:
    """One tenant's pipelines, sorted by name."""

    tenant: str
    pipelines: tuple[Pipeline, ...]

    def document(self) -> dict[str, Json]:
        """{format, tenant, pipelines: {name: {digest, …}}}."""
        pipelines = {p.name: {**document_of(p), "digest": p.digest} for p in self.pipelines}
        return {"format": FORMAT, "tenant": self.tenant, "pipelines": pipelines}

    def bytes(self) -> bytes:
        return canonical(self.document())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.bytes()).hexdigest()

    def pipeline(self, name: str) -> Pipeline:
        """`KeyError` where the release has none of this name."""
        return {p.name: p for p in self.pipelines}[name]


def document_of(value: Any) -> Json:
    """A frozen dataclass as JSON, by its field names; tuples become lists."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: document_of(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, list | tuple):
        return [document_of(item) for item in value]
    if isinstance(value, Mapping):
        return {key: document_of(item) for key, item in value.items()}
    return value


def read(content: bytes, expected_digest: str | None = None) -> Release:
    """A release out of its bytes. `Conflict` where they are not what the digest names, or of a format unknown here."""
    if expected_digest and hashlib.sha256(content).hexdigest() != expected_digest:
        raise Conflict(
            f"the stored release is not what its name {expected_digest[:12]} says.",
            fix="restore its older object version",
        )
    document = json.loads(content)
    if document.get("format") != FORMAT:
        raise Conflict(
            f"release format {document.get('format')!r} is not known to this runtime.",
            fix="deploy with a newer runtime",
        )
    pipelines = tuple(read_pipeline(body) for _, body in sorted(document["pipelines"].items()))
    return Release(document["tenant"], pipelines)


def read_pipeline(body: Mapping[str, Json]) -> Pipeline:
    """One pipeline out of its part of the document; its own digest is checked."""
    rest = dict(body)
    named = rest.pop("digest", None)
    mapping, contract = dict(rest.pop("mapping")), dict(rest.pop("contract"))
    pipeline = Pipeline(
        **{
            **rest,
            "connector": Connector(**rest["connector"]),
            "version": tuple(rest["version"]),
            "mapping": FieldMapping(
                **{**mapping, "fields": tuple(Field(**f) for f in mapping["fields"]), "skip": tuple(mapping["skip"])}
            ),
            "contract": Contract(
                **{
                    **contract,
                    "columns": tuple(Column(**c) for c in contract["columns"]),
                    "checks": tuple(Check(**c) for c in contract["checks"]),
                }
            ),
        }
    )
    if named is not None and named != pipeline.digest:
        raise Conflict(
            f"pipeline {pipeline.name} is not what its digest {named[:12]} says.",
            fix="restore the release's older object version",
        )
    return pipeline


_SYNONYMS = {"TEXT": "VARCHAR", "STRING": "VARCHAR", "DECIMAL": "NUMBER", "NUMERIC": "NUMBER", "DOUBLE": "FLOAT"}
_DEFAULT_SIZES = {"VARCHAR": (16777216,), "NUMBER": (38, 0), "BINARY": (8388608,)}


def shape_of(type_: str) -> tuple[str, tuple[int, ...]]:
    """`NUMBER(19, 4)` → ("NUMBER", (19, 4)); a size that is not said is Snowflake's default."""
    match = re.fullmatch(r"([A-Z_]+)(?:\s*\(([0-9, ]+)\))?", type_.strip().upper())
    if match is None:
        return type_.strip().upper(), ()
    name = _SYNONYMS.get(match[1], match[1])
    said = tuple(int(size) for size in (match[2] or "").split(",") if size.strip())
    default = _DEFAULT_SIZES.get(name, ())
    return name, said + default[len(said) :]
