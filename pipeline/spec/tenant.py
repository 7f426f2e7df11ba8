"""A tenant's folder, read whole: what it says, what is wrong with it, and where each word of it stands.

`read_tenant` reads a checkout; `read_files` reads any mapping of path → bytes, such as a commit's tree. Neither writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.findings import Finding, Where, denied, in_order
from pipeline.naming import ENVIRONMENTS
from pipeline.release import Contract
from pipeline.spec import models, secret_literal, words
from pipeline.spec.connectors import Kind, kinds
from pipeline.spec.contract import read_contract
from pipeline.spec.document import Document, parse
from pipeline.spec.folder import MAX_FILE_BYTES, MAX_FILES, read_folder, too_many
from pipeline.spec.layout import Entry, entry, prefix
from pipeline.spec.model import Model, read_model, unknown_key
from pipeline.spec.text import decode
from pipeline.spec.wording import deny, did_you_mean, listed, shown

MAX_YAML_BYTES: Final = 262_144
MAX_SQL_BYTES: Final = 65_536
MAX_TOTAL_BYTES: Final = 8_388_608
MAX_PARTS: Final = 60_000


@dataclass(frozen=True)
class Connector:
    """A connector's kind and the options of its file."""

    kind: Kind
    options: Model


@dataclass(frozen=True)
class Settings:
    """One environment's file; `connectors` as the model of each kind reads it."""

    head: models.Settings
    connectors: Mapping[str, Model]


@dataclass(frozen=True)
class TableMapping:
    """A mapping with its format read by kind."""

    model: models.Mapping
    format: Model


@dataclass(frozen=True)
class Pipeline:
    """A pipeline and what its connector's kind fetches; `fetch` is None where that kind is not known."""

    model: models.Pipeline
    fetch: Model | None


@dataclass
class Tenant:
    """What could be read of a tenant. Whole where nothing was denied; callers change nothing in it.

    `transforms` and `tests` (table → file name → text) hold text. `documents` holds every YAML file by its path.
    `files` is every file's entry by its path, broken ones too, so that a broken file is not also called missing.
    """

    name: str
    head: models.Head | None = None
    environments: dict[str, Settings] = field(default_factory=dict)
    pin: models.Pin | None = None
    connectors: dict[str, Connector] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    mappings: dict[str, TableMapping] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    transforms: dict[str, str] = field(default_factory=dict)
    tests: dict[str, dict[str, str]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)

    def file(self, rest: str) -> str:
        return f"{prefix(self.name)}{rest}"

    def has(self, part: str, name: str) -> bool:
        """There is such a file, readable or not."""
        return any(entry.part == part and entry.name == name for entry in self.files.values())


def read_tenant(repository: Path, tenant: str) -> tuple[Tenant | None, list[Finding]]:
    """The tenant of a checkout and all that is wrong with its files; None where one of them denies."""
    files, found = read_folder(repository, tenant)
    read, more = read_files(files, tenant)
    findings = in_order([*found, *more])
    return (None if denied(findings) else read), findings


def read_files(files: Mapping[str, bytes | None], tenant: str) -> tuple[Tenant, list[Finding]]:
    """What could be read out of these files, whole or not, and all that is wrong with them.

    None stands for a file that is there and that its reader refused already: it is neither read nor called missing.
    """
    reading = _Reading(Tenant(tenant), [])
    if why := words.why_no_tenant(tenant):
        where = Where(prefix(tenant).rstrip("/"))
        reading.findings.append(
            deny("document.name", where, f"{shown(tenant)} cannot be a tenant.", why, "rename the folder")
        )
    if len(files) > MAX_FILES or sum(len(content or b"") for content in files.values()) > MAX_TOTAL_BYTES:
        return reading.tenant, [*reading.findings, too_many(tenant)]
    for file in sorted(files):
        reading.read(file, files[file])
    reading.understand()
    return reading.tenant, in_order(secret_literal.told_once(reading.findings))


