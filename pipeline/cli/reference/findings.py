"""docs/reference/findings/<code>.md: one page a code, out of the policies' catalogue, and out of the examples as they are judged.

An example's page quotes what the rule really says about it, so every example is validated once in a scratch folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pipeline.cli.reference import example, markdown, source
from pipeline.findings import Finding
from pipeline.gate.bundle import read_bundle
from pipeline.gate.catalog import Rule

INDEX = "README.md"


def pages(repository: Path) -> dict[str, str]:
    """{file name: text}, the index included."""
    rules, said = read_bundle(repository / "policies").rules, source.codes(repository)
    examples = [code for code in example.codes(repository) if code not in rules]
    found = {code: _said(repository, code) for code in examples}
    made = {code: _rule_page(rule) for code, rule in rules.items()}
    for code in sorted({*said, *found} - set(rules)):
        made[code] = _code_page(repository, code, said.get(code, ()), found.get(code))
    roles = {code: source.role(repository, min(modules)) for code, modules in said.items()}
    titles = roles | {code: rule.title for code, rule in rules.items()} | {c: f.what for c, f in found.items() if f}
    return {INDEX: _index(made, titles), **{f"{code}.md": text for code, text in made.items()}}


def _index(made: Collection[str], titles: Mapping[str, str]) -> str:
    rows = [(f"[{code}]({code}.md)", titles.get(code, "").partition("\n")[0]) for code in sorted(made)]
    return markdown.page(
        "Findings",
        "A code is `<subject>.<rule>`, which is where its rule lives.",
        markdown.table(("code", "as in"), rows),
    )


def _rule_page(rule: Rule) -> str:
    path = f"policies/{rule.code.replace('.', '/')}"
    facts = [("level", rule.level), ("owner, who may waive it", rule.owner), ("SOC 2", rule.soc2)]
    facts += [("rule", f"`{path}.rego`"), ("examples, denied and allowed", f"`{path}_test.rego`")]
    return markdown.page(rule.code, f"{rule.title}.", rule.description, f"fix: {rule.fix}", _facts(facts))


def _code_page(repository: Path, code: str, modules: Collection[str], found: Finding | None) -> str:
    rooms = ", ".join(f"`{module}`" for module in sorted(modules))
    if found is None:
        roles = [f"`{module}`: {source.role(repository, module)}" for module in sorted(modules)]
        return markdown.page(code, "Its rule lives in", *roles)
    one = example.read(repository, code)
    facts = [
        ("level", found.level),
        ("stage", found.stage),
        ("rule", rooms),
        ("example", f"`{example.FOLDER}/{code}/`"),
    ]
    return markdown.page(
        code,
        _facts(facts),
        f"## Refused\n\nThis edit of `{one['tenant']}`",
        _edits(one["refused"]),
        "is answered with",
        markdown.block(found.sentence()),
        f"## Allowed\n\n{_edits(one['allowed'])}",
    )


def _facts(facts: Collection[tuple[str, str]]) -> str:
    return markdown.table(("", ""), list(facts))


def _edits(edits: Collection[Mapping[str, Any]]) -> str:
    return markdown.block("\n\n".join(example.shown(edit) for edit in edits), "diff")


def _said(repository: Path, code: str) -> Finding | None:
    """What validation says about the refused example, under this code."""
    one = example.read(repository, code)
    with tempfile.TemporaryDirectory(prefix="acme-example-") as folder:
        findings = example.judged(repository, Path(folder), one, one["refused"])
    return next((finding for finding in findings if finding.code == code), None)
