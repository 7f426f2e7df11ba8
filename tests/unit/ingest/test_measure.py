"""A file is read as it passes by: whole or not, how many records, under which names."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import measure as module
from pipeline.ingest.measure import Measure
from pipeline.ingest.source import Unfit

CSV = {"kind": "csv", "delimiter": ","}
JSON = {"kind": "json"}


def measured(content: bytes, *, gzipped=False, size=7, format_=CSV) -> Measure:
    """A measure that has seen all of it in pieces of `size` bytes."""
    measure = Measure(format_, gzipped=gzipped)
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    assert b"".join(measure.passing(iter(parts))) == content
    return measure


cells = st.lists(st.text(alphabet='ab",\n\r;é', max_size=6), min_size=2, max_size=2)


@given(st.lists(cells, max_size=8), st.integers(1, 40), st.booleans(), st.booleans())
def test_records_are_counted_as_a_csv_reader_counts_them(rows, size, gzipped, ended):
    """Whatever stands in quotes and wherever the pieces are cut."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["first", "second, third"], *rows])
    plain = text.getvalue() if ended else text.getvalue().removesuffix("\n")
    content = gzip.compress(plain.encode()) if gzipped else plain.encode()
    measure = measured(content, gzipped=gzipped, size=size)
    assert measure.records == len(rows)
    assert measure.fields == ("first", "second, third")
    assert (measure.sha256, measure.size) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"a,b\n", 0),
        (b"a,b", 0),
        (b"a,b\n1,2", 1),
        (b"a,b\r\n1,2\r\n3,4\r\n", 2),
        (b'a,b\n5" pipe,2\n6" pipe,3\n', 2),
        (b'a,b\n"x\ny",2\n', 1),
        (b'a,b\n"say ""\n""",2\n', 1),
    ],
)
def test_lines_and_quotes(content, records):
    """A quote opens only where a field begins."""
    assert measured(content, size=1).records == measured(content, size=99).records == records


def test_a_mark_of_byte_order_is_no_part_of_a_name():
    """Excel writes one."""
    assert measured(b"\xef\xbb\xbfa,b\r\n1,2\r\n").fields == ("a", "b")


WHOLE = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)


@pytest.mark.parametrize(
    ("content", "gzipped", "said"),
    [
        (WHOLE[:-1], True, "truncated"),
        (WHOLE[: len(WHOLE) // 2], True, "truncated"),
        (WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:], True, "corrupt"),
        (b"a,b\n1,2\n", True, "corrupt"),
        (b"", True, "truncated"),
        (b"", False, "empty"),
        (b'a,b\n"1,2\n', False, "inside a quoted field"),
        (b"\xff\xfe,b\n", False, "header cannot be read"),
    ],
)
def test_a_damaged_file_is_unfit_and_its_last_part_never_passes(content, gzipped, said):
    """So nothing of it can be stored as whole."""
    with pytest.raises(Unfit, match=said) as caught:
        measured(content, gzipped=gzipped, size=5)
    assert (caught.value.fault.kind, caught.value.fault.cause) == ("load", "file_format")


def test_gzip_files_may_have_several_members():
    """As `cat a.gz b.gz` makes them."""
    content = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")
    assert measured(content, gzipped=True, size=3).records == 2


def test_a_bomb_is_stopped(monkeypatch):
    """A megabyte that wants to become a gigabyte ends early."""
    monkeypatch.setattr(module, "RATIO_FROM", 4 * 2**20)
    with pytest.raises(Unfit, match="beyond all measure"):
        measured(zlib.compress(b"a,b\n" * 2**24, 9, wbits=31), gzipped=True, size=2**16)


def test_json_lines_are_counted_and_their_names_collected():
    """One object a line; the last may lack its end."""
    measure = measured(b'{"b": 1}\n{"a": {"c": 2}}', format_=JSON)
    assert (measure.records, measure.fields) == (2, ("a", "b"))
    with pytest.raises(Unfit, match="record 1 is no JSON object"):
        measured(b"[1]\n", format_=JSON)
