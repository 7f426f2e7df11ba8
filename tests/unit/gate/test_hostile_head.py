"""A head is data: whatever it brings is refused or harmless, with a reason, by the base's rules, and nothing of it ever runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import Missing
from pipeline.gate.output.formats import FORMATS, written
from tests.unit.gate.output.conformance import junit_faults, sarif_faults

PROJECT = Path(__file__).parents[3]
HOOKS = (
    "post-checkout",
    "pre-commit",
    "post-index-change",
    "reference-transaction",
    "post-merge",
    "fsmonitor-watchman",
)
# every setting of git's that names a program; the head cannot write them, and a clone may hold them
PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "uploadpack.packObjectsHook",
)
FOLDER = "tenants/globex"
NAMES = (
    "two\nlines.yaml",
    "\x1b[2J\x1b]0;pwned\x07.yaml",
    "back\\slash.yaml",
    "\u202egnp.yaml",
)
WORDS = (
    "--output=x.yaml",
    "-rf.yaml",
    "$(touch ran).yaml",
    "`touch ran`.yaml",
    "; touch ran.yaml",
    "%0A::error::x.yaml",
)


@pytest.fixture
def canary(scratch, tmp_path) -> Path:
    """A file that is there once anything was started: by a hook, by a setting, by the tool that the head brings."""
    ran = tmp_path / "ran"
    program = tmp_path / "canary"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for hook in HOOKS:
        shutil.copy(program, scratch.folder / ".git/hooks" / hook)
    return ran


def arm(scratch, tmp_path) -> None:
    """Only now: the test's own git calls would start the canary as well."""
    for setting in PROGRAMS:
        scratch.git("config", setting, str(tmp_path / "canary"))
    scratch.git("config", "filter.evil.required", "true")
    scratch.git("config", "log.showSignature", "true")


def with_rules(scratch) -> None:
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    scratch.commit("platform: rules")
    scratch.git("checkout", "-qb", "hostile")


def test_a_head_that_brings_everything_is_refused_and_runs_nothing(scratch, tmp_path, canary):
    """A tool, policies, waivers, CI, attributes, hooks, links, another repository, huge and many files, names that speak."""
    with_rules(scratch)
    runs = f"import pathlib; pathlib.Path({str(canary)!r}).touch()\n"
    for path in ("acme", "sitecustomize.py", "conftest.py", "pipeline/__init__.py", "pipeline/gate/__init__.py"):
        scratch.write(path, runs)
    shutil.rmtree(scratch.folder / "policies")
    scratch.write("policies/main.rego", 'package main\n\nanswer := {"batch": {}, "bundle": "x"}\n')
    scratch.write(
        "policies/waivers.yaml",
        "waivers:\n  - {code: document.symlink, tenant: globex, reason: r, owner: platform, until: 2999-01-01}\n",
    )
    scratch.write(".sqlfluff", "[sqlfluff]\ndialect = snowflake\ntemplater = jinja\nlibrary_path = .\nrules = none\n")
    scratch.write(".gitattributes", "* filter=evil diff=evil export-subst\n*.yaml merge=evil\n")
    scratch.write(
        ".gitmodules",
        '[submodule "x"]\n\tpath = tenants/globex/sub\n\turl = ext::sh -c touch% ran\n\tupdate = !touch ran\n',
    )
    scratch.write(".github/workflows/gate.yml", "on: push\njobs: {}\n")
    scratch.write(".githooks/post-checkout", "#!/bin/sh\ntouch ran\n")
    scratch.edit(f"{FOLDER}/transforms/invoices.sql", "SELECT\n", "{% import os %}\nselect\n")
    for name in (*NAMES, *WORDS):
        scratch.write(f"{FOLDER}/connectors/{name}", "kind: sftp\n")
    scratch.write("tenants/--fix/tenant.yaml", "title: x\n")
    scratch.write("tenants/\x1b[31mred/tenant.yaml", "title: x\n")
    scratch.write(f"{FOLDER}/tests/huge.csv", "x" * 1_000_001)
    for number in range(201):
        scratch.write(f"tenants/many/tests/{number}.csv", "")
    (scratch.folder / f"{FOLDER}/connectors/link.yaml").symlink_to("/etc/hostname")
    (scratch.folder / "stacks").mkdir()
    (scratch.folder / "stacks/cells.yaml").symlink_to("/etc/hostname")
    scratch.git("-c", "core.hooksPath=/dev/null", "add", "-A")
    scratch.git("update-index", "--add", "--cacheinfo", f"160000,{scratch.git('rev-parse', 'main')},{FOLDER}/sub")
    scratch.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "globex: everything at once")
    head = scratch.git("rev-parse", "HEAD")
    scratch.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "main")
    canary.unlink(missing_ok=True)
    arm(scratch, tmp_path)

    verdict = scratch.judge(head=head, base="main", rules=None)

    found = {(f.code, f.where.file if f.where else None) for f in verdict.findings if f.denies}
    assert {
        ("document.symlink", f"{FOLDER}/connectors/link.yaml"),
        ("document.symlink", "stacks/cells.yaml"),
        ("document.submodule", f"{FOLDER}/sub"),
        ("document.size", f"{FOLDER}/tests/huge.csv"),
        ("document.count", "tenants/many"),
        ("document.name", f"{FOLDER}/connectors/two\\nlines.yaml"),
        ("document.name", f"{FOLDER}/connectors/\\x1b[2J\\x1b]0;pwned\\x07.yaml"),
        ("document.name", f"{FOLDER}/connectors/back\\slash.yaml"),
        ("document.name", f"{FOLDER}/connectors/\\u202egnp.yaml"),
        *(("document.name", f"{FOLDER}/connectors/{name}") for name in WORDS if "/" not in name),
        ("document.name", "tenants/\\x1b[31mred/tenant.yaml"),
        ("document.name", "tenants/--fix"),
    } <= found
    codes = {code for code, _ in found}
    assert {"change.one_tenant_or_platform", "transform.style"} <= codes
    assert verdict.bundle and verdict.change.head_files[f"{FOLDER}/connectors/link.yaml"] is None
    assert not canary.exists()
    assert not (scratch.folder / "ran").exists()
    for format_ in FORMATS:
        text = written(verdict, format_)
        assert {character for character in text if not character.isprintable()} <= {"\n"}
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
    assert sarif_faults(written(verdict, "sarif")) == []
    assert junit_faults(written(verdict, "junit")) == []
    assert not canary.exists()


