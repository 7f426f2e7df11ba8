"""How good data is spoiled: the same content with one thing wrong. Pure: bytes in, bytes out.

`content` is a gzipped or plain CSV file, or the records behind an API, one JSON text a line.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal

from pipeline.errors import Missing
from pipeline.sandbox.records import NUMBER, rows

GZIP_MAGIC = b"\x1f\x8b"


def rename_column(content: bytes, column: str, to: str) -> bytes:
    """The column has another name."""
    return _edit(content, lambda text: _rename_csv(text, column, to), lambda text: _rename_json(text, column, to))


def change_type(content: bytes, column: str) -> bytes:
    """Numbers of the column come as a person writes them: `1,096.9613`. A value that is no number gains a `#`."""
    return _edit(content, lambda text: _retype_csv(text, column), lambda text: _retype_json(text, column))


def truncate(content: bytes) -> bytes:
    """The second half is missing, as after a transfer that broke."""
    return content[: len(content) // 2]


def for_people(value: str) -> str:
    """A number with separators; an empty value stays empty."""
    if not value:
        return value
    return f"{Decimal(value):,}" if NUMBER.fullmatch(value) else f"#{value}"


def _edit(content: bytes, csv_edit: Callable[[str], str], json_edit: Callable[[str], str]) -> bytes:
    packed = content.startswith(GZIP_MAGIC)
    text = (gzip.decompress(content) if packed else content).decode("utf-8")
    edited = (json_edit if text.startswith("{") else csv_edit)(text).encode("utf-8")
    return gzip.compress(edited, mtime=0) if packed else edited


def _rename_csv(text: str, column: str, to: str) -> str:
    header, _, rest = text.partition("\n")
    names = header.split(",")
    names[_index(names, column)] = to
    return f"{','.join(names)}\n{rest}"


def _retype_csv(text: str, column: str) -> str:
    names, records = rows(text)
    at, output = _index(names, column), io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([*record[:at], for_people(record[at]), *record[at + 1 :]] for record in records)
    return output.getvalue()


def _rename_json(text: str, column: str, to: str) -> str:
    _known(text, column)
    return text.replace(f"{json.dumps(column)}: ", f"{json.dumps(to)}: ")


def _retype_json(text: str, column: str) -> str:
    _known(text, column)
    value = re.compile(rf"({re.escape(json.dumps(column))}: )({NUMBER.pattern})(?=[,}}])")
    return value.sub(lambda match: f'{match[1]}"{for_people(match[2])}"', text)


def _known(text: str, column: str) -> None:
    _index(list(json.loads(text.partition("\n")[0])), column)


def _index(names: list[str], column: str) -> int:
    if column not in names:
        raise Missing(f"the data has no column `{column}`.", fix=f"name one of {', '.join(names)}")
    return names.index(column)
