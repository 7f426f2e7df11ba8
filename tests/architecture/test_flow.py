"""The words of the flow: table, folders, events and verbs agree, so that one word is enough to find everything."""

import re
from pathlib import Path

import pytest

from pipeline.cli.app import VERBS
from pipeline.events import STAGES

ROOT = Path(__file__).parents[2]
TABLE = re.findall(r"^\| (\w+) \| `(\w+)` \|", (ROOT / "docs/flow.md").read_text(encoding="utf-8"), re.MULTILINE)
BESIDE = {"new", "check", "sandbox", "demo", "doctor", "test"}
DATA_PLANE = {"ingest", "load", "verify", "publish"}  # run by Airflow, never by a person


def test_the_table_names_every_stage_in_order():
    """docs/flow.md, and the words that events begin with, are one list."""
    assert tuple(stage for stage, _ in TABLE) == STAGES


@pytest.mark.parametrize(("stage", "folder"), TABLE)
def test_every_stage_has_its_folder_and_tests(stage, folder):
    """The word of a stage leads to its code and to its tests."""
    assert (ROOT / "pipeline" / folder).is_dir(), stage
    assert (ROOT / "tests/unit" / folder).is_dir(), stage


def test_the_verbs_are_the_stages_and_what_stands_beside_them():
    """No verb outside the table; every stage that people run is a verb."""
    stages = set(STAGES) - DATA_PLANE - {"author"}
    assert set(VERBS) == stages | BESIDE
