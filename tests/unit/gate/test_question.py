"""What the policies are asked: what rules about the fleet need to see of neighbours, and no more."""

from __future__ import annotations

import pytest

from pipeline.gate import question
from pipeline.gate.change import read_change
from pipeline.gate.documents import read_documents

CELLS = "cells:\n  eu1: {region: eu-west-1, environment_class: mw1.small, aim: 1, limit: 1}\n"


@pytest.fixture
def fleet(scratch):
    """globex on main, in a cell that holds one pipeline."""
    scratch.git("checkout", "-q", "main")
    scratch.write("stacks/cells.yaml", CELLS)
    scratch.commit("platform: a cell")
    scratch.git("checkout", "-qb", "newcomer")
    return scratch


def copied(fleet, name: str) -> None:
    """A newcomer's folder as a hurried engineer makes it."""
    for path in sorted((fleet.folder / "tenants/globex").rglob("*")):
        if path.is_file():
            target = path.relative_to(fleet.folder).as_posix().replace("/globex/", f"/{name}/")
            fleet.write(target, path.read_text().replace(":globex:", f":{name}:"))
    fleet.write("CODEOWNERS", f"{(fleet.folder / 'CODEOWNERS').read_text()}/tenants/{name}/ @acme/emea\n")


def test_a_folder_that_was_copied_from_a_neighbour_is_found_out(fleet, ruled):
    """It reads the neighbour's files, its name reads as the neighbour's, and the cell is full."""
    copied(fleet, "g1obex")
    found = ruled(fleet.judge())
    assert set(found) == {"fleet.cell_capacity", "fleet.names_apart", "fleet.sources_apart"}


def test_a_cell_in_use_and_a_limit_below_what_it_holds_are_refused(fleet, ruled):
    """A change of the platform sees who lives where."""
    fleet.edit("stacks/cells.yaml", "eu1", "eu2")
    assert set(ruled(fleet.judge())) == {"fleet.cell_in_use"}
    fleet.edit("stacks/cells.yaml", "eu2", "eu1")
    fleet.edit("stacks/cells.yaml", "limit: 1", "limit: 0")
    assert set(ruled(fleet.judge())) == {"fleet.cell_capacity"}


def test_of_a_neighbour_only_that_is_told_which_a_rule_reads(fleet):
    """Neither mapping nor contract of whom the change does not touch, and nothing of a neighbour in a tenant's own question."""
    copied(fleet, "initech")
    fleet.commit("initech: first")
    fleet.git("checkout", "-qb", "later")
    fleet.git("branch", "-f", "main", "newcomer")
    fleet.edit("tenants/globex/environments/staging.yaml", "active", "paused")
    change = read_change(fleet.folder, tenants=["initech"])
    old, new = read_documents(change.base_files), read_documents(change.head_files)
    whole = question.about_change(change, old, new)[question.WHOLE]["documents"]
    assert {path.split("/")[2] for path in whole if path.startswith("tenants/initech/")} == {
        "tenant.yaml",
        "environments",
        "pipelines",
        "connectors",
    }
    assert "tenants/globex/contracts/invoices.yaml" in whole
    ((asked, common),) = question.about_tenants(change, new, ["globex", "initech"], {})
    assert set(common) == {"CODEOWNERS", "stacks/cells.yaml"}
    for tenant in ("globex", "initech"):
        assert {path.split("/")[1] for path in asked[tenant]["documents"]} == {tenant}
    assert asked["initech"]["changed"] == []
