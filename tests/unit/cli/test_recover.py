"""`acme recover rerun`: one pipeline by name, or all that an incident concerns."""

from __future__ import annotations

import re
import shlex

import pytest

from pipeline.cli.app import answer_to, understand
from pipeline.errors import Missing, Usage
from pipeline.observe.diagnosis.advice import ADVICE


@pytest.mark.parametrize("words", [(), ("globex",), ("globex", "vendors", "--incident", "INC-1")])
def test_a_rerun_is_of_one_pipeline_or_of_an_incident(words):
    """Nothing, half a name and both at once are the user's mistake, told with both right forms."""
    with pytest.raises(Usage, match=r"rerun TENANT PIPELINE, or acme recover rerun --incident"):
        answer_to(["recover", "rerun", *words])


@pytest.mark.parametrize(
    ("environment", "fix"), [("staging", "acme apply"), ("production", "acme promote globex, then")]
)
def test_what_is_not_live_names_the_way_there(environment, fix, monkeypatch):
    """Not the table that the warehouse misses."""

    def missing(*_):
        raise Missing("Object VENDORS__LEDGER does not exist.")

    monkeypatch.setattr("pipeline.cli.recover.ledger_of", missing)
    monkeypatch.setattr("pipeline.cli.recover._hands", lambda _: None)
    with pytest.raises(Missing, match=f"vendors is not live in {environment}") as told:
        answer_to(["recover", "rerun", "globex", "vendors", "-e", environment])
    assert told.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rerun", "globx", "vendors"), "there is no tenant globx. Did you mean `globex`?"),
        (("rerun", "_example", "orders"), "_example is validated and never deployed"),
        (("dismiss", "globex", "vendor", "/a.csv", "--reason", "x"), "globex has no pipeline vendor"),
        (("revert", "nobody"), "there is no tenant nobody"),
        (("revert", "globex", "deadbeef"), "there is no commit `deadbeef` here"),
    ],
)
def test_a_wrong_word_is_told_as_one(words, told):
    """Before anything is asked."""
    with pytest.raises(Usage, match=re.escape(told)):
        answer_to(["recover", *words])


@pytest.mark.parametrize("command", sorted({advice.next for advice in ADVICE.values()} - {""}))
def test_every_command_that_a_diagnosis_names_is_one(command):
    """Its verb, action, words and flags are what the command line takes."""
    acme, *words = shlex.split(command.replace("ENVIRONMENT", "production"))
    assert acme == "acme"
    assert understand(words).run
