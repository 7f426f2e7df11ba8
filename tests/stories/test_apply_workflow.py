"""The workflow that applies what was merged: a rollback of production waits for nothing in staging."""

import os
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github/workflows"
PIN = "tenants/globex/environments/production.pin.yaml"
SETTINGS = "tenants/globex/environments/production.yaml"


def workflow(name):
    return YAML(typ="safe", pure=True).load((WORKFLOWS / name).read_text(encoding="utf-8"))


@pytest.fixture
def push(tmp_path):
    """`push(paths)` commits changes of these files and returns what the job says; without a commit before, as at a first push."""

    def git(*words):
        command = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def commit(paths):
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            with (tmp_path / path).open("a", encoding="utf-8") as file:
                file.write("more\n")
        git("add", "-A")
        git("commit", "-q", "-m", "a change")
        return git("rev-parse", "HEAD")

    def said(paths, before=None):
        first = commit(["README.md"])
        commit(paths)
        script = workflow("apply.yml")["jobs"]["scope"]["steps"][1]["run"]
        output = tmp_path.with_suffix(".output")
        environment = {**os.environ, "BEFORE": before or first, "GITHUB_OUTPUT": str(output)}
        subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=60
        )
        return output.read_text(encoding="utf-8").strip()

    git("init", "-q", "-b", "main")
    return said


@pytest.mark.parametrize("paths", [[PIN], [SETTINGS], [PIN, SETTINGS, PIN.replace("globex", "initech")]])
def test_pins_and_settings_of_production_go_straight_there(push, paths):
    """Staging is not asked, whatever state it is in."""
    assert push(paths) == "production_only=true"


@pytest.mark.parametrize(
    "path", ["tenants/globex/tenant.yaml", "tenants/globex/environments/staging.yaml", "pipeline/x.py"]
)
def test_whatever_else_changed_goes_through_staging(push, path):
    """A pin in company goes with its company."""
    assert push([PIN, path]) == "production_only=false"


def test_a_push_without_a_known_commit_before_it_goes_through_staging(push):
    """The first push of a branch, and a forced one, say a commit that is not there."""
    assert push([PIN], before="0" * 40) == "production_only=false"


def test_an_environment_is_applied_by_one_run_at_a_time_to_its_end():
    """Each has its own group, and nothing is cut off."""
    jobs = workflow("apply.yml")["jobs"]
    groups = {name: jobs[name]["concurrency"] for name in ("staging", "production")}
    assert {group["group"] for group in groups.values()} == {"apply-staging", "apply-production"}
    assert [group["cancel-in-progress"] for group in groups.values()] == [False, False]


def test_the_role_comes_by_oidc_and_no_secret_is_named():
    """GitHub's token for AWS lives as long as the job; nothing is stored."""
    job = workflow("reconcile.yml")["jobs"]["apply"]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["environment"] == "${{ inputs.environment }}"
    assert [path.name for path in WORKFLOWS.iterdir() if "secrets." in path.read_text(encoding="utf-8")] == []
