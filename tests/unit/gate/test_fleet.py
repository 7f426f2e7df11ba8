"""The fleet that is measured on: the same for the same seed, and every tenant of it as an engineer would have to write it."""

from __future__ import annotations

from benchmarks.fleet import tenant_files, tenant_names, write_fleet
from pipeline.validate.tenant import validate_tenant


def test_the_same_seed_writes_the_same_fleet(tmp_path):
    """Byte for byte; a smaller fleet is the beginning of a larger one, and another seed makes another."""
    counts = [
        write_fleet(tmp_path / name, count, seed) for name, count, seed in (("a", 3, 7), ("b", 3, 7), ("c", 2, 7))
    ]
    first, second, smaller = (_content(tmp_path / name) for name in "abc")
    assert first == second
    assert counts[0] == counts[1] > counts[2]
    assert {path: text for path, text in smaller.items() if path.startswith("tenants/")}.items() <= first.items()
    name = tenant_names(1)[0]
    assert tenant_files(name, seed=8)[0] != tenant_files(name, seed=7)[0]


def test_tenants_are_many_and_differ():
    """1,200 names, 5 to 20 pipelines each, files and APIs among them, some that join and some that sum up."""
    names = tenant_names(1200)
    assert len(set(names)) == 1200
    files, counts = zip(*(tenant_files(name) for name in names[:40]), strict=True)
    assert min(counts) >= 5
    assert max(counts) <= 20
    text = "".join(content for one in files for content in one.values())
    for word in (
        "kind: sftp",
        "kind: api",
        "LEFT JOIN",
        "GROUP BY",
        "WHERE ",
        "CASE ",
        "write: merge",
        "write: replace",
    ):
        assert word in text


def test_every_tenant_is_sound():
    """Nothing is found in a tenant of each kind."""
    for name in tenant_names(4):
        files = {path: text.encode() for path, text in tenant_files(name)[0].items()}
        assert validate_tenant(files, name) == []


def _content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
