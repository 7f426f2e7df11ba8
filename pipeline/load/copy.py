"""COPY: the landed files as text into temporary tables, one a layout, each row with its file and line.

A fresh table and FORCE: COPY's own history cannot matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.load.header import Layout
from pipeline.naming import landing_prefix
from pipeline.release import Json
from pipeline.warehouse import Session, literal

PER_COPY = 1000  # FILES takes no more
FILE, LINE, BEYOND, DOCUMENT = "_file", "_line", "_beyond", "_document"


@dataclass(frozen=True)
class Raw:
    """A temporary table of one layout's rows. CSV: c1 … cn as text and `_beyond`, what a row has too many; JSON: `_document`."""

    table: str
    layout: Layout
    kind: str

    def column(self, field: str) -> str | None:
        """The column of a CSV field, None where these files do not have it."""
        return f"c{self.layout.fields.index(field) + 1}" if field in self.layout.fields else None


def copy(session: Session, stage: str, tenant: str, table: str, layout: Layout, format_: Mapping[str, Json]) -> Raw:
    """Read all files of a layout. Any row that cannot be read ends it, and nothing is kept."""
    raw = Raw(table, layout, str(format_["kind"]))
    columns = _columns(raw)
    make(session, raw)
    names = [literal(file.key.removeprefix(landing_prefix(tenant))) for file in layout.files]
    for start in range(0, len(names), PER_COPY):
        session.execute(
            f"COPY INTO {raw.table} ({', '.join([*columns, FILE, LINE])}) "
            f"FROM (SELECT {_selected(raw)}, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @{stage}) "
            f"FILES = ({', '.join(names[start : start + PER_COPY])}) FILE_FORMAT = ({file_format(format_)}) "
            "ON_ERROR = ABORT_STATEMENT FORCE = TRUE"
        )
    return raw


def make(session: Session, raw: Raw) -> None:
    """The table, empty."""
    session.execute(
        f"CREATE OR REPLACE TEMPORARY TABLE {raw.table} ({_typed(raw)}, {FILE} VARCHAR, {LINE} NUMBER(38,0))"
    )


def _columns(raw: Raw) -> list[str]:
    if raw.kind == "json":
        return [DOCUMENT]
    return [*(f"c{n}" for n in range(1, len(raw.layout.fields) + 1)), BEYOND]


def _typed(raw: Raw) -> str:
    return ", ".join(f"{name} {'VARIANT' if name == DOCUMENT else 'VARCHAR'}" for name in _columns(raw))


def _selected(raw: Raw) -> str:
    return ", ".join(f"${n}" for n in range(1, len(_columns(raw)) + 1))


def file_format(format_: Mapping[str, Json]) -> str:
    """The options of FILE_FORMAT for a mapping's format."""
    if format_["kind"] == "json":
        return "TYPE = JSON, COMPRESSION = AUTO, STRIP_OUTER_ARRAY = FALSE, STRIP_NULL_VALUES = FALSE"
    nulls = ", ".join(literal(null) for null in format_["nulls"])
    return (
        f"TYPE = CSV, COMPRESSION = AUTO, FIELD_DELIMITER = {literal(format_['delimiter'])}, SKIP_HEADER = 1, "
        f"FIELD_OPTIONALLY_ENCLOSED_BY = '\"', ESCAPE_UNENCLOSED_FIELD = NONE, NULL_IF = ({nulls}), "
        f"EMPTY_FIELD_AS_NULL = {'TRUE' if '' in format_['nulls'] else 'FALSE'}, ENCODING = 'UTF8'"
    )


def file_name(path: str) -> str:
    """What METADATA$FILENAME and a key share: content-addressed, so the last part says it all."""
    return path.rpartition("/")[2]
