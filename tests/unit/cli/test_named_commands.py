"""Every command that a message, a docstring or a policy names is one that can be typed."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest

from pipeline.cli.app import ACTIONS, VERBS, Parser, declared
from pipeline.errors import Missing, Usage
from pipeline.gate.bundle import read_bundle

ROOT = Path(__file__).parents[3]
NAMED = re.compile(rf"(?<![\w-])acme ({'|'.join(VERBS)})(?= |`|$)((?: (?:--?)?[\w{{}}<>…/.=-]+)*)", re.MULTILINE)
FLAG = re.compile(r"(?<!\S)--[a-z-]+")


def _sentences(file):
    """Every string of a module, placeholders of f-strings as X."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _named():
    modules = [text for file in (ROOT / "pipeline").rglob("*.py") for text in _sentences(file)]
    policies = [file.read_text(encoding="utf-8") for file in (ROOT / "policies").rglob("*.rego")]
    found = {(match[1], match[2].strip()) for text in [*modules, *policies] for match in NAMED.finditer(text)}
    return sorted(found)


def _declared(verb, word=""):
    parser = Parser(prog=f"acme {verb}")
    declared(verb, word if word in ACTIONS.get(verb, {}) else "", parser)
    return parser


def _below(parser, words):
    """The parser of the action that the words name, if the verb has actions."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return [action.choices[word] for word in words if word in action.choices] or list(action.choices.values())
    return [parser]


@pytest.mark.parametrize(("verb", "rest"), _named())
def test_a_named_command_can_be_typed(verb, rest):
    """Its flags are flags of that verb, or of the action that is named with it."""
    known = {"--json", "--repo", "--environment"}
    for parser in _below(_declared(verb, rest.partition(" ")[0]), rest.split()):
        known |= {option for action in parser._actions for option in action.option_strings}
    assert set(FLAG.findall(rest)) <= known


def test_a_folder_without_policies_names_the_flag_that_there_is(tmp_path):
    """The fix is typed as it stands."""
    with pytest.raises(Missing, match=r"main\.rego") as refused:
        read_bundle(tmp_path)
    flags = {option for action in _declared("gate")._actions for option in action.option_strings}
    assert set(FLAG.findall(refused.value.fix)) <= flags
    assert "--rules" in refused.value.fix


def test_an_unknown_tenant_is_a_wrong_word_everywhere(tmp_path):
    """Exit code 2 and the names that there are, not findings in a folder that nobody wrote."""
    from pipeline.cli.world import readable

    (tmp_path / "tenants" / "globex").mkdir(parents=True)
    with pytest.raises(Usage, match=r"no tenant nobody\. fix: name one of globex"):
        readable(tmp_path, "nobody")
