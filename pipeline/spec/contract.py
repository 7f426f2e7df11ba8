"""A contract: the open standard's document, narrowed to what one table of ours keeps, as the release's `Contract`.

What the standard allows and nothing here would carry out is refused, so that no promise stands on paper only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.findings import Finding
from pipeline.release import Column, Contract
from pipeline.spec import odcs, regex, snowflake_type, words
from pipeline.spec.document import Document, Path
from pipeline.spec.quality import read_checks
from pipeline.spec.wording import deny, did_you_mean, listed, shown

_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_UNREAD: Final = ("physicalName", "properties", "items", "transformLogic", "partitioned", "relationships")
_MINUTES: Final = {
    "m": 1,
    "min": 1,
    "minutes": 1,
    "h": 60,
    "hours": 60,
    "hour": 60,
    "d": 1440,
    "day": 1440,
    "days": 1440,
}
CLASSIFICATIONS: Final = ("public", "internal", "confidential", "restricted")
PROPERTIES: Final[Path] = ("schema", 0, "properties")


def read_contract(document: Document, tenant: str, table: str) -> tuple[Contract | None, list[Finding]]:
    """The contract of one table, or all that is wrong with it."""
    if broken := odcs.findings(document):
        return None, list(broken)
    found = [*_identity(document, tenant, table), *_version(document)]
    if broken := list(_shape(document)):
        return None, [*found, *broken]
    found += [*_columns(document), *_keys(document)]
    checks, broken = read_checks(document)
    minutes, late = _freshness(document)
    found += [*broken, *late]
    if found:
        return None, found
    columns = tuple(_column(entry) for entry in properties(document))
    return Contract(document.value["version"], columns, tuple(checks), minutes), []


def properties(document: Document) -> list[Mapping[str, Any]]:
    """The contract's columns as its file says them."""
    listed_columns: list[Mapping[str, Any]] = document.value["schema"][0]["properties"]
    return listed_columns


def urn(tenant: str, table: str) -> str:
    return f"urn:acmeconnect:{tenant}:{table}"


def _identity(document: Document, tenant: str, table: str) -> Iterator[Finding]:
    """The path is the identity: what repeats it must agree with it."""
    tables = document.value.get("schema") or [{}]
    said = {("id",): urn(tenant, table), ("name",): table, ("schema", 0, "name"): table}
    values = (document.value["id"], document.value.get("name"), tables[0].get("name"))
    for (path, wanted), value in zip(said.items(), values, strict=True):
        if value != wanted:
            what = f"`{'.'.join(str(p) for p in path)}` is {shown(value)}, and the path says `{wanted}`."
            yield deny(
                "contract.identity", document.where(path), what, "the path is the identity.", f"write `{wanted}`"
            )


def _version(document: Document) -> Iterator[Finding]:
    if not _VERSION.fullmatch(document.value["version"]):
        what = f"the version {shown(document.value['version'])} is none of the form 1.2.0."
        yield deny("contract.version", document.where(("version",)), what, fix="write major.minor.patch")


def _shape(document: Document) -> Iterator[Finding]:
    """One table with columns; without it nothing else can be said."""
    tables = document.value.get("schema") or []
    if len(tables) != 1:
        what = f"the contract describes {len(tables)} tables."
        yield deny(
            "contract.one_table", document.where(("schema",)), what, "a contract is that of one table.", "describe one"
        )
    elif tables[0].get("physicalType", "table") != "table":
        where = document.where(("schema", 0, "physicalType"))
        yield deny(
            "contract.one_table",
            where,
            "a pipeline fills a table.",
            "readers get a view of it by themselves.",
            "write `table`",
        )
    elif not tables[0].get("properties"):
        yield deny(
            "contract.one_table", document.where(("schema", 0)), "the table has no columns.", fix="add `properties:`"
        )


def _columns(document: Document) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, entry in enumerate(properties(document)):
        path = (*PROPERTIES, index)
        yield from _column_findings(document, path, entry)
        if entry["name"] in seen:
            where = document.where((*path, "name"))
            yield deny(
                "contract.duplicate_column", where, f"`{entry['name']}` is described twice.", fix="keep one of them"
            )
        seen.add(entry["name"])


