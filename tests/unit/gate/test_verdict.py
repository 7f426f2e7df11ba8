"""The gate as a whole: one test for each way to a verdict."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import Missing, Usage
from pipeline.findings import Finding, Where
from pipeline.gate.output.human import human as report

PROJECT = Path(__file__).parents[3]
STAGING = "tenants/globex/environments/staging.yaml"
PRODUCTION = "tenants/globex/environments/production.yaml"
CONTRACT = "tenants/globex/contracts/invoices.yaml"
PIN = "tenants/globex/environments/production.pin.yaml"
SQL = "tenants/globex/transforms/invoices.sql"


def test_a_clean_change_is_allowed(scratch, codes):
    """A change that breaks no rule is allowed, and names its tenant, base and head."""
    scratch.edit("tenants/globex/tenant.yaml", "Globex", "Globex Bicycles")
    head = scratch.commit()
    verdict = scratch.judge(head=head)
    assert codes(verdict) == []
    assert not verdict.denies
    assert (verdict.tenants, verdict.head) == (("globex",), head)
    assert verdict.base == scratch.git("rev-parse", "main")
    assert verdict.checks >= 20


def test_the_json_shape_is_the_fixed_one(scratch):
    """Other tools read exactly these keys."""
    scratch.edit(STAGING, "    secret: erp_in\n", "    password: hunter2A\n")
    document = json.loads(json.dumps(scratch.judge().document()))
    assert list(document) == ["verdict", "base", "head", "tenants", "findings", "checks", "seconds"]
    assert document["verdict"] == "deny"
    assert document["head"] is None
    finding = next(one for one in document["findings"] if one["code"] == "document.secret_literal")
    assert list(finding) == ["code", "level", "stage", "tenant", "where", "what", "why", "fix", "waiver"]
    assert finding["where"] == {"file": STAGING, "line": 7, "column": 15}
    assert "hunter2A" not in json.dumps(document)


def test_every_finding_comes_at_once_in_order(scratch, ruled):
    """Three mistakes are three findings, by file and line, and the same each time."""
    scratch.edit(STAGING, "host_keys: [SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]", "host_keys: []")
    scratch.edit(CONTRACT, "      - {name: note, logicalType: string, physicalType: VARCHAR(20)}\n", "")
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    first, second = scratch.judge(), scratch.judge()
    assert ruled(first) == [
        "change.contract_breaking_needs_major",
        "tenant.host_keys_required",
        "tenant.owners_known",
    ]
    assert first.findings == second.findings


def test_uncommitted_and_untracked_files_are_judged(scratch, ruled):
    """What lies in the work tree counts, whether git knows it or not."""
    scratch.write("tenants/globex/transforms/lines.sql", "SELECT id\nFROM landed\n")
    assert ruled(scratch.judge()) == ["tenant.transform_tested"] * 2


def test_two_tenants_in_one_change_are_refused(scratch, ruled):
    """A pull request touches one tenant; a push may carry one commit each."""
    scratch.edit("tenants/globex/tenant.yaml", "Globex", "Globex One")
    scratch.commit()
    scratch.write("tenants/initech/tenant.yaml", "title: Initech\ntier: trial\nowners: [emea]\n")
    scratch.commit("initech: first")
    head = scratch.git("rev-parse", "HEAD")
    assert ruled(scratch.judge(head=head)) == ["change.one_tenant_or_platform"]
    assert ruled(scratch.judge(head=head, pushed=True)) == []


def test_settings_go_only_after_they_retired(scratch, ruled):
    """A deleted environment that was active is refused; one that was retiring may go."""
    scratch.git("rm", "-q", PRODUCTION)
    scratch.commit()
    assert ruled(scratch.judge()) == ["change.retire_before_delete"]
    scratch.git("checkout", "-q", "main")
    scratch.edit(PRODUCTION, "status: active", "status: retiring")
    scratch.commit()
    scratch.git("checkout", "-qb", "later")
    scratch.git("rm", "-q", PRODUCTION)
    scratch.commit()
    assert ruled(scratch.judge()) == []


def test_a_name_is_used_once(scratch, codes):
    """A pipeline under a name that was removed on main is refused."""
    text = (scratch.folder / "tenants/globex/pipelines/invoices.yaml").read_text()
    scratch.git("checkout", "-q", "main")
    scratch.git("rm", "-q", "tenants/globex/pipelines/invoices.yaml")
    scratch.commit()
    scratch.git("checkout", "-qb", "again")
    scratch.write("tenants/globex/pipelines/invoices.yaml", text)
    assert codes(scratch.judge()) == ["fleet.name_reused"]


def write_pin(scratch, release: str, at: str = "2026-01-02T03:04:05Z") -> None:
    """A pin as `promote` writes it, probed at this instant."""
    receipts = f"{{invoices: {'5d' * 32}}}"
    evidence = f"{{deployment: dep-1, live_since: {at}, receipts: {receipts}, probed: {at}}}"
    scratch.write(PIN, f"release: {release * 64}\ncommit: {'c' * 40}\npromoted_by: dana\nevidence: {evidence}\n")


def test_a_pin_with_old_evidence_is_refused_and_a_return_is_not(scratch, ruled):
    """A new release needs a probe of this hour; the way back to one that was live needs none and is the quick lane."""
    write_pin(scratch, "a")
    assert set(ruled(scratch.judge())) == {"change.pin_needs_evidence"}
    for release in "ab":
        write_pin(scratch, release)
        scratch.commit(f"globex: pin {release}")
    scratch.git("branch", "-f", "main", "change")
    write_pin(scratch, "a")
    verdict = scratch.judge()
    assert ruled(verdict) == ["change.quick_lane"]
    assert not verdict.denies


def test_a_pin_with_whole_evidence_is_allowed(scratch, codes):
    """What `promote` writes passes."""
    write_pin(scratch, "a", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert codes(scratch.judge()) == []


def test_a_pin_moves_alone(scratch, codes):
    """Whatever else stands in the commit would be reverted with it."""
    write_pin(scratch, "a")
    scratch.edit("tenants/globex/tenant.yaml", "Globex", "Globex One")
    assert "change.pin_written_alone" in codes(scratch.judge())


def test_style_is_judged_and_remembered(scratch, codes, monkeypatch):
    """The second look at the same text comes out of the cache; other text does not."""
    scratch.edit(SQL, "SELECT", "select")
    first = scratch.judge()
    assert codes(first) == ["transform.style"]
    assert first.findings[0].where == Where(SQL, 1, 1)
    monkeypatch.setattr("pipeline.gate.sql_style.linter", lambda _rules: pytest.fail("asked again"))
    assert scratch.judge().findings == first.findings
    scratch.edit(SQL, "select", "seLect")
    with pytest.raises(pytest.fail.Exception):
        scratch.judge()


def test_what_many_tenants_have_in_common_is_looked_at_once(scratch, monkeypatch):
    """Neither style nor test of the same text is asked again, and each finding stands in its own tenant's file."""
    scratch.edit(SQL, "SELECT", "select")
    scratch.write("tenants/globex/tests/invoices/expected.csv", "id,note\n2.0,two\n")
    shutil.copytree(scratch.folder / "tenants/globex", scratch.folder / "tenants/initech")
    scratch.edit("tenants/initech/contracts/invoices.yaml", ":globex:", ":initech:")
    scratch.judge("globex")
    monkeypatch.setattr("pipeline.gate.sql_style.linter", lambda _rules: pytest.fail("asked again"))
    monkeypatch.setattr("pipeline.gate.engine.Bench.run", lambda *_: pytest.fail("run again"))
    found = [one for one in scratch.judge("globex", "initech").findings if one.code.startswith("transform.")]
    assert [(one.tenant, str(one.where), one.fix) for one in found] == [
        (tenant, f"tenants/{tenant}/{place}", fix)
        for tenant in ("globex", "initech")
        for place, fix in (
            ("tests/invoices/expected.csv:1:1", "mend the transform, or say here what it should give"),
            ("transforms/invoices.sql:1:1", f"./acme gate --fix {tenant}"),
        )
    ]


