"""`acme check`: the gate's verdict and the plan of what changed in one answer."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.errors import Missing
from pipeline.plan.step import Step

ROOT = Path(__file__).parents[3]
PARTS = ("tenants", "policies", "stacks", "CODEOWNERS", ".sqlfluff")


@pytest.fixture
def repository(tmp_path, toolset, monkeypatch):
    """A checkout with one commit on main, no environment, and OPA at hand."""
    monkeypatch.setenv("PATH", str(toolset.opa.parent), prepend=":")
    monkeypatch.setenv("ACME_ENVIRONMENTS", str(tmp_path / "none"))
    for part in PARTS:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "first")
    return tmp_path


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True, timeout=60)


def change(repository, find, write):
    path = repository / "tenants/globex/contracts/purchase_orders.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(find, write), encoding="utf-8")


def check(repository, capsys, *words):
    code = app.main(["check", *words, "--json", "--repo", str(repository)])
    return code, json.loads(capsys.readouterr().out)


def test_without_an_environment_the_verdict_stands_alone(repository, capsys):
    """No state answers: that is said for the tenant that changed, and refuses nothing."""
    change(repository, "value: 2, unit: h", "value: 3, unit: h")
    code, document = check(repository, capsys)
    assert (code, document["gate"]["verdict"], document["gate"]["tenants"]) == (0, "allow", ["globex"])
    assert document["plan"]["tenants"] == {}
    assert "sandbox up" in document["plan"]["without"]["globex"]


def test_a_refused_tenant_has_no_plan(repository, capsys):
    """Exit code 1, and the engine is not asked about a folder that is not sound."""
    change(repository, "name: vendor_id", "name: supplier_id")
    code, document = check(repository, capsys)
    assert code == 1
    assert "contract.column_unfilled" in {finding["code"] for finding in document["gate"]["findings"]}
    assert document["plan"] == {"environment": "staging", "tenants": {}, "without": {}}


def test_the_plan_of_the_changed_tenants_follows_the_verdict(repository, capsys, monkeypatch):
    """Only those that changed are planned, and the steps are the ones that `acme plan` writes."""
    urn = "urn:pulumi:globex.staging::acme::snowflake:index/grantAccountRole:GrantAccountRole::role-of-user"
    step = Step("update", urn, ("userName",), {"roleName": "ACME_STAGING__GLOBEX", "userName": "ACME_STAGING__GLOBEX"})
    monkeypatch.setattr("pipeline.cli.plan.plan", lambda _arguments, tenant: {"globex": [step]}[tenant])
    change(repository, "value: 2, unit: h", "value: 3, unit: h")
    code, document = check(repository, capsys)
    assert (code, "plan.grants_to_own_role" in json.dumps(document)) == (0, False)
    assert document["plan"]["tenants"]["globex"]["steps"] == [step.approved()]


def test_a_plan_is_judged_by_the_rules_for_plans(repository, capsys, monkeypatch):
    """An administrator's role for the tenant's user is refused before anybody applies it."""
    urn = "urn:pulumi:globex.staging::acme::snowflake:index/grantAccountRole:GrantAccountRole::role-of-user"
    step = Step("create", urn, (), {"roleName": "ACCOUNTADMIN", "userName": "ACME_STAGING__GLOBEX"})
    planned = []
    monkeypatch.setattr("pipeline.cli.plan.plan", lambda _arguments, tenant: planned.append(tenant) or [step])
    code, document = check(repository, capsys, "globex")
    denials = [finding["code"] for finding in document["gate"]["findings"] if finding["level"] == "deny"]
    assert (code, denials, planned) == (1, ["plan.grants_to_own_role"], ["globex"])


def test_the_text_says_verdict_then_plan(repository, capsys, monkeypatch):
    """A person reads the same two things."""

    def unreachable(_arguments, _tenant):
        raise Missing("no state.")

    monkeypatch.setattr("pipeline.cli.plan.plan", unreachable)
    assert app.main(["check", "globex", "--repo", str(repository)]) == 0
    verdict, plan = capsys.readouterr().out.strip().split("\n\n")
    assert "allowed: globex" in verdict
    assert plan == "globex: no plan: no state."
