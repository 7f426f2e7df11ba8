"""Other policies tried on what is and what was: newly blocked and newly allowed, by tenant and rule."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.cli.gate_policies import text
from pipeline.gate import history
from pipeline.gate.bundle import read_bundle
from pipeline.gate.git import Repository
from pipeline.gate.trial import try_policies

PROJECT = Path(__file__).parents[3]
CONTRACT = "tenants/globex/contracts/invoices.yaml"
PIN = "tenants/globex/environments/production.pin.yaml"


@pytest.fixture
def fleet(scratch):
    """Two tenants with a history: globex once promised six hours, initech is a copy, hooli came and went."""
    scratch.git("checkout", "-q", "main")
    scratch.edit(CONTRACT, "value: 2,", "value: 6,")
    scratch.commit("globex: slower")
    scratch.edit(CONTRACT, "value: 6,", "value: 2,")
    scratch.commit("globex: back again")
    shutil.copytree(scratch.folder / "tenants/globex", scratch.folder / "tenants/initech")
    scratch.edit("tenants/initech/contracts/invoices.yaml", "value: 2,", "value: 6,")
    scratch.commit("initech: first")
    shutil.copytree(scratch.folder / "tenants/initech", scratch.folder / "tenants/hooli")
    scratch.commit("hooli: first")
    shutil.rmtree(scratch.folder / "tenants/hooli")
    scratch.commit("hooli: gone")
    return scratch


def changed(tmp_path, *edits: tuple[str, str, str]) -> Path:
    """The project's policies with some edits."""
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    for path, old, new in edits:
        content = (folder / path).read_text()
        assert old in content
        (folder / path).write_text(content.replace(old, new))
    return folder


def test_each_tree_is_seen_once(fleet):
    """globex has two distinct trees of three commits; what came and went is there; what stands is marked."""
    seen = history.sights(Repository(fleet.folder), "main", 180)
    assert sorted((one.tenant, bool(one.tree), one.now) for one in seen) == [
        ("globex", True, False),
        ("globex", True, True),
        ("hooli", False, False),
        ("hooli", True, False),
        ("initech", True, True),
    ]
    assert all(one.changed and one.author == "dana@acme.example" for one in seen)


def test_a_history_without_commits_in_the_window_has_today(fleet):
    """Nothing new for days: the tenants of today are still tried."""
    repository = Repository(fleet.folder)
    assert {one.tenant for one in history.sights(repository, "main", 0) if one.now} == {"globex", "initech"}


def test_who_would_be_blocked_or_allowed_is_named(fleet, opa, tmp_path):
    """A stricter rule blocks today's initech and an older globex; a weaker one lets hooli's deletion pass; a person reads both."""
    folder = changed(
        tmp_path,
        ("tenant/freshness_promised.rego", "promise.value > 0", "promise.value in {1, 2, 3}"),
        ("change/retire_before_delete.rego", 'status != "retiring"', 'status == "unknown"'),
    )
    base, head = read_bundle(PROJECT / "policies"), read_bundle(folder)
    heard: list[tuple[int, int]] = []
    trial = try_policies(base, head, opa, Repository(fleet.folder), "main", 180, lambda *done: heard.append(done))
    assert (trial.tenants, trial.trees) == (2, 5)
    assert heard[-1] == (5, 5)
    freshness = [(one.tenant, one.now, one.trees) for one in trial.blocked if one.code == "tenant.freshness_promised"]
    assert freshness == [("initech", True, 1), ("globex", False, 1), ("hooli", False, 1)]
    assert [(one.tenant, one.code, one.now) for one in trial.allowed] == [
        ("hooli", "change.retire_before_delete", False)
    ]
    said = text(trial)
    assert "newly blocked: 1 tenants today: tenant.freshness_promised (1)" in said
    assert "tenants/initech/contracts/invoices.yaml: The contract promises no latency." in said
    assert list(trial.document()) == ["tenants", "trees", "since", "newly_blocked", "newly_allowed"]


def test_the_same_policies_differ_in_nothing(fleet, opa):
    """A returning pin and everything else is judged alike, the fleet as a whole too."""
    for release in "aba":
        fleet.write(PIN, f"release: {release * 64}\ncommit: {'c' * 40}\npromoted_by: dana\nevidence: {{}}\n")
        fleet.commit(f"globex: pin {release}")
    bundle = read_bundle(PROJECT / "policies")
    trial = try_policies(bundle, bundle, opa, Repository(fleet.folder), "main", 180)
    assert (trial.blocked, trial.allowed) == ((), ())


def test_the_command_tries_the_work_trees_policies_and_refuses_broken_ones(fleet, opa, capsys, monkeypatch):
    """Who would be blocked today is exit code 1; so are policies that cannot be asked, with the finding that says why."""
    monkeypatch.setenv("PATH", str(opa.parent), prepend=":")
    shutil.copytree(PROJECT / "policies", fleet.folder / "policies")
    fleet.commit("platform: rules")
    words = ["gate", "policies", "try", "--json", "--days", "30", "--repo", str(fleet.folder)]
    assert app.main(words) == 0
    assert json.loads(capsys.readouterr().out)["newly_blocked"] == []
    fleet.edit("policies/tenant/freshness_promised.rego", "promise.value > 0", "promise.value in {1, 2, 3}")
    assert app.main(words) == 1
    document = json.loads(capsys.readouterr().out)
    assert [(one["tenant"], one["code"]) for one in document["newly_blocked"] if one["now"]] == [
        ("initech", "tenant.freshness_promised")
    ]
    assert document["policies"]["base"] != document["policies"]["head"]
    fleet.write("policies/main.rego", "package main\n\nanswer := http.send({})\n")
    assert app.main(words) == 1
    assert "http.send" in json.loads(capsys.readouterr().out)["findings"][0]["what"]
    assert app.main([*words, "--days", "0"]) == 2