def test_a_transform_cannot_soften_its_rules(scratch, codes):
    """`noqa` is not heard and a `sqlfluff:` line is refused."""
    scratch.edit(SQL, "SELECT\n", "select  -- noqa\n")
    assert codes(scratch.judge()) == ["transform.style"]
    scratch.edit(SQL, "select  -- noqa\n", "-- sqlfluff:templater:jinja\nSELECT\n")
    assert [f.what for f in scratch.judge().findings] == [
        "this line would change the rules that the file is judged by."
    ]


def test_windows_line_ends_change_nothing(scratch, codes):
    """The same files with CRLF get the same verdict, and lines still count right."""
    for path in sorted((scratch.folder / "tenants").rglob("*.*")):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert codes(scratch.judge()) == []
    scratch.edit(STAGING, "active", "asleep")
    found = {(f.code, f.where) for f in scratch.judge().findings}
    assert ("document.wrong_value", Where(STAGING, 2, 9)) in found


def test_it_works_without_history(scratch, codes):
    """Outside git every tenant is judged by all rules but those of the change."""
    shutil.rmtree(scratch.folder / ".git")
    assert codes(scratch.judge()) == []
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    verdict = scratch.judge()
    assert codes(verdict) == ["tenant.owners_known"]
    assert (verdict.base, verdict.tenants) == (None, ("globex",))


