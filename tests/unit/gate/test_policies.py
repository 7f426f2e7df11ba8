"""The policies themselves: formatted, strict, tested whole, short, and described."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import Conflict, Missing
from pipeline.gate.bundle import Bundle, read_bundle
from pipeline.gate.catalog import FAMILIES, read_catalog, write_catalog

POLICIES = Path(__file__).parents[3] / "policies"
RULES = sorted(p for f in FAMILIES for p in (POLICIES / f).glob("*.rego") if not p.stem.endswith("_test"))


@pytest.fixture(scope="module")
def tested(opa) -> dict:
    """What `opa test --coverage` says."""
    done = subprocess.run(
        [opa, "test", "--coverage", "--format=json", POLICIES], capture_output=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("words", [("fmt", "--list", "--fail"), ("check", "--strict")])
def test_opa_has_nothing_to_say(opa, words):
    """`opa fmt` would change nothing and `opa check --strict` accepts everything."""
    done = subprocess.run([opa, *words, POLICIES], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_line_is_tested(tested):
    """Coverage is whole, library and main included."""
    assert tested["coverage"] == 100, {file: one.get("not_covered") for file, one in tested["files"].items()}


@pytest.mark.parametrize("rule", RULES, ids=lambda p: f"{p.parent.name}.{p.stem}")
def test_a_rule_is_short_and_shows_both_sides(rule):
    """At most 60 lines, in the package of its path, with tests that name what they find."""
    text = rule.read_text()
    assert len(text.splitlines()) <= 60
    assert f"package rules.{rule.parent.name}.{rule.stem}\n" in text
    tests = rule.with_name(f"{rule.stem}_test.rego").read_text()
    assert "deny == set() with" in tests
    assert '"what":' in tests


def test_every_rule_serves_a_control_and_has_an_owner():
    """Each names a criterion of SOC 2 and one of the two teams that may waive it; there are the four families of them."""
    rules = read_bundle(POLICIES).rules
    assert len(rules) >= 40
    assert {code.partition(".")[0] for code in rules} == set(FAMILIES)
    assert {rule.owner for rule in rules.values()} == {"platform", "security"}
    assert [rule.code for rule in rules.values() if not re.fullmatch(r"(CC[1-9]|A1|C1|PI1)\.[1-9]", rule.soc2)] == []


def test_the_catalog_is_current():
    """`catalog.json` says what the rules say of themselves."""
    assert (POLICIES / "catalog.json").read_text() == write_catalog(read_bundle(POLICIES).modules)


def test_a_rule_without_its_metadata_is_refused():
    """What weighs nothing and has no owner cannot be loaded."""
    with pytest.raises(Conflict, match="lacks 'title'"):
        read_catalog({"tenant/mute.rego": "package rules.tenant.mute\n"})


def test_a_rule_of_an_unknown_level_is_refused():
    """A slip in the level never weakens a rule in silence."""
    with pytest.raises(Conflict, match="level"):
        read_catalog(
            {"tenant/a.rego": "# METADATA\n# title: t\n# description: d\n# custom:\n#   level: high\npackage a\n"}
        )


def test_a_folder_without_policies_is_no_consent(tmp_path):
    """No rules is an error, not a verdict."""
    with pytest.raises(Missing, match=r"main\.rego"):
        read_bundle(tmp_path)


def test_the_digest_names_the_rules():
    """Other rules, another digest; a test or a waiver changes nothing."""
    one = Bundle({"main.rego": "package main"})
    assert one.digest == Bundle({"main.rego": "package main"}, waivers="x").digest
    assert one.digest != Bundle({"main.rego": "package main2"}).digest
