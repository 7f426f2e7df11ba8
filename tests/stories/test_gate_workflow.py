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
        self.logged = ""
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
        """(exit code of the judging step, the verdict). What the job leaves stands in `logged`, `summary` and `outputs`."""
        self.outputs, self.summary = self.runner.parent / "outputs", self.runner.parent / "summary.md"
        files = {"GITHUB_OUTPUT": str(self.outputs), "GITHUB_STEP_SUMMARY": str(self.summary)}
        environment = {**os.environ, **variables, **files, "PYTHONDONTWRITEBYTECODE": "1"}
        codes = {}
        for name in ("Fetch the objects of the head", "Judge", "Summarise"):
            script = ["bash", "-e", "-o", "pipefail", "-c", SCRIPTS[name]]
            done = subprocess.run(
                script, cwd=self.runner, env=environment, capture_output=True, text=True, timeout=600, check=False
            )
            assert done.returncode in (0, 1), done.stderr
            codes[name] = done.returncode
            self.logged = done.stdout if name == "Judge" else self.logged
        return codes["Judge"], json.loads(self.read("verdict/verdict.json"))

    def read(self, path):
        return (self.runner / path).read_text(encoding="utf-8")


@pytest.fixture
def forge(tmp_path, toolset, monkeypatch):
    monkeypatch.setenv("PATH", str(toolset.opa.parent), prepend=os.pathsep)
    return Forge(tmp_path)


def test_a_sound_change_of_one_tenant_is_allowed(forge):
    """Exit code 0, and the verdict names base, head and the tenant that changed."""
    forge.edit(CONTRACT, "latency, value: 2, unit: h", "latency, value: 1, unit: h")
    variables = forge.pull_request()
    code, verdict = forge.judge(variables)
    assert (code, verdict["verdict"], verdict["findings"]) == (0, "allow", [])
    assert (verdict["base"], verdict["head"]) == (variables["BASE"], variables["HEAD"])
    assert verdict["tenants"] == ["globex"]
    assert forge.summary.read_text(encoding="utf-8").startswith("## allowed: `globex`\n")
    assert forge.outputs.read_text(encoding="utf-8") == "written=true\ntenant=globex\n"
    [run] = json.loads(forge.read("verdict/verdict.sarif"))["runs"]
    assert (run["results"], run["properties"]["head"]) == ([], variables["HEAD"])


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
    (forge.author / "tenants/globex/connectors/a\n::error::forged.yaml").write_text("x: 1\n", encoding="utf-8")
    here = git(forge.author, "rev-parse", "HEAD")
    git(forge.author, "update-index", "--add", "--cacheinfo", f"160000,{here},tenants/globex/other")
    (forge.author / "tenants/globex/other").mkdir()
    code, verdict = forge.judge(forge.pull_request())
    assert (code, verdict["verdict"]) == (1, "deny")
    wanted = {
        "change.one_tenant_or_platform",
        "contract.column_unfilled",
        "document.name",
        "document.symlink",
        "document.submodule",
    }
    assert wanted <= {finding["code"] for finding in verdict["findings"] if finding["level"] == "deny"}
    assert "tenant=" not in forge.outputs.read_text(encoding="utf-8")
    assert not trace.exists()
    assert git(forge.runner, "status", "--porcelain") == "?? verdict/"
    assert forge.summary.read_text(encoding="utf-8").startswith("## refused: ")
    first, *inside, last = forge.logged.splitlines()
    assert (first.partition("-")[0], last) == ("::stop", f"::{first.rpartition('::')[2]}::")
    assert not [line for line in inside if line.lstrip().startswith("::") or "##[" in line]
    rules = {result["ruleId"] for result in json.loads(forge.read("verdict/verdict.sarif"))["runs"][0]["results"]}
    assert rules == {finding["code"] for finding in verdict["findings"]}


def test_the_job_holds_no_secret_and_no_right_to_write():
    """There is nothing to take: a token that reads, no secret, no credential in the checkout; who writes runs no script at all."""
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read"}
    show = WORKFLOW["jobs"]["show"]
    assert show["permissions"] == {"security-events": "write"}
    assert [step["uses"].partition("@")[0] for step in show["steps"]] == [
        "actions/download-artifact",
        "github/codeql-action/upload-sarif",
    ]
    assert "secrets." not in (ROOT / ".github/workflows/gate.yml").read_text(encoding="utf-8")
    checkouts = [step["with"] for step in JOB["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert [with_["ref"] for with_ in checkouts] == ["${{ github.event.pull_request.base.sha }}"]
    assert all(with_["persist-credentials"] is False for with_ in checkouts)


def test_staging_is_asked_only_for_what_one_tenant_may_change(forge):
    """Credentials come after the judge's word, and not for a fork; nor where a change says where a secret would be sent."""
    probe = WORKFLOW["jobs"]["probe"]
    assert (probe["needs"], probe["environment"]) == ("judge", "staging")
    assert probe["permissions"] == {"contents": "read", "id-token": "write"}
    for wanted in ("needs.judge.outputs.tenant != ''", "head.repo.full_name == github.repository", "&&"):
        assert wanted in probe["if"]
    checkouts = [step["with"]["ref"] for step in probe["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts == ["${{ github.event.pull_request.base.sha }}"]
    forge.edit("tenants/globex/environments/staging.yaml", "sftp-test.globex.example", "sftp-new.globex.example")
    code, verdict = forge.judge(forge.pull_request())
    assert (code, verdict["tenants"]) == (0, ["globex"])
    assert "tenant=" not in forge.outputs.read_text(encoding="utf-8")
