"""A policy and its test, which stand side by side: Rego that is formatted, strict and tested whole before anybody changed a word.

Its condition is one that nothing meets, so that the new rule refuses nobody until it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import Usage
from pipeline.findings import LEVELS
from pipeline.spec.wording import did_you_mean, listed

FOLDER: Final = "policies"
_RULE: Final = re.compile(r"[a-z](?:_?[a-z0-9]){2,40}")
_FILE: Final = "tenants/globex/tenant.yaml"
_TITLE: Final = "a title that no tenant has"
_AT_TITLE: Final = """deny contains {"where": {"file": file, "pointer": "/title"}, "what": what} if {"""
_AT_FILE: Final = """deny contains {"where": {"file": file, "pointer": ""}, "what": what} if {"""


@dataclass(frozen=True)
class Family:
    """What the rules of one folder look at: the library, a first rule, and the test's inputs, allowed and denied."""

    library: str
    rule: str
    within: str
    allowed: str
    denied: str
    where: str
    what: str


def _of_documents(asked: str) -> Family:
    rule = f'{_AT_TITLE}\n\tsome file, tenant in documents.{asked}("tenant")\n\ttenant.title == "{_TITLE}"\n'
    rule += '\twhat := sprintf("The title is `%s`.", [tenant.title])\n}'
    within = f'over(title) := {{"tenant": "globex", "documents": {{"{_FILE}": {{"title": title}}}}}}'
    where = f'{{"file": "{_FILE}", "pointer": "/title"}}'
    return Family("documents", rule, within, 'over("Globex")', f'over("{_TITLE}")', where, f"The title is `{_TITLE}`.")


def _of_change() -> Family:
    rule = f'{_AT_FILE}\n\tsome file in input.changed\n\tdocuments.kind(file) == "tenant"\n'
    rule += f'\tinput.documents[file].title == "{_TITLE}"\n\twhat := "This change gives the tenant its title."\n}}'
    within = f'over(title) := {{"changed": ["{_FILE}"], "documents": {{"{_FILE}": {{"title": title}}}}}}'
    where = f'{{"file": "{_FILE}", "pointer": ""}}'
    what = "This change gives the tenant its title."
    return Family("documents", rule, within, 'over("Globex")', f'over("{_TITLE}")', where, what)


def _of_plan() -> Family:
    rule = 'deny contains {"where": plans.where, "what": what} if {\n\tsome step in plans.changing\n'
    rule += (
        '\tstep.type == "no:such/type:Type"\n\twhat := sprintf("%s is of a type that nobody makes.", [step.name])\n}'
    )
    allowed, denied = ('samples.one("aws:iam/role:Role", {})', 'samples.one("no:such/type:Type", {})')
    return Family("plans", rule, "", allowed, denied, "samples.where", "it is of a type that nobody makes.")


def families() -> Mapping[str, Family]:
    """Each folder of policies/ that holds rules."""
    return {
        "tenant": _of_documents("of_kind"),
        "fleet": _of_documents("all_of_kind"),
        "change": _of_change(),
        "plan": _of_plan(),
    }


@dataclass(frozen=True)
class NewPolicy:
    """What `acme new policy` asks. `code` is <family>.<rule>; `owner` may waive its findings."""

    code: str
    title: str
    owner: str
    level: str = "deny"


def policy_files(repository: Path, new: NewPolicy) -> dict[str, str]:
    """{path: text} of the rule and its test."""
    name, _, rule = new.code.partition(".")
    _check(new, name, rule)
    path = f"{FOLDER}/{name}/{rule}"
    if (repository / f"{path}.rego").exists():
        raise Usage(f"{path}.rego is there already.", fix="choose another name")
    family = families()[name]
    return {f"{path}.rego": _rule(new, rule, name, family), f"{path}_test.rego": _test(rule, name, family)}


def _check(new: NewPolicy, name: str, rule: str) -> None:
    known = families()
    if name not in known:
        what = f"`{new.code}` is in no family of policies.{did_you_mean(name, known)}"
        raise Usage(what, fix=f"start it with one of {listed(f'{family}.' for family in known)}")
    if not _RULE.fullmatch(rule) or rule.endswith("_test"):
        raise Usage(f"`{rule}` cannot be a rule.", fix="write lower-case words with `_`, as endpoints_differ")
    if new.level not in LEVELS:
        raise Usage(
            f"`{new.level}` is no level.{did_you_mean(new.level, LEVELS)}", fix=f"write one of {listed(LEVELS)}"
        )
    if not new.title.isprintable() or not new.title.strip() or len(new.title) > 120 or '"' in new.title:
        raise Usage("the title is no line of text.", fix="say in one sentence what holds where the rule finds nothing")


def _rule(new: NewPolicy, rule: str, name: str, family: Family) -> str:
    return f"""\
# METADATA
# scope: package
# title: "{new.title}"
# description: Say here what goes wrong for whom where it does not hold.
# custom:
#   level: {new.level}
#   owner: {new.owner}
#   fix: say here the line to write instead
#   soc2: CC8.1
package rules.{name}.{rule}

import data.lib.{family.library}

# put your own condition in place of this one, which nothing meets
{family.rule}
"""


def _test(rule: str, name: str, family: Family) -> str:
    samples = "import data.lib.samples\n" if name == "plan" else ""
    within = f"{family.within}\n\n" if family.within else ""
    return f"""\
package rules.{name}.{rule}_test

{samples}import data.rules.{name}.{rule}

{within}test_what_holds_is_allowed if {{
	{rule}.deny == set() with input as {family.allowed}
}}

test_what_does_not_hold_is_denied if {{
	{rule}.deny == {{{{
		"where": {family.where},
		"what": "{family.what}",
	}}}} with input as {family.denied}
}}
"""
