"""COPY INTO a table from an external stage: all files or none, each file once (by name and ETag) unless forced."""

# ruff: noqa: S608  the engine's SQL, over names that are quoted and rights that are checked
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from pipeline.sandbox.snowflake import files, preparation, problem, stage
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.columns import columns_of
from pipeline.sandbox.snowflake.naming import NAME, fold, full, quoted
from pipeline.sandbox.snowflake.options import read_options
from pipeline.sandbox.snowflake.result import COPY, Result, listing
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.writing import place

_HEAD = re.compile(rf"COPY\s+INTO\s+({NAME})\s*(\(([^)]*)\)\s*)?FROM\s+(.*)", re.IGNORECASE | re.DOTALL)
_LOCATION = rf"@({NAME})((?:/[^\s;)]*)?)"
_PLAIN = re.compile(rf"{_LOCATION}(.*)", re.DOTALL)
_SELECT = re.compile(rf"(SELECT\s+.*\bFROM\s+){_LOCATION}(\s+(?:AS\s+)?\w+)?\s*", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(
    r"'(?:[^']|'')*'|(?:\b(\w+)\.)?\$(\d+)|\bMETADATA\$(FILENAME|FILE_ROW_NUMBER|FILE_CONTENT_KEY|FILE_LAST_MODIFIED)\b",
    re.IGNORECASE,
)
_META = {"FILENAME": "_filename", "FILE_ROW_NUMBER": "_file_row", "FILE_CONTENT_KEY": "_etag"}
NAMES = (
    "file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen", "first_error", "first_error_line",
    "first_error_character", "first_error_column_name",
)  # fmt: skip
ONE = {"ON_ERROR": "ABORT_STATEMENT", "FORCE": False, "PURGE": False}
KNOWN = {
    *ONE,
    "FILES",
    "FILE_FORMAT",
    "PATTERN",
    "RETURN_FAILED_ONLY",
    "SIZE_LIMIT",
    "ENFORCE_LENGTH",
    "TRUNCATECOLUMNS",
}


@dataclass(frozen=True)
class Copy:
    """`select` is None for a plain COPY."""

    target: str
    columns: tuple[str, ...]
    select: str | None
    stage: str
    path: str
    options: dict[str, Any]


def is_copy(sql: str) -> bool:
    return re.match(r"COPY\s+INTO\b", sql, re.IGNORECASE) is not None


def read(session: Session, sql: str) -> Copy:
    head = _HEAD.fullmatch(sql)
    if head is None:
        raise problem.unsupported("COPY INTO a location")
    target, _, listed, rest = head.groups()
    columns = tuple(fold(name.strip()) for name in listed.split(",")) if listed else ()
    if rest.startswith("("):
        inner, rest = _bracketed(rest)
        match = _SELECT.fullmatch(inner.strip())
        if match is None:
            raise problem.unsupported("this transformation in COPY")
        select, name, path, alias = match.groups()
        source = f"{select} _sf_rows{alias or ''}"
    else:
        match = _PLAIN.fullmatch(rest)
        if match is None:
            raise problem.syntax("in COPY: no @stage.")
        name, path, rest = match.groups()
        source = None
    options = {**ONE, **read_options(rest)}
    _refuse(options)
    return Copy(
        full(session, "TABLE", target), columns, source, full(session, "STAGE", name), path.lstrip("/"), options
    )


def _refuse(options: dict[str, Any]) -> None:
    if unknown := sorted(set(options) - KNOWN):
        raise problem.Problem(2211, "42601", f"SQL compilation error:\ninvalid parameter '{unknown[0]}'")
    if str(options["ON_ERROR"]).upper() != "ABORT_STATEMENT" or options["PURGE"]:
        raise problem.unsupported("COPY with this ON_ERROR or PURGE")


def _bracketed(text: str) -> tuple[str, str]:
    """(what stands in the first brackets, the rest)."""
    depth, end, in_text = 0, 0, False
    for end, letter in enumerate(text):  # noqa: B007  where it stops is the answer
        if letter == "'":
            in_text = not in_text
        elif not in_text:
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                break
    return text[1:end], text[end + 1 :]


def copy(account: Account, session: Session, sql: str) -> Result:
    wanted = read(session, sql)
    _check(account, session, wanted)
    standing = [column.name for column in columns_of(account, session, wanted.target)]
    names = wanted.columns or tuple(standing)
    if missing := [name for name in names if name not in standing]:
        raise problem.Problem(904, "42000", f"SQL compilation error:\ninvalid identifier '{missing[0]}'")
    source = stage.Source(account, wanted.stage)
    listed = (
        source.named(wanted.path, wanted.options["FILES"]) if "FILES" in wanted.options else source.below(wanted.path)
    )
    if pattern := wanted.options.get("PATTERN"):
        listed = [one for one in listed if re.fullmatch(str(pattern), one.key)]
    fresh = [one for one in listed if wanted.options["FORCE"] or not _is_loaded(session, wanted.target, one)]
    if not fresh:
        return listing(["status"], [["Copy executed with 0 files processed."]], COPY)
    rows = [_load(account, session, wanted, names, source, one) for one in fresh]
    return listing(NAMES, rows, COPY)


def _check(account: Account, session: Session, wanted: Copy) -> None:
    access = account.access(session)
    if wanted.target not in session.temporary:
        kind = account.objects(session).get(wanted.target)
        if kind is None:
            raise problem.unknown("Table", wanted.target)
        access.need(["INSERT"], kind, wanted.target)
    if account.catalogue.find("STAGE", wanted.stage) is None:
        raise problem.unknown("Stage", wanted.stage)
    access.need(["USAGE"], "STAGE", wanted.stage)


def _load(
    account: Account, session: Session, wanted: Copy, names: tuple[str, ...], source: stage.Source, one: stage.File
) -> list[Any]:
    format_ = files.Format.of({**source.file_format, **wanted.options.get("FILE_FORMAT", {})})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        source.download(one, path)
        exact = len(names) if wanted.select is None and format_.kind == "CSV" and format_.exact else 0
        table = files.read(path, one.key, format_, _width(wanted, names), exact)
    table = table.append_column("_filename", pa.repeat(pa.scalar(one.key), table.num_rows))
    table = table.append_column("_etag", pa.repeat(pa.scalar(one.etag), table.num_rows))
    try:
        count = _insert(account, session, wanted, names, table, format_)
    except Exception as error:
        found = error if isinstance(error, problem.Problem) else problem.of_engine(error)
        raise problem.Problem(found.number, found.state, f"{found.text}\n  File '{one.key}'") from error
    _remember(session, wanted.target, one)
    return [one.url, "LOADED", table.num_rows, count, 1, 0, None, None, None, None]


def _width(wanted: Copy, names: tuple[str, ...]) -> int:
    if wanted.select is None:
        return len(names)
    return max([1, *(int(m[2]) for m in _COLUMN.finditer(wanted.select) if m[2])])


def _insert(
    account: Account, session: Session, wanted: Copy, names: tuple[str, ...], table: pa.Table, format_: files.Format
) -> int:
    cast = "CAST(c1 AS JSON) AS c1, * EXCLUDE (c1)" if format_.kind == "JSON" else "*"
    if wanted.select is None:
        body = f"SELECT {', '.join(f'c{n}' for n, _ in enumerate(names, 1))} FROM _sf_rows"
    else:
        body = preparation.translate(session, preparation.parse(_COLUMN.sub(_engine_column, wanted.select)))
    lengths = (account.catalogue.find("TABLE", wanted.target) or {}).get("lengths", {})
    values = ", ".join(
        f"_sf_text(_{n}, {lengths[name]})" if name in lengths else f"_{n}" for n, name in enumerate(names)
    )
    columns = ", ".join(f'"{name}"' for name in names)
    session.engine.register("_sf_file", table)
    row = session.engine.execute(
        f"INSERT INTO {place(session, wanted.target)} ({columns}) "
        f"WITH _sf_rows AS (SELECT {cast} FROM _sf_file) "
        f"SELECT {values} FROM ({body}) AS _s({', '.join(f'_{n}' for n, _ in enumerate(names))})"
    ).fetchone()
    session.engine.unregister(
        "_sf_file"
    )  # after an error the engine takes no more statements; the next file replaces it
    return int(row[0]) if row else 0


def _engine_column(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1] + '.' if match[1] else ''}c{match[2]}"
    return _META[match[3].upper()] if match[3] else match[0]


def _loads(target: str) -> tuple[str, str]:
    database, _, table = target.partition(".")
    return quoted(f"{database}.acme.loaded"), table


def _is_loaded(session: Session, target: str, one: stage.File) -> bool:
    if target in session.temporary:
        return False
    where, table = _loads(target)
    sql = f"SELECT 1 FROM {where} WHERE table_name = ? AND file = ? AND etag = ?"
    return session.engine.execute(sql, [table, one.url, one.etag]).fetchone() is not None


def _remember(session: Session, target: str, one: stage.File) -> None:
    if target not in session.temporary:
        where, table = _loads(target)
        session.engine.execute(f"INSERT INTO {where} VALUES (?, ?, ?)", [table, one.url, one.etag])