@dataclass
class _Reading:
    """One pass over a folder: text, then documents, then models in the order in which they need each other."""

    tenant: Tenant
    findings: list[Finding]
    parts: int = 0

    def read(self, file: str, content: bytes | None) -> None:
        found, broken = entry(self.tenant.name, file)
        if content is not None:
            self.findings += broken
        if found is None:
            return
        self.tenant.files[file] = found
        if content is None:
            return
        limit = {"transforms": MAX_SQL_BYTES, "tests": MAX_FILE_BYTES}.get(found.part, MAX_YAML_BYTES)
        text, broken = decode(file, content, limit)
        self.findings += broken
        if text is not None:
            self.findings += secret_literal.in_text(file, text)
            self.keep(found, text)

    def keep(self, found: Entry, text: str) -> None:
        if found.part == "transforms":
            self.tenant.transforms[found.name] = text
        elif found.part == "tests":
            self.tenant.tests.setdefault(found.name, {})[found.file.rsplit("/", 1)[1]] = text
        elif self.parts <= MAX_PARTS:
            self.keep_document(found.file, text)

    def keep_document(self, file: str, text: str) -> None:
        document, broken = parse(file, text)
        self.findings += broken
        if document is not None and not isinstance(document.value, dict):
            what = "the file is empty." if document.value is None else "the file is no mapping of keys."
            self.findings.append(deny("document.empty", document.where(), what, fix="write `key: value` lines"))
        elif document is not None:
            self.tenant.documents[file] = document
            self.findings += secret_literal.in_document(document)
            self.count(document)

    def count(self, document: Document) -> None:
        self.parts += len(document.spots)
        if self.parts > MAX_PARTS:
            what = f"the tenant's files hold more than {MAX_PARTS:,} parts; from here on nothing is read."
            self.findings.append(
                deny("document.size", document.where(), what, "folders are bounded.", "split the tenant")
            )

    def understand(self) -> None:
        """Connectors first: environments and pipelines are read by the model of their kind."""
        readers = {
            "tenant": self.head,
            "connectors": self.connector,
            "environments": self.environment,
            "pin": self.pin,
            "contracts": self.contract,
            "mappings": self.mapping,
            "pipelines": self.pipeline,
        }
        for part, reader in readers.items():
            for file, found in self.tenant.files.items():
                if found.part == part and file in self.tenant.documents:
                    reader(found.name, self.tenant.documents[file])
        self.check_presence()

    def check_presence(self) -> None:
        for rest in ("tenant.yaml", *(f"environments/{name}.yaml" for name in ENVIRONMENTS)):
            if self.tenant.file(rest) not in self.tenant.files:
                where = Where(self.tenant.file(rest))
                self.findings.append(
                    deny("document.missing_file", where, "the file is missing.", fix=f"write {where.file}")
                )

    def model(self, document: Document, model: type[Model], path: tuple[str | int, ...] = (), value: Any = ...) -> Any:
        read, broken = read_model(document, model, path, value)
        self.findings += broken
        return read

    def head(self, _: str, document: Document) -> None:
        self.tenant.head = self.model(document, models.Head)

    def pin(self, _: str, document: Document) -> None:
        self.tenant.pin = self.model(document, models.Pin)

    def contract(self, name: str, document: Document) -> None:
        read, broken = read_contract(document, self.tenant.name, name)
        self.findings += broken
        if read is not None:
            self.tenant.contracts[name] = read

    def kind(self, document: Document, path: tuple[str | int, ...], known: Mapping[str, Any]) -> Any:
        """What the `kind:` at a path names, of those known; a finding and None where there is none such."""
        part: Any = document.value
        for step in path:
            part = part.get(step)
        given = part.get("kind") if isinstance(part, dict) else None
        if isinstance(given, str) and given in known:
            return known[given]
        hint = did_you_mean(given, known) if isinstance(given, str) else ""
        where = document.where((*path, "kind"))
        what = f"`kind` is {shown(given)}.{hint}"
        self.findings.append(deny("document.kind", where, what, fix=f"write one of {listed(sorted(known))}"))
        return None

    def connector(self, name: str, document: Document) -> None:
        kind = self.kind(document, (), kinds())
        options = self.model(document, kind.options) if kind else None
        if options is not None:
            self.tenant.connectors[name] = Connector(kind, options)

    def environment(self, name: str, document: Document) -> None:
        head = self.model(document, models.Settings)
        if head is None:
            return
        read = {}
        for connector, part in head.connectors.items():
            known = self.tenant.connectors.get(connector)
            if known and (settings := self.model(document, known.kind.settings, ("connectors", connector), part)):
                read[connector] = settings
        self.tenant.environments[name] = Settings(head, read)

    def mapping(self, name: str, document: Document) -> None:
        model = self.model(document, models.Mapping)
        if not isinstance(document.value.get("format"), dict):
            return
        kind = self.kind(document, ("format",), models.FORMATS)
        format_ = self.model(document, kind, ("format",)) if kind else None
        if model is not None and format_ is not None:
            self.tenant.mappings[name] = TableMapping(model, format_)

    def pipeline(self, name: str, document: Document) -> None:
        """The common keys by one model, the rest by the model of the connector's kind."""
        common = {key: value for key, value in document.value.items() if key in models.Pipeline.model_fields}
        rest = {key: value for key, value in document.value.items() if key not in common}
        model = self.model(document, models.Pipeline, (), common)
        known = self.tenant.connectors.get(str(common.get("connector")))
        fetched = [known.kind.fetch] if known else [kind.fetch for kind in kinds().values()]
        self.check_keys(document, rest, fetched)
        rest = {key: value for key, value in rest.items() if any(key in f.model_fields for f in fetched)}
        fetch = self.model(document, known.kind.fetch, (), rest) if known else None
        if model is not None and (fetch is not None or known is None):
            self.tenant.pipelines[name] = Pipeline(model, fetch)

    def check_keys(self, document: Document, rest: Mapping[str, Any], fetched: list[type[Model]]) -> None:
        known = sorted({*models.Pipeline.model_fields, *(key for model in fetched for key in model.model_fields)})
        for key in rest:
            if key not in known:
                where = document.where((key,), key=True)
                self.findings.append(deny("document.unknown_key", where, *unknown_key(key, known)))
