"""The workflow that judges pull requests, its own script run here: the base judges, and of the head nothing is ever run."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOW = YAML(typ="safe", pure=True).load((ROOT / ".github/workflows/gate.yml").read_text(encoding="utf-8"))
JOB = WORKFLOW["jobs"]["judge"]
SCRIPTS = {step["name"]: step["run"] for step in JOB["steps"] if "run" in step}
CONTRACT = "tenants/globex/contracts/purchase_orders.yaml"


def git(folder, *words):
    command = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.strip()


class Forge:
    """A repository as GitHub keeps it: main, and pull requests as refs."""

    def __init__(self, folder):
        self.origin, self.author, self.runner = folder / "origin.git", folder / "author", folder / "runner"
        git(folder, "clone", "-q", "--bare", ROOT, self.origin)
        git(self.origin, "branch", "-f", "main", "HEAD")
        git(self.origin, "symbolic-ref", "HEAD", "refs/heads/main")
        for clone in (self.author, self.runner):
            git(folder, "clone", "-q", "-b", "main", self.origin, clone)

    def edit(self, path, find, write):
        file = self.author / path
        text = file.read_text(encoding="utf-8")
        assert find in text
        file.write_text(text.replace(find, write), encoding="utf-8")

    def pull_request(self):
        """The variables that GitHub gives the job, for all that the author changed."""
        git(self.author, "add", "-A")
        git(self.author, "commit", "-q", "--no-verify", "-m", "a change")
        git(self.author, "push", "-q", "--no-verify", "origin", "HEAD:refs/pull/7/head")
        head = git(self.author, "rev-parse", "HEAD")
        return {"BASE": git(self.runner, "rev-parse", "HEAD"), "HEAD": head, "NUMBER": "7", "TOKEN": "of-the-job"}

    def judge(self, variables):
        """(exit code of the judging step, the verdict)."""
        environment = {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": "1"}
        for name in ("Fetch the objects of the head", "Judge"):
            script = ["bash", "-e", "-o", "pipefail", "-c", SCRIPTS[name]]
            done = subprocess.run(
                script, cwd=self.runner, env=environment, capture_output=True, text=True, timeout=600, check=False
            )
            assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads((self.runner / "verdict.json").read_text(encoding="utf-8"))


@pytest.fixture
def forge(tmp_path, toolset, monkeypatch):
    monkeypatch.setenv("PATH", str(toolset.opa.parent), prepend=os.pathsep)
    return Forge(tmp_path)


def test_a_sound_change_of_one_tenant_is_allowed(forge):
    """Exit code 0, and the verdict names base, head and the tenant that changed."""
    forge.edit(CONTRACT, "value: 2, unit: h", "value: 3, unit: h")
    variables = forge.pull_request()
    code, verdict = forge.judge(variables)
    assert (code, verdict["verdict"], verdict["findings"]) == (0, "allow", [])
    assert (verdict["base"], verdict["head"]) == (variables["BASE"], variables["HEAD"])
    assert verdict["tenants"] == ["globex"]


def test_a_hostile_head_is_data_and_is_refused(forge, tmp_path):
    """It brings a tool, policies, waivers, a filter, a link and another repository of its own; the base refuses, and runs none."""
    trace = tmp_path / "ran"
    runs = f"import pathlib; pathlib.Path({str(trace)!r}).touch(); raise SystemExit(0)\n"
    for path in ("acme", "pipeline/cli/gate.py", "pipeline/__init__.py", "sitecustomize.py"):
        (forge.author / path).write_text(runs, encoding="utf-8")
    for rule in (forge.author / "policies").rglob("*.rego"):
        rule.unlink()
    (forge.author / ".gitattributes").write_text("* filter=run\n", encoding="utf-8")
    (forge.author / "tenants/globex/connectors/link.yaml").symlink_to("/etc/hosts")
    forge.edit(CONTRACT, "name: vendor_id", "name: supplier_id")
    here = git(forge.author, "rev-parse", "HEAD")
    git(forge.author, "update-index", "--add", "--cacheinfo", f"160000,{here},tenants/globex/other")
    (forge.author / "tenants/globex/other").mkdir()
    code, verdict = forge.judge(forge.pull_request())
    assert (code, verdict["verdict"]) == (1, "deny")
    wanted = {"change.one_tenant_or_platform", "contract.column_unfilled", "document.symlink", "document.submodule"}
    assert wanted <= {finding["code"] for finding in verdict["findings"] if finding["level"] == "deny"}
    assert not trace.exists()
    assert git(forge.runner, "status", "--porcelain") == "?? verdict.json"


def test_the_job_holds_no_secret_and_no_right_to_write():
    """Whatever the head brings, there is nothing to take: a token that reads, no secret, no credential left in the checkout."""
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github/workflows/gate.yml").read_text(encoding="utf-8")
    checkouts = [step["with"] for step in JOB["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert [with_["ref"] for with_ in checkouts] == ["${{ github.event.pull_request.base.sha }}"]
    assert all(with_["persist-credentials"] is False for with_ in checkouts)
