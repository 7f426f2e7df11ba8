"""A change of policy is judged by both sets of policies, and the one that it brings stays data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.gate import successor

PROJECT = Path(__file__).parents[3]
OWNERS = "policies/tenant/owners_known.rego"
MAIN = 'package main\n\nanswer := {{"bundle": data.bundle.digest, "batch": {batch}}}\n'


@pytest.fixture
def ruled(scratch):
    """The project's rules on main of the scratch repository, and a branch for a change of them."""
    scratch.git("checkout", "-q", "main")
    shutil.copytree(PROJECT / "policies", scratch.folder / "policies")
    shutil.copy(PROJECT / ".sqlfluff", scratch.folder / ".sqlfluff")
    scratch.commit("platform: rules")
    scratch.git("checkout", "-qb", "policy")
    return scratch


def judged(ruled, **more):
    """The verdict as CI asks for it: the head is data, the base's policies judge."""
    return ruled.judge(base="main", head=ruled.commit("policy: a change"), rules=None, **more)


def test_what_the_new_policies_would_refuse_is_refused_before_they_stand(ruled, codes):
    """A rule that becomes stricter meets the tenants of today; the finding says whose word it is. The laptop says the same."""
    ruled.edit("policies/tenant/https_only.rego", 'not startswith(address, "https://")', 'address != "nowhere"')
    ruled.edit("policies/tenant/https_only.rego", "^(url|.+_url)$", "^host$")
    laptop = ruled.judge(rules=None)
    verdict = judged(ruled)
    assert codes(verdict) == codes(laptop) == ["tenant.https_only", "tenant.https_only"]
    assert verdict.denies
    assert all(finding.why.startswith("So say the policies that this change brings.") for finding in verdict.findings)


def test_a_weaker_rule_takes_no_finding_away(ruled, codes):
    """Who deletes a rule is still judged by it."""
    (ruled.folder / OWNERS).unlink()
    ruled.edit("tenants/globex/tenant.yaml", "[emea]", "[nobody]")
    assert "tenant.owners_known" in codes(judged(ruled))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("package main\n\nanswer := http.send({})\n", "undefined function http.send"),
        ("package main\n\nanswer := opa.runtime().env\n", "undefined function opa.runtime"),
        ("package main\n\nanswer := json.match_schema({}, {})\n", "undefined function json.match_schema"),
        ("package main\n\nanswer :=", "rego_parse_error"),
    ],
)
def test_policies_that_reach_out_or_do_not_compile_are_refused_unasked(ruled, text, said, monkeypatch):
    """They are checked with what policies may call, and no server ever holds them."""
    monkeypatch.setattr(successor, "warm", lambda *_words, **_more: pytest.fail("it was asked"))
    ruled.write("policies/main.rego", text)
    (finding,) = [f for f in judged(ruled).findings if f.code == "document.policy_refused"]
    assert said in finding.what
    assert finding.where.file == "policies/main.rego"
    assert finding.denies


def test_policies_without_words_of_their_own_or_without_a_main_are_refused(ruled, codes):
    """A rule that does not say its level, and a set without its door."""
    ruled.write("policies/tenant/mute.rego", "package rules.tenant.mute\n")
    assert "document.policy_refused" in codes(judged(ruled))
    shutil.rmtree(ruled.folder / "policies")
    ruled.write("policies/other.rego", "package other\n")
    assert "document.policy_refused" in codes(judged(ruled))


@pytest.mark.parametrize(
    "batch", ['"what?"', '{"": [1]}', "{name: [] | numbers.range(1, 200000000)[_] == -1; name := 1}"]
)
def test_policies_that_do_not_answer_in_time_or_in_another_shape_are_refused(ruled, batch, monkeypatch):
    """Nobody waits for them for long, and no answer of theirs is a traceback."""
    monkeypatch.setattr(successor, "ANSWER_S", 3.0)
    ruled.write("policies/main.rego", MAIN.format(batch=batch))
    assert "document.policy_unanswered" in [f.code for f in judged(ruled).findings if f.denies]


def test_what_does_not_judge_is_no_change_of_policy(ruled, codes):
    """Tests of rules and a waiver leave the judge as it is."""
    ruled.write("policies/tenant/owners_known_test.rego", "package a\n")
    change_of_tests = judged(ruled)
    assert codes(change_of_tests) == []