def test_it_works_before_the_first_commit(scratch, codes):
    """An empty history is no history."""
    shutil.rmtree(scratch.folder / ".git")
    scratch.git("init", "-q")
    assert codes(scratch.judge()) == []


def test_it_works_in_a_shallow_clone(scratch, codes, tmp_path):
    """One commit deep, the base is what was fetched."""
    scratch.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    head = scratch.commit()
    clone = tmp_path / "clone"
    scratch.git("clone", "-q", "--depth=1", "--no-single-branch", scratch.folder.as_uri(), str(clone))
    verdict = type(scratch)(clone, scratch.opa, scratch.cache).judge(head=head, base="origin/main")
    assert codes(verdict) == ["tenant.owners_known"]


def test_it_works_in_a_linked_work_tree(scratch, codes, tmp_path):
    """A work tree beside the checkout is judged as itself."""
    scratch.git("worktree", "add", "-q", str(tmp_path / "beside"), "main")
    beside = type(scratch)(tmp_path / "beside", scratch.opa, scratch.cache)
    beside.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    assert codes(beside.judge()) == ["tenant.owners_known"]
    assert codes(scratch.judge("globex")) == []


def test_a_tenant_that_is_asked_for_is_judged_unchanged(scratch, codes):
    """Named tenants are judged whether they changed or not."""
    assert scratch.judge().tenants == ()
    verdict = scratch.judge("globex")
    assert (verdict.tenants, codes(verdict)) == (("globex",), [])


def test_a_tenant_that_is_nowhere_is_a_usage_error(scratch):
    """A slip of the pen is named, with what was meant."""
    with pytest.raises(Usage, match="Did you mean `globex`"):
        scratch.judge("globx")


def test_an_unknown_base_is_named(scratch):
    """A base that was never fetched is no bug."""
    with pytest.raises(Missing, match="no commit `v9`"):
        scratch.judge(base="v9")


def test_further_checks_are_asked_about_each_tenant(scratch, codes):
    """What else there is comes in as a function of a tenant and its files."""
    finding = Finding("contract.column_unfilled", "deny", "validate", "it is filled by nothing.")
    seen = []

    def check(tenant, files):
        seen.append((tenant, sorted(files)[0]))
        return [finding]

    verdict = scratch.judge("globex", checks={"validate": check})
    assert codes(verdict) == ["contract.column_unfilled"]
    assert seen == [("globex", "tenants/globex/connectors/erp_in.yaml")]


