"""A hostile folder gets a finding, quickly, and leaves the world as it was."""

import shutil
import time
from pathlib import Path

import pytest
from corpus import CORPUS

from pipeline.findings import denied
from pipeline.validate.tenant import validate_tenant

REPOSITORY = Path(__file__).parents[2]
SECONDS = 2.0
SEEDED = (
    "AKIAIOSFODNN7EXAMPLE",
    "hunter2",
    "wJalrXUtnFEMI",
    "ghp_0123456789",
    "eyJhbGciOiJIUzI1NiJ9",
    "PRIVATE KEY-----",
)


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Imports are not part of what a hostile file costs."""
    assert not denied(validate_tenant(REPOSITORY, "globex"))


def state_of(root):
    """Every entry below, with what `lstat` says of its content."""
    return sorted((str(p), p.lstat().st_size, p.lstat().st_mtime_ns, p.lstat().st_mode) for p in root.rglob("*"))


def test_the_corpus_holds_more_than_a_hundred():
    """The number that was promised."""
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_folder_is_refused(name, tmp_path):
    """At least one deny within 2 s of processor time, no exception, nothing written, no secret repeated."""
    root = tmp_path / "tenants/globex"
    shutil.copytree(REPOSITORY / "tenants/globex", root)
    CORPUS[name](root)
    before = state_of(tmp_path)
    start = time.process_time()
    findings = validate_tenant(tmp_path, "globex")
    spent = time.process_time() - start
    assert denied(findings)
    assert spent < SECONDS
    assert state_of(tmp_path) == before
    said = "\n".join(finding.sentence() for finding in findings)
    assert not [secret for secret in SEEDED if secret in said]