def _column_findings(document: Document, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
    if why := words.why_no_column(entry["name"]):
        what = f"{shown(entry['name'])} cannot be a column."
        yield deny("contract.column_name", document.where((*path, "name")), what, why, "choose another name")
    for key in _UNREAD:
        if key in entry:
            where = document.where((*path, key), key=True)
            why = "the standard knows it, and nothing here carries it out."
            yield deny("contract.unsupported", where, f"`{key}` of a column is not kept.", why, "remove it")
    yield from _classification(document, path, entry)
    yield from _types(document, path, entry)
    yield from _options(document, path, entry)


def _classification(document: Document, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """Masking goes by this word, so a typing mistake would show what it should hide."""
    given = entry.get("classification", "public")
    if given not in CLASSIFICATIONS:
        what = f"{shown(given)} is no classification.{did_you_mean(given, CLASSIFICATIONS)}"
        where = document.where((*path, "classification"))
        yield deny(
            "contract.classification", where, what, "masking goes by it.", f"write one of {listed(CLASSIFICATIONS)}"
        )


def _types(document: Document, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
    for key in ("logicalType", "physicalType"):
        if key not in entry:
            yield deny("document.missing_key", document.where(path), f"`{key}` is missing.", fix=f"add `{key}:` here")
    if "physicalType" not in entry:
        return
    found, where = snowflake_type.read(entry["physicalType"]), document.where((*path, "physicalType"))
    if found is None:
        what = f"{shown(entry['physicalType'])} is no type that a column can have."
        why = f"types are written as in {snowflake_type.EXAMPLES}."
        meant = snowflake_type.meant(entry["physicalType"])
        fix = f"write `{meant}`" if meant else "write one of these, with its sizes"
        yield deny("contract.type_unknown", where, what, why, fix)
        return
    fitting = snowflake_type.LOGICAL.get(entry.get("logicalType", ""), (found.family,))
    if found.family not in fitting:
        what = f"`{entry['name']}` is {entry['logicalType']} to its readers and {entry['physicalType']} in the table."
        yield deny("contract.type_mismatch", where, what, fix="make `logicalType` and `physicalType` agree")


def _options(document: Document, path: Path, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """Of `logicalTypeOptions` the pattern is kept, and it must be quick to match."""
    for key, value in entry.get("logicalTypeOptions", {}).items():
        where = document.where((*path, "logicalTypeOptions", key), key=True)
        if key != "pattern" or entry.get("logicalType") != "string":
            why = "only `pattern` of a string is carried out."
            yield deny(
                "contract.unsupported", where, f"the option {shown(key)} is not kept.", why, "say it as a quality rule"
            )
        elif why := regex.why_refused(value):
            yield deny("contract.pattern", where, "the pattern is refused.", why, "write a plain pattern: ^AW[0-9]{8}$")


def _keys(document: Document) -> Iterator[Finding]:
    keyed = [(index, entry) for index, entry in enumerate(properties(document)) if entry.get("primaryKey")]
    for index, entry in keyed:
        if not entry.get("required"):
            where = document.where((*PROPERTIES, index, "name"))
            what = f"`{entry['name']}` is part of the key and may be empty."
            yield deny(
                "contract.key_nullable", where, what, "a row without its key is nobody's row.", "add `required: true`"
            )
    yield from _stray_positions(document)
    places = sorted(entry.get("primaryKeyPosition", 1 if len(keyed) == 1 else 0) for _, entry in keyed)
    if places != list(range(1, len(keyed) + 1)):
        where = document.where((*PROPERTIES, keyed[0][0], "name"))
        what = f"the key's columns {listed(e['name'] for _, e in keyed)} do not stand at 1 to {len(keyed)}."
        yield deny("contract.key_position", where, what, fix="give each its own `primaryKeyPosition`, from 1")


def _stray_positions(document: Document) -> Iterator[Finding]:
    """A place in the key of a column that is not in it: one of both was forgotten."""
    for index, entry in enumerate(properties(document)):
        if entry.get("primaryKeyPosition", -1) > 0 and not entry.get("primaryKey"):
            where = document.where((*PROPERTIES, index, "primaryKeyPosition"))
            what = f"`{entry['name']}` has a place in the key and is not part of it."
            yield deny("contract.key_position", where, what, fix="add `primaryKey: true`, or remove the place")


def _freshness(document: Document) -> tuple[int | None, list[Finding]]:
    """Minutes from when a run was due to its published load, out of the SLA property `latency`."""
    for index, entry in enumerate(document.value.get("slaProperties", ())):
        if entry["property"] != "latency":
            continue
        if (promised := minutes(entry)) is None:
            what = "the promised latency is no whole number of m, h or d within a year."
            where = document.where(("slaProperties", index, "value"))
            return None, [deny("contract.latency", where, what, fix="write {property: latency, value: 2, unit: h}")]
        return promised, []
    return None, []


def minutes(promise: Mapping[str, Any]) -> int | None:
    """The duration of an SLA property, or None where it is no whole number of m, h or d within a year."""
    value, unit = promise["value"], _MINUTES.get(promise.get("unit", ""))
    if unit is None or not isinstance(value, int) or isinstance(value, bool) or not 1 <= value * unit <= 525_600:
        return None
    return value * unit


def _column(entry: Mapping[str, Any]) -> Column:
    key = entry.get("primaryKeyPosition", 1) if entry.get("primaryKey") else None
    return Column(
        name=entry["name"],
        type=entry["physicalType"],
        logical_type=entry["logicalType"],
        required=entry.get("required", False),
        key=key,
        unique=entry.get("unique", False),
        pattern=entry.get("logicalTypeOptions", {}).get("pattern"),
        classification=entry.get("classification"),
    )