def test_a_plan_is_judged_by_the_rules_for_plans(scratch, codes):
    """A plan that deletes a schema is refused."""
    urn = "urn:pulumi:globex.staging::acme::snowflake:index/schema:Schema::store"
    step = {"op": "delete", "urn": urn, "type": "snowflake:index/schema:Schema", "name": "store", "inputs": {}}
    assert codes(scratch.judge("globex", plans={"globex": {"steps": [step]}})) == ["plan.no_data_deleted"]


def with_rules(scratch) -> None:
    """The project's rules become the scratch repository's own, on main."""
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    scratch.commit("platform: rules")


def test_a_pull_request_is_judged_by_its_base(scratch, ruled):
    """A head that takes its rule out is still judged by it, and mixing rule and tenant is a finding of its own."""
    with_rules(scratch)
    scratch.git("checkout", "-qb", "hostile")
    shutil.rmtree(scratch.folder / "policies")
    scratch.write("policies/main.rego", "package main\n\nanswer := {}\n")
    scratch.edit(STAGING, "    host_keys: [SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]\n", "")
    head = scratch.commit()
    assert set(ruled(scratch.judge(head=head, base="main", rules=None))) == {
        "change.one_tenant_or_platform",
        "tenant.host_keys_required",
    }


def test_a_hostile_head_is_only_data(scratch, tmp_path):
    """Links, other repositories, huge files and attributes are named, and nothing of them runs."""
    ran = tmp_path / "ran"
    scratch.write(".gitattributes", "* filter=evil diff=evil\n")
    scratch.git("config", "diff.external", f"touch {ran}")
    scratch.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {ran}\n")
    (scratch.folder / ".git/hooks/post-checkout").chmod(0o755)
    (scratch.folder / "tenants/globex/tests/link.csv").symlink_to("/etc/hostname")
    scratch.write("tenants/globex/tests/huge.csv", "x" * 1_000_001)
    scratch.commit()
    scratch.git("update-index", "--add", "--cacheinfo", f"160000,{scratch.git('rev-parse', 'main')},tenants/globex/sub")
    scratch.git("commit", "-qm", "globex: a submodule")
    verdict = scratch.judge(head=scratch.git("rev-parse", "HEAD"))
    found = {f.code: f.where.file for f in verdict.findings if f.code.startswith("document.")}
    assert found == {
        "document.symlink": "tenants/globex/tests/link.csv",
        "document.size": "tenants/globex/tests/huge.csv",
        "document.submodule": "tenants/globex/sub",
    }
    assert not ran.exists()


def test_the_report_shows_line_and_caret(scratch):
    """Every finding with its place, the line itself, why and the fix; one line of sum at the end."""
    scratch.edit(STAGING, "active", "asleep")
    text = report(scratch.judge())
    assert f"{STAGING}:2:9  document.wrong_value  deny" in text
    assert "      2 | status: asleep\n        |         ^" in text
    assert "  fix: " in text
    assert text.splitlines()[-1].startswith("refused: globex: ")


def test_the_report_never_shows_a_secret(scratch):
    """The line of a secret is not repeated."""
    scratch.edit(STAGING, "    secret: erp_in\n", "    password: hunter2A\n")
    assert "hunter2A" not in report(scratch.judge())


def test_git_variables_of_the_caller_change_nothing(scratch, codes, monkeypatch):
    """Inside a hook git sets GIT_DIR and GIT_INDEX_FILE; the gate looks where it was told to."""
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_INDEX_FILE", os.devnull)
    assert codes(scratch.judge("globex")) == []


@pytest.mark.parametrize("committed", [True, False])
def test_names_that_read_as_others_are_refused(scratch, committed):
    """Bytes that are no text, line breaks and backslashes in a path are named, never followed."""
    folder = os.fsencode(scratch.folder / "tenants/globex/tests/invoices")
    for name in (b"bad\xff.csv", b"two\nlines.csv", b"back\\slash.csv"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("x")
    verdict = scratch.judge(head=scratch.commit() if committed else None)
    names = [f.where.file.rpartition("/")[2] for f in verdict.findings if f.code == "document.name"]
    assert {"bad\\xff.csv", "two\\nlines.csv", "back\\slash.csv"} <= set(names)
    assert report(verdict)
