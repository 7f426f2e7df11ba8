"""The rollback: it returns to the older pin byte for byte, and says before what it will undo."""

import subprocess
from pathlib import Path

import pytest

from pipeline.errors import Final, Missing, Usage
from pipeline.promote import pin
from pipeline.promote.pin import Evidence
from pipeline.recover.revert import explain, revert

EVIDENCE = Evidence("dep-1", "2026-11-20T06:12:40Z", {}, "2026-11-20T09:31:02Z")
OLD, NEW = "a" * 64, "b" * 64


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *words], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository in which globex was promoted twice."""
    (tmp_path / "tenants/globex/environments").mkdir(parents=True)
    (tmp_path / "tenants/globex/tenant.yaml").write_text("title: Globex\n")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for key, value in (("user.name", "Dana"), ("user.email", "dana@acmeconnect.example"), ("commit.gpgsign", "false")):
        git(tmp_path, "config", key, value)
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "globex: begin")
    pin.write(tmp_path, "globex", OLD, EVIDENCE)
    pin.write(tmp_path, "globex", NEW, EVIDENCE)
    return tmp_path


def test_a_revert_restores_byte_for_byte(repository):
    """The file is what it was before the promotion, evidence included."""
    file = repository / pin.path("globex")
    before = git(repository, "show", f"HEAD~1:{pin.path('globex')}")
    undoing = explain(repository, "globex")
    assert (undoing.before, undoing.after) == (NEW, OLD)
    revert(repository, undoing)
    assert file.read_text().strip() == before
    assert git(repository, "status", "--porcelain") == ""


def test_the_first_pins_revert_leads_to_no_release(repository):
    """It is said beforehand: the tenant's pipelines pause."""
    first = git(repository, "rev-parse", "HEAD~1")
    undoing = explain(repository, "globex", first)
    assert undoing.after is None
    assert "its pipelines pause" in undoing.text()


def test_a_commit_that_wrote_no_pin_is_refused(repository):
    """A revert of something else is not a rollback."""
    with pytest.raises(Final, match="did not write"):
        explain(repository, "globex", git(repository, "rev-parse", "HEAD~2"))


@pytest.mark.parametrize("word", ["deadbeef", "--output=x", "main~9"])
def test_a_commit_that_there_is_not_is_told_with_those_that_wrote_the_pin(repository, word):
    """And no word is taken for an option of git's."""
    with pytest.raises(Usage, match=r"there is no commit `.*` here. fix: name none, or one of .*promote"):
        explain(repository, "globex", word)
    assert not (repository / "x").exists()


def test_changes_that_are_not_committed_are_told_in_gits_words(repository):
    """Nothing was begun, so nothing is given up."""
    file = repository / pin.path("globex")
    file.write_text(f"{file.read_text()}# mine\n")
    with pytest.raises(Final, match="local changes"):
        revert(repository, explain(repository, "globex"))
    assert file.read_text().endswith("# mine\n")


def test_a_tenant_without_a_pin_cannot_be_rolled_back(repository):
    """There is nothing to return to, and the error says what to do instead."""
    with pytest.raises(Missing, match="no commit wrote a pin of initech"):
        explain(repository, "initech")


def test_a_conflict_leaves_the_work_tree_as_it_was(repository):
    """The pin changed again since: nothing half reverted stays behind."""
    with pytest.raises(Final, match="revert"):
        revert(repository, explain(repository, "globex", git(repository, "rev-parse", "HEAD~1")))
    assert git(repository, "status", "--porcelain") == ""
    assert NEW in (repository / pin.path("globex")).read_text()
