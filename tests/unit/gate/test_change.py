"""With what a head is compared, wherever it lies; it is always said, and nothing passes for want of a base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import Missing
from pipeline.gate.change import read_change
from pipeline.gate.output.human import human

PROJECT = Path(__file__).parents[3]
TENANT = "tenants/globex/tenant.yaml"


def short(scratch, revision: str) -> str:
    return scratch.git("rev-parse", revision)[:12]


def compared(folder: Path, **more: str) -> str:
    return read_change(folder, **more).compared


def test_on_a_branch_it_is_where_the_branch_left_main(scratch):
    """Main went on meanwhile: what it got there is no business of this change."""
    left = short(scratch, "main")
    scratch.edit(TENANT, "Globex", "Globex One")
    scratch.commit()
    scratch.git("checkout", "-q", "main")
    scratch.write("tenants/globex/tests/invoices/input.csv", "Id,Note\n1,\n2,two\n")
    scratch.edit("CODEOWNERS", "@acme/platform", "@acme/core")
    scratch.commit("platform: owners")
    scratch.git("checkout", "-q", "change")
    change = read_change(scratch.folder)
    assert change.compared == f"main, commit {left}, where the head left it"
    assert change.changed == (TENANT,)


def test_on_main_and_off_every_branch_it_is_main(scratch):
    """A detached head, and main itself with what is not committed yet."""
    scratch.git("checkout", "-q", "--detach", "main")
    assert compared(scratch.folder) == f"main, commit {short(scratch, 'main')}"
    scratch.git("checkout", "-q", "main")
    scratch.edit(TENANT, "Globex", "Globex One")
    change = read_change(scratch.folder)
    assert (change.compared, change.changed) == (f"main, commit {short(scratch, 'main')}", (TENANT,))


def test_a_base_that_is_named_is_called_by_its_name(scratch):
    """A word is repeated; a commit's id is not said twice."""
    scratch.git("tag", "v1", "main")
    assert compared(scratch.folder, base="v1") == f"v1, commit {short(scratch, 'main')}"
    assert compared(scratch.folder, base=scratch.git("rev-parse", "main")) == f"commit {short(scratch, 'main')}"


def test_a_clone_that_is_too_shallow_says_so(scratch, tmp_path):
    """One commit deep, nobody knows where the head left main; the tip of main stands in."""
    scratch.edit(TENANT, "Globex", "Globex One")
    scratch.commit()
    clone = tmp_path / "clone"
    scratch.git("clone", "-q", "--depth=1", "--no-single-branch", scratch.folder.as_uri(), str(clone))
    said = compared(clone, base="origin/main")
    assert said.startswith(f"origin/main, commit {short(scratch, 'main')}: this clone is too shallow")


def test_a_clone_without_any_main_judges_everything(scratch, tmp_path, codes):
    """Compared with itself every commit would pass; so all tenants are judged, and a revision needs a base by name."""
    scratch.edit(TENANT, "[emea]", "[nobody]")
    head = scratch.commit()
    clone = tmp_path / "clone"
    scratch.git("clone", "-q", "--depth=1", "--branch=change", scratch.folder.as_uri(), str(clone))
    alone = type(scratch)(clone, scratch.opa, scratch.cache)
    verdict = alone.judge()
    assert verdict.compared.startswith("nothing: no main is known in this clone")
    assert (verdict.tenants, codes(verdict)) == (("globex",), ["tenant.owners_known"])
    with pytest.raises(Missing, match="no main is known"):
        alone.judge(head=head)


def test_what_lies_outside_of_git_is_compared_with_nothing(scratch):
    """No repository, and none with a commit; both are said at the end of the text."""
    shutil.rmtree(scratch.folder / ".git")
    verdict = scratch.judge()
    assert verdict.compared.startswith("nothing: no git repository is here")
    assert f"compared with {verdict.compared}\n" in human(verdict)
    scratch.git("init", "-q", "-b", "main")
    assert compared(scratch.folder).startswith("nothing: nothing is committed here yet")


def test_a_bare_repository_is_judged_by_revisions(scratch, tmp_path, codes):
    """As a server keeps it: no work tree at all, the rules out of the base."""
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    scratch.commit("platform: rules")
    scratch.git("checkout", "-q", "-B", "change")
    scratch.edit(TENANT, "[emea]", "[nobody]")
    head = scratch.commit()
    bare = tmp_path / "bare.git"
    scratch.git("clone", "-q", "--bare", str(scratch.folder), str(bare))
    verdict = type(scratch)(bare, scratch.opa, scratch.cache).judge(head=head, base="main", rules=None)
    assert codes(verdict) == ["tenant.owners_known"]


def test_windows_line_ends_everywhere_change_nothing(scratch, codes):
    """YAML, SQL, CSV, CODEOWNERS, policies, waivers and the rules of style: git stores or shows them with CRLF."""
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    scratch.commit("platform: rules")
    scratch.git("checkout", "-q", "-B", "change")
    before = scratch.judge("globex", rules=scratch.folder)
    for path in (path for path in sorted(scratch.folder.rglob("*")) if path.is_file() and ".git" not in path.parts):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    scratch.git("config", "core.autocrlf", "true")
    after = scratch.judge("globex", rules=scratch.folder)
    assert codes(before) == codes(after) == []
    assert after.change.changed == ()
    scratch.git("config", "core.autocrlf", "false")
    head = scratch.commit()
    assert codes(scratch.judge("globex", head=head, rules=scratch.folder)) == ["change.one_tenant_or_platform"]
