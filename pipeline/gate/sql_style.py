"""How a transform is written: sqlfluff, Snowflake dialect, by our own rule set.

Reads text that was handed in; what was found before in the same text, whosever it was, by the same rules and version comes out of
the cache. A transform cannot change the rules that it is judged by: its `noqa` is not heard, and its `sqlfluff:` lines are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from pipeline.findings import Finding, Where
from pipeline.gate.cache import Cache
from pipeline.gate.change import Files, tenant_of

DIRECTIVE = re.compile(r"^.*--[ \t]*sqlfluff[ \t]*:", re.MULTILINE | re.IGNORECASE)
CODE, KIND = "transform.style", "sql_style"
SOMEWHERE = Where("tenants/<tenant>/transforms/<pipeline>.sql")

# What `--fix` may apply: blanks, line breaks, capitals of words that are legal in any, an AS that is understood, one spelling
# of "not equal", the last semicolon. Every other rule moves, drops or renames something, and is left to people.
SAFE = (
    "layout",
    "capitalisation",
    "aliasing.table",
    "aliasing.column",
    "convention.not_equal",
    "convention.terminator",
)
Texts = Mapping[str, Sequence[str]]  # text → the files that hold it


def lint(texts: Texts, rules: str, cache: Cache) -> list[Finding]:
    """The findings of these transforms. `rules`: the text of .sqlfluff."""
    found: list[Finding] = []
    for text, files in texts.items():
        anywhere = cache.findings(KIND, _about(text, rules), lambda t=text: _lint(t, rules))  # type: ignore[misc]
        found += [_placed(one, file) for file in files for one in anywhere]
    return found


def known(files: Files, rules: str, cache: Cache) -> tuple[list[Finding], Texts]:
    """What was found before in the transforms among these files, and those that nobody looked at yet."""
    found: list[Finding] = []
    unknown: dict[str, list[str]] = {}
    for file, text in transforms(files):
        before = cache.known(KIND, _about(text, rules))
        found += [_placed(one, file) for one in before or []]
        if before is None:
            unknown.setdefault(text, []).append(file)
    return found, unknown


def shares(texts: Texts, size: int) -> list[Texts]:
    """The same in pieces of at most this many, so that several can be looked at side by side."""
    known = sorted(texts)
    return [{text: texts[text] for text in known[at : at + size]} for at in range(0, len(known), size)]


def _about(text: str, rules: str) -> list[str | bytes]:
    return [version("sqlfluff"), rules, text]


def _placed(finding: Finding, file: str) -> Finding:
    """What was found in a text, as it stands in this file."""
    tenant = tenant_of(file)
    fix = finding.fix.replace("<tenant>", tenant or "<tenant>")
    return replace(finding, tenant=tenant, fix=fix, where=replace(finding.where or SOMEWHERE, file=file))


def transforms(files: Files) -> Iterator[tuple[str, str]]:
    """(path, text) of each, line ends as sqlfluff wants them. What is no text is reported by who reads it."""
    for file, content in files.items():
        if content is None or not re.fullmatch(r"tenants/[^/]+/transforms/[^/]+\.sql", file):
            continue
        yield file, content.decode("utf-8", "replace").replace("\r\n", "\n")


def _lint(text: str, rules: str) -> list[Finding]:
    if match := DIRECTIVE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        what = "this line would change the rules that the file is judged by."
        return [_finding(line, 1, what, "the rules of all transforms stand in .sqlfluff.", "remove it")]
    return [_violation(one) for one in linter(rules).lint_string(text).get_violations()]


def _violation(one: Any) -> Finding:
    if one.rule_code() == "PRS":
        why = "what cannot be parsed cannot be checked."
        what = f"this is no SQL of Snowflake's: {one.desc()}"
        return _finding(one.line_no, one.line_pos, what, why, "mend the statement here")
    why = f"sqlfluff {one.rule_code()} ({one.rule_name()}): all transforms read alike."
    return _finding(one.line_no, one.line_pos, one.desc(), why, _cure(one))


def _cure(one: Any) -> str:
    safe = any(f"{one.rule_name()}.".startswith(f"{rule}.") for rule in SAFE)
    return "./acme gate --fix <tenant>" if safe and one.fixes else "write it anew here"


def _finding(line: int, column: int, what: str, why: str, fix: str) -> Finding:
    return Finding(CODE, "deny", "gate", what, why, fix, where=replace(SOMEWHERE, line=line, column=column))


def linter(rules: str, only: str = "") -> Any:
    """sqlfluff by these rules, or by `only` those of them that are named. No template is ever filled in: that could run code."""
    from sqlfluff.core import FluffConfig, Linter

    overrides: dict[str, Any] = {
        "disable_noqa": True,
        "dialect": "snowflake",
        "templater": "raw",
        **({"rules": only} if only else {}),
    }
    return Linter(config=FluffConfig.from_string(rules, overrides=overrides))
