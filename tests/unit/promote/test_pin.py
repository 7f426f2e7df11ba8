"""The pin: written by a commit of its own, readable by the model that reads it, never out of an unreviewed folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import Final
from pipeline.promote import pin
from pipeline.promote.pin import Evidence
from pipeline.spec.tenant import read_tenant

ROOT = Path(__file__).parents[3]
EVIDENCE = Evidence("dep-1", "2026-11-20T06:12:40Z", {"vendors": "1" * 64}, "2026-11-20T09:31:02Z")


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *words], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository with the folder of globex, committed."""
    shutil.copytree(ROOT / "tenants/globex", tmp_path / "tenants/globex")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for key, value in (("user.name", "Dana"), ("user.email", "dana@acmeconnect.example"), ("commit.gpgsign", "false")):
        git(tmp_path, "config", key, value)
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "globex: begin")
    return tmp_path


def test_the_pin_is_a_commit_of_its_own(repository):
    """Nothing else is in it, whatever lies in the index, so that its revert is whole."""
    (repository / "other").write_text("staged by somebody\n")
    git(repository, "add", "other")
    commit = pin.write(repository, "globex", "a" * 64, EVIDENCE)
    assert git(repository, "show", "--format=%s", "--name-only", commit).split("\n\n") == [
        "globex: promote aaaaaaaa to production",
        "tenants/globex/environments/production.pin.yaml",
    ]
    assert git(repository, "diff", "--cached", "--name-only") == "other"


@pytest.mark.parametrize("release", ["a" * 64, "1" * 64, "1e" + "5" * 62], ids=["letters", "digits", "like a number"])
def test_what_is_written_is_what_the_model_reads(repository, release):
    """A digest stays text, also one that YAML could take for a number."""
    pin.write(repository, "globex", release, EVIDENCE)
    tenant, findings = read_tenant(repository, "globex")
    assert not [finding for finding in findings if finding.denies], findings
    assert tenant.pin.release == release
    assert tenant.pin.evidence.receipts == {"vendors": "1" * 64}
    assert tenant.pin.promoted_by == "dana@acmeconnect.example"


def test_a_folder_with_changes_is_not_promoted(repository):
    """What nobody reviewed cannot be what staging proved."""
    (repository / "tenants/globex/tenant.yaml").write_text("title: another\n")
    with pytest.raises(Final, match="has changes that are not committed"):
        pin.write(repository, "globex", "a" * 64, EVIDENCE)
    assert not (repository / pin.path("globex")).exists()