def test_rules_of_style_fill_in_no_template(scratch, tmp_path, canary):
    """A checkout of somebody else, judged as it lies there, by its own .sqlfluff: its Python is not loaded."""
    library = tmp_path / "library"
    library.mkdir()
    (library / "__init__.py").write_text(f"import pathlib; pathlib.Path({str(canary)!r}).touch()\n")
    with_rules(scratch)
    scratch.write(".sqlfluff", f"[sqlfluff]\ntemplater = jinja\n[sqlfluff:templater:jinja]\nlibrary_path = {library}\n")
    scratch.edit(f"{FOLDER}/transforms/invoices.sql", "SELECT\n", "select  {{ 1 }}\n")
    canary.unlink(missing_ok=True)
    assert scratch.judge("globex", rules=scratch.folder).denies
    assert not canary.exists()


def test_a_folder_of_tenants_that_is_a_link_is_no_folder(scratch):
    """The whole of `tenants` led elsewhere: named, not followed, and every tenant is missed."""
    scratch.git("rm", "-rq", "tenants")
    (scratch.folder / "tenants").symlink_to("/etc")
    head = scratch.commit()
    verdict = scratch.judge(head=head)
    assert ("document.symlink", "tenants") in {(f.code, f.where and f.where.file) for f in verdict.findings}
    assert verdict.denies


def test_what_a_partial_clone_lacks_is_said_and_not_fetched(scratch, tmp_path, canary):
    """The objects' source is named by a setting; asking it could start a program, so the gate asks nobody."""
    scratch.edit("tenants/globex/tenant.yaml", "Globex", "Globex Bicycles")
    head = scratch.commit()
    scratch.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    words = ("-q", "--no-checkout", "--filter=blob:none", "--no-single-branch", scratch.folder.as_uri(), str(clone))
    scratch.git("clone", *words)
    partial = type(scratch)(clone, scratch.opa, scratch.cache)
    partial.git("config", "remote.origin.url", f"ext::{tmp_path / 'canary'}")
    partial.git("config", "protocol.ext.allow", "always")
    canary.unlink(missing_ok=True)
    with pytest.raises(Missing, match="this clone"):
        partial.judge(head=head, base="origin/main")
    assert not canary.exists()


def test_replaced_objects_show_no_other_history(scratch, codes):
    """`git replace` in a clone changes what git shows, not what is merged."""
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    head = scratch.commit()
    scratch.git("replace", head, "main")
    assert codes(scratch.judge(head=head)) == ["tenant.owners_known"]


@pytest.mark.parametrize("way", ["head", "work tree", "no repository"])
def test_a_tenant_of_too_many_files_is_named_once(scratch, way):
    """No more of it is read than a tenant ever has."""
    for number in range(250):
        scratch.write(f"{FOLDER}/tests/{number}.csv", "x")
    head = scratch.commit() if way == "head" else None
    if way == "no repository":
        shutil.rmtree(scratch.folder / ".git")
    verdict = scratch.judge(head=head)
    counted = [f.where.file for f in verdict.findings if f.code == "document.count"]
    assert counted == [FOLDER]
    assert (
        sum(content is not None for path, content in verdict.change.head_files.items() if path.startswith(FOLDER))
        <= 200
    )


def test_the_tenant_of_a_pull_request_cannot_quote_its_way_out(scratch):
    """What a value says of itself stands in the finding as text: no escape, no command, no Markdown."""
    harm = "x ::error::y ##[error]z <b> [a](http://e.example) @acme/security"
    scratch.edit("tenants/globex/tenant.yaml", "owners: [emea]", f'owners: ["{harm}"]\n"\\e[31m{harm}": 1')
    verdict = scratch.judge()
    assert verdict.denies
    for format_ in FORMATS:
        text = written(verdict, format_)
        assert "\x1b" not in text
        assert "##[" not in text
