"""A merged commit is judged again: by main's rules, of one tenant, each commit since the live one alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.apply.judgement import judge, judge_platform
from pipeline.errors import Conflict
from pipeline.plan.step import Step
from tests.conftest import program

ROOT = Path(__file__).parents[3]
HELD = ("policies", "tenants", "stacks", ".sqlfluff", "CODEOWNERS")


GONE = Step("delete", "urn:pulumi:staging::acme::snowflake:index/schema:Schema::landing")
NEW = Step("update", "urn:pulumi:staging::acme::aws:s3/bucketObjectv2:BucketObjectv2::dag", ("content",), {})


class Checkout:
    """Main as it lies on the machine that applies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in HELD:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        self.git("init", "-qb", "main")
        self.first = self.commit("as it is")

    def git(self, *words: str) -> str:
        git = ["git", "-C", str(self.folder), "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        return subprocess.run(git, check=True, timeout=60, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text()
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1))


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "main").mkdir()
    return Checkout(tmp_path / "main")


def test_what_a_push_brought_is_judged_commit_by_commit_and_tenant_by_tenant(checkout, tmp_path):
    """A commit that mixes tenants is refused for both, whatever follows it; a third tenant's apply hears nothing. All is kept."""
    heard: list[tuple[str, bool]] = []

    def record(tenant, verdict):
        heard.append((tenant, verdict.denies))

    ask = judge(checkout.folder, lambda: program("opa", "ACME_OPA"), "", tmp_path / "cache", record)
    checkout.edit("tenants/globex/tenant.yaml", "title: ", "title: New ")
    checkout.commit("globex: one")
    checkout.edit("tenants/initech/tenant.yaml", "title: ", "title: New ")
    checkout.commit("initech: another")
    ask("globex", checkout.first, [])  # together they are no change that touches two
    ask("initech", "", [])  # nothing is live: no commit is judged
    ask("initech", "0" * 40, [])  # nor where the live commit is unknown here
    checkout.edit("tenants/globex/tenant.yaml", "title: New ", "title: Newer ")
    checkout.edit("tenants/initech/tenant.yaml", "title: New ", "title: Newer ")
    mixed = checkout.commit("globex, initech: both")
    for tenant in ("globex", "initech"):
        with pytest.raises(Conflict, match=r"change\.one_tenant_or_platform"):
            ask(tenant, checkout.first, [])
    ask("globex", mixed, [])
    assert heard[-3:] == [("globex", True), ("initech", True), ("globex", False)]


def test_what_was_undone_since_needs_no_waiver(checkout, tmp_path):
    """A refused commit and its revert leave nothing behind; what else lies between the live commit and main is judged."""
    ask = judge(
        checkout.folder, lambda: program("opa", "ACME_OPA"), "", tmp_path / "cache", lambda _tenant, _verdict: None
    )
    checkout.edit("tenants/globex/tenant.yaml", "title: ", "title: New ")
    checkout.commit("globex: one")
    checkout.edit("tenants/globex/tenant.yaml", "title: New ", "title: Newer ")
    checkout.edit("tenants/initech/tenant.yaml", "title: ", "title: New ")
    mixed = checkout.commit("globex, initech: both")
    with pytest.raises(Conflict, match=r"change\.one_tenant_or_platform"):
        ask("globex", checkout.first, [])
    checkout.git("revert", "--no-edit", mixed)
    ask("globex", checkout.first, [])
    ask("initech", checkout.first, [])
    checkout.git("revert", "--no-edit", "HEAD")
    checkout.edit("tenants/globex/tenant.yaml", "title: Newer ", "title: Newest ")
    checkout.commit("globex: after the mixed one came back")
    with pytest.raises(Conflict, match=r"change\.one_tenant_or_platform"):
        ask("globex", checkout.first, [])


def test_what_lies_there_is_judged_by_the_rules_that_lie_there(checkout, tmp_path):
    """The refusal names rule, place, and the command that says more. A neighbour's mistake is the neighbour's."""
    ask = judge(
        checkout.folder, lambda: program("opa", "ACME_OPA"), "", tmp_path / "cache", lambda _tenant, _verdict: None
    )
    checkout.edit("CODEOWNERS", "/tenants/initech/", "/tenants/nobody/")
    checkout.commit("platform: an owner gets lost")
    ask("globex", checkout.first, [])
    with pytest.raises(
        Conflict, match=r"tenants/initech/tenant\.yaml:\d+:\d+: .* tenant\.owners_known.* fix: acme check"
    ):
        ask("initech", checkout.first, [])


def test_the_steps_are_judged_with_the_commits(checkout, tmp_path):
    """What the world asks for today may be another plan than the one that was reviewed: it is told before its first step."""
    ask = judge(
        checkout.folder, lambda: program("opa", "ACME_OPA"), "", tmp_path / "cache", lambda _tenant, _verdict: None
    )
    with pytest.raises(Conflict, match=r"plan\.names_from_tenant \(\+1\): landing is no step.*fix: acme check globex"):
        ask("globex", checkout.first, [GONE])


def test_the_shared_stacks_steps_are_judged(checkout):
    """Nobody's folder holds them, so no gate on a change sees them; without a step OPA is not even looked for."""
    ask = judge_platform(checkout.folder, lambda: program("opa", "ACME_OPA"), "")
    with pytest.raises(Conflict, match=r"the platform: plan\.no_data_deleted.*fix: mend stacks/"):
        ask([NEW, GONE])
    judge_platform(checkout.folder, lambda: pytest.fail("asked"), "")([])
