"""A merged commit is judged again: by main's rules, of one tenant, each commit since the live one alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.apply.judgement import judge
from pipeline.errors import Conflict
from tests.conftest import program

ROOT = Path(__file__).parents[3]
HELD = ("policies", "tenants", "stacks", ".sqlfluff", "CODEOWNERS")


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
    ask("globex", checkout.first)  # together they are no change that touches two
    ask("initech", "")  # nothing is live: no commit is judged
    ask("initech", "0" * 40)  # nor where the live commit is unknown here
    checkout.edit("tenants/globex/tenant.yaml", "title: New ", "title: ")
    checkout.edit("tenants/initech/tenant.yaml", "title: New ", "title: ")
    mixed = checkout.commit("globex, initech: both")
    for tenant in ("globex", "initech"):
        with pytest.raises(Conflict, match=r"change\.one_tenant_or_platform"):
            ask(tenant, checkout.first)
    ask("globex", mixed)
    assert heard[-3:] == [("globex", True), ("initech", True), ("globex", False)]


def test_what_lies_there_is_judged_by_the_rules_that_lie_there(checkout, tmp_path):
    """The refusal names rule, place, and the command that says more. A neighbour's mistake is the neighbour's."""
    ask = judge(
        checkout.folder, lambda: program("opa", "ACME_OPA"), "", tmp_path / "cache", lambda _tenant, _verdict: None
    )
    checkout.edit("CODEOWNERS", "/tenants/initech/", "/tenants/nobody/")
    checkout.commit("platform: an owner gets lost")
    ask("globex", checkout.first)
    with pytest.raises(
        Conflict, match=r"tenants/initech/tenant\.yaml:\d+:\d+: .* tenant\.owners_known.* fix: acme gate"
    ):
        ask("initech", checkout.first)
