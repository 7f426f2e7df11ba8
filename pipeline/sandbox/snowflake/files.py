"""CSV and JSON files as rows of text, exactly as written: no number is read on the way."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from pipeline.sandbox.snowflake import problem

CHUNK = 5_000  # few rows as lists at a time, else the collector of garbage looks at all of them
LONGEST_FIELD = 16 * 1024 * 1024
SAFE_DIGITS = 15
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')


@dataclass(frozen=True)
class Format:
    """FILE_FORMAT. `nulls`: texts that mean NULL. `exact`: every row must have as many fields as columns."""

    kind: str
    delimiter: str = ","
    skip: int = 0
    quote: str | None = None
    nulls: tuple[str, ...] = ("\\N",)
    empty_is_null: bool = True
    exact: bool = True
    encoding: str = "UTF8"
    trim: bool = False
    skip_blank: bool = False
    outer_array: bool = False

    @staticmethod
    def of(options: dict[str, Any]) -> Format:
        kind = str(options.get("TYPE", "CSV")).upper()
        if kind not in ("CSV", "JSON"):
            raise problem.unsupported(f"FILE_FORMAT TYPE = {kind}")
        quote = str(options.get("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE"))
        nulls = options.get("NULL_IF", ["\\N"])
        return Format(
            kind, str(options.get("FIELD_DELIMITER", ",")), int(options.get("SKIP_HEADER", 0)),
            None if quote.upper() == "NONE" else quote, tuple(str(null) for null in nulls),
            options.get("EMPTY_FIELD_AS_NULL", True) is not False,
            options.get("ERROR_ON_COLUMN_COUNT_MISMATCH", True) is not False, str(options.get("ENCODING", "UTF8")),
            bool(options.get("TRIM_SPACE", False)), bool(options.get("SKIP_BLANK_LINES", False)),
            bool(options.get("STRIP_OUTER_ARRAY", False)),
        )  # fmt: skip


def read(path: Path, name: str, format_: Format, width: int, exact: int) -> pa.Table:
    """Columns c1 … c<width> and `_file_row` from 1. `exact` fields a row are demanded where it is not 0."""
    if format_.kind == "CSV" and (table := _even(path, format_, width, exact)) is not None:
        return table
    with _opened(path) as raw:
        try:
            rows = _json(raw, format_) if format_.kind == "JSON" else _csv(raw, format_, exact)
            return _table(rows, format_, width)
        except UnicodeError as error:
            raise problem.Problem(
                100144, "22000", f"Invalid {format_.encoding} detected in file '{name}': {error}"
            ) from None
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise problem.Problem(100106, "22000", f"File '{name}' cannot be decompressed: {error}") from None


def _even(path: Path, format_: Format, width: int, exact: int) -> pa.Table | None:
    """The fast way, for a file whose rows are all as wide as the first one; None where it is not so: row by row, then."""
    if format_.encoding.upper() not in ("UTF8", "UTF-8") or format_.trim or format_.skip_blank or not format_.quote:
        return None
    try:
        with _opened(path) as raw:
            first = next(_csv(raw, replace(format_, skip=0), 0), [])
        if len(first) < 2 or (exact and len(first) != exact):
            return None
        with _opened(path) as raw:
            return _shaped(_quickly(raw, format_, len(first)), format_, width)
    except (pa.ArrowInvalid, UnicodeError, problem.Problem, EOFError, OSError):
        return None


def _quickly(raw: Any, format_: Format, count: int) -> pa.Table:
    names = [f"c{n}" for n in range(1, count + 1)]
    return arrow_csv.read_csv(
        raw,
        arrow_csv.ReadOptions(column_names=names, skip_rows_after_names=format_.skip),
        arrow_csv.ParseOptions(
            delimiter=format_.delimiter, quote_char=format_.quote, newlines_in_values=True, ignore_empty_lines=False
        ),
        arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _shaped(table: pa.Table, format_: Format, width: int) -> pa.Table:
    count = table.num_rows
    arrays = [_with_nulls(column.combine_chunks(), format_) for column in table.columns[:width]]
    arrays += [pa.nulls(count, pa.string())] * (width - len(arrays))
    names = [f"c{n}" for n in range(1, width + 1)]
    return pa.table([*arrays, pa.array(range(1, count + 1), pa.int64())], names=[*names, "_file_row"])


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        head = file.read(3)
    if head[:2] == b"\x1f\x8b":
        return gzip.open(path)
    return bz2.open(path) if head == b"BZh" else path.open("rb")


def _csv(raw: Any, format_: Format, exact: int) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    codec = {"UTF8": "utf-8-sig", "UTF-8": "utf-8-sig"}.get(format_.encoding.upper(), format_.encoding)
    text = io.TextIOWrapper(raw, codec, newline="")
    quoting: Any = csv.QUOTE_NONE if format_.quote is None else csv.QUOTE_MINIMAL
    reader = csv.reader(text, delimiter=format_.delimiter, quotechar=format_.quote, quoting=quoting, strict=True)
    try:
        for number, row in enumerate(islice(reader, format_.skip, None), 1):
            if not row and format_.skip_blank:
                continue
            if exact and len(row or [""]) != exact:
                text_ = (
                    f"Number of columns in file ({len(row)}) does not match that of the table ({exact}), row {number}"
                )
                raise problem.Problem(100080, "22000", text_)
            yield [field.strip() for field in row] if format_.trim else row
    except csv.Error as error:
        raise problem.Problem(
            100016, "22000", f"Field delimiter or enclosing not found as expected: {error}, line {reader.line_num}"
        ) from None


def _json(raw: Any, format_: Format) -> Iterator[list[str]]:
    """One document a line, or documents over several lines; numbers keep their text."""
    text = io.TextIOWrapper(raw, "utf-8-sig", newline=None)
    held = ""
    for line in text:
        if not held and not line.strip():
            continue
        held += line
        try:
            exact = _exact(held)
        except json.JSONDecodeError:
            continue
        yield from _documents(exact.strip(), format_)
        held = ""
    if held.strip():
        raise problem.Problem(100069, "22P02", f"Error parsing JSON: {held.strip()[:100]}")


def _exact(text: str) -> str:
    """The engine reads JSON numbers as binary floats. One that would come back with another text becomes a marked string."""
    odd: list[str] = []

    def number(word: str) -> None:
        if len(word) > SAFE_DIGITS or repr(float(word)) != word:
            odd.append(word)

    def whole(word: str) -> None:
        if len(word) > SAFE_DIGITS:
            odd.append(word)

    json.loads(text, parse_float=number, parse_int=whole, parse_constant=_no_constant)
    if not odd:
        return text
    wanted = set(odd)
    return _TOKEN.sub(lambda m: f'"\\u0001{m[0]}"' if m[0] in wanted else m[0], text)


def _no_constant(word: str) -> str:
    raise problem.Problem(100069, "22P02", f"Error parsing JSON: {word}")


def _documents(text: str, format_: Format) -> Iterable[list[str]]:
    if not (format_.outer_array and text.startswith("[")):
        return [[text]]
    found: list[list[str]] = []
    position = 1
    decoder = json.JSONDecoder()
    while True:
        while text[position] in " \t\r\n,":
            position += 1
        if text[position] == "]":
            return found
        _, end = decoder.raw_decode(text, position)
        found.append([text[position:end]])
        position = end


def _table(rows: Iterator[list[str]], format_: Format, width: int) -> pa.Table:
    names = [f"c{n}" for n in range(1, width + 1)]
    pieces, start = [], 1
    while chunk := list(islice(rows, CHUNK)):
        columns = list(islice(zip_longest(*chunk), width))
        arrays = [pa.array(column, pa.string()) for column in columns]
        arrays += [pa.nulls(len(chunk), pa.string())] * (width - len(arrays))
        if format_.kind == "CSV":
            arrays = [_with_nulls(array, format_) for array in arrays]
        numbers = pa.array(range(start, start + len(chunk)), pa.int64())
        pieces.append(pa.table([*arrays, numbers], names=[*names, "_file_row"]))
        start += len(chunk)
    schema = pa.schema([*((name, pa.string()) for name in names), ("_file_row", pa.int64())])
    return pa.concat_tables(pieces) if pieces else schema.empty_table()


def _with_nulls(array: pa.Array, format_: Format) -> pa.Array:
    nulls = [*format_.nulls, *([""] if format_.empty_is_null else [])]
    if not nulls:
        return array
    return pc.if_else(pc.is_in(array, value_set=pa.array(nulls, pa.string())), pa.scalar(None, pa.string()), array)
