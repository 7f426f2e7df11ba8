"""The customers' systems are seeded the same way every time, and a file comes whole."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import Usage
from pipeline.sandbox import folder as folders
from pipeline.sandbox import records, seed, sources
from pipeline.sandbox.folder import Folder
from pipeline.spec.compilation import settings_document
from pipeline.spec.tenant import read_tenant


@pytest.fixture
def source(tmp_path):
    """Globex's staging drop, empty."""
    folder = Folder(tmp_path)
    folders.make(folder)
    sources.add(folder, *sources.SEEDED)
    return folder, sources.find(folder, "globex", "staging")


def test_the_files_are_the_same_bytes_every_time():
    """No clock, no order of a set, stands in them."""
    first = seed.purchasing_files()
    seed.purchasing_files.cache_clear()
    assert seed.purchasing_files() == first


def test_lines_stand_with_the_year_of_their_order():
    """Every order's lines are in the file of the same year."""
    files = seed.purchasing_files()
    for year in ("2011", "2014"):
        orders, lines = (
            records.rows(gzip.decompress(files[f"{seed.DIRECTORY}/{table}_{year}.csv.gz"]).decode())[1]
            for table in (seed.ORDERS, seed.LINES)
        )
        assert {line[0] for line in lines} == {order[0] for order in orders}


def test_seeding_again_changes_nothing(tmp_path):
    """Keys, files and what was dropped since stay."""
    folder = Folder(tmp_path)
    folders.make(folder)
    seed.seed(folder)
    source = sources.find(folder, "globex", "staging")
    seed.drop(folder, source, f"{seed.DIRECTORY}/Vendor_20140101.csv.gz", b"changed by the customer")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    seed.seed(folder)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_dropped_file_looks_settled_or_fresh_as_told(source):
    """A connector that waits for a size to rest need not wait for a seeded file."""
    folder, drop = source
    seed.drop(folder, drop, "/outbound/a.csv", b"1", age_s=100)
    seed.drop(folder, drop, "/outbound/b.csv", b"2", age_s=0)
    a, b = (sources.inside(folder, drop, f"/outbound/{name}.csv") for name in "ab")
    assert 90 < b.stat().st_mtime - a.stat().st_mtime < 110


@pytest.mark.parametrize("path", ["/../key", "/outbound/../../client_key", "/", ""])
def test_no_path_leaves_the_home(source, path):
    """Not even ours."""
    folder, drop = source
    with pytest.raises(Usage):
        seed.drop(folder, drop, path, b"x")


def test_an_unclear_source_is_told(source):
    """None, or several, is not one."""
    folder, _ = source
    with pytest.raises(Usage, match="0 sources"):
        sources.find(folder, "umbrella", "staging")


def test_each_night_brings_new_orders():
    """No order of one night is an order of another, or of the seed."""
    seeded = {order[0] for order in records.rows(records.table(seed.ORDERS))[1]}
    nights = [seed.night_of_orders(number, 50) for number in (1, 2, 40)]
    assert [path.rpartition("_")[2] for path, _ in nights] == ["20150101.csv.gz", "20150102.csv.gz", "20150209.csv.gz"]
    ids = [order[0] for _, content in nights for order in records.rows(gzip.decompress(content).decode())[1]]
    assert len(set(ids)) == len(ids) == 150
    assert not seeded & set(ids)
    assert records.rows(gzip.decompress(nights[0][1]).decode())[0] == records.rows(records.table(seed.ORDERS))[0]


def test_a_tenants_settings_name_its_sources():
    """The seeded sources are what globex and initech say in their folders."""
    for tenant in ("globex", "initech"):
        read, findings = read_tenant(Path(__file__).parents[3], tenant)
        assert read is not None, findings
        for environment in ("staging", "production"):
            described = sources.of_settings(settings_document(read, environment))
            seeded = [s for s in sources.SEEDED if (s.tenant, s.environment) == (tenant, environment)]
            assert described == seeded
