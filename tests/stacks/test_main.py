"""What plain `pulumi preview` runs is what `acme plan` runs."""

from __future__ import annotations

import runpy
import sys
import tomllib
from pathlib import Path

import pulumi
import pytest
import yaml

from pipeline.cli.world import Hands, platform_program_of, tenant_program_of
from pipeline.errors import Usage
from pipeline.plan import state
from pipeline.plan.rendered import rendered

REPOSITORY = Path(__file__).resolve().parents[2]
STAGING = """
name = "staging"
region = "eu-west-1"
account = "111111111111"
sandbox = true
[snowflake]
account = "acme-staging"
iam_arn = "arn:aws:iam::111111111111:user/snowflake"
"""


@pytest.fixture(autouse=True)
def environments(tmp_path, monkeypatch):
    """An environment that nothing has to be asked about."""
    assert tomllib.loads(STAGING)
    (tmp_path / "staging.toml").write_text(STAGING)
    monkeypatch.setenv("ACME_ENVIRONMENTS", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(REPOSITORY / "stacks"), *sys.path])
    monkeypatch.setattr(state, "read", lambda *_: None)


def run_as(stack, monkeypatch):
    """The folder's resources as the engine's language host runs it: by its path."""
    monkeypatch.setattr(pulumi, "get_stack", lambda: stack)
    return in_order(lambda: runpy.run_path(str(REPOSITORY / "stacks"), run_name="__main__") and None)


def in_order(program):
    """An engine is told of resources in whatever order they are ready."""
    return sorted(rendered(program), key=lambda resource: (resource.type, resource.name))


def test_a_tenants_stack_is_the_tenants_program(monkeypatch):
    """The same resources with the same inputs."""
    desired = Hands(REPOSITORY, "staging").desired("globex")
    assert desired is not None
    assert run_as("globex.staging", monkeypatch) == in_order(tenant_program_of(desired))


def test_a_secret_that_the_stack_holds_stays_whatever_the_folder_names(monkeypatch):
    """People put a value into it: a revert of the change that brought it goes through, and finds it when it comes back."""
    desired = Hands(REPOSITORY, "staging").desired("globex")
    held = [
        {"type": state.SECRET, "inputs": {"name": name}}
        for name in ("acme/staging/globex/former", "acme/staging/globex/erp_drop", "made/by/hand")
    ]
    monkeypatch.setattr(state, "read", lambda *_: {"resources": held})
    assert desired is not None
    wanted = in_order(tenant_program_of(desired, frozenset({"former"})))
    assert run_as("globex.staging", monkeypatch) == wanted != in_order(tenant_program_of(desired))


def test_the_platforms_stack_is_the_platforms_program(monkeypatch):
    """`platform` is no tenant."""
    environment = Hands(REPOSITORY, "staging").environment
    assert run_as("platform.staging", monkeypatch) == in_order(platform_program_of(REPOSITORY, environment))


def test_a_strange_stack_is_refused(monkeypatch):
    """Nothing is guessed from a name."""
    with pytest.raises(Usage, match="is no stack of this project"):
        run_as("globex-staging", monkeypatch)


def test_the_project_is_the_one_that_the_tool_uses():
    """The engine finds the same project, the folder and the language by Pulumi.yaml."""
    from pipeline.naming import PROJECT

    said = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())
    assert (said["name"], said["runtime"], said["main"]) == (PROJECT, "python", "stacks")
    assert (REPOSITORY / said["main"] / "__main__.py").is_file()
