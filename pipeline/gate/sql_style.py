"""How a transform is written: sqlfluff, Snowflake dialect, by our own rule set.

Reads text that was handed in; what was found before for the same text, rules and version comes out of the cache. A transform
cannot change the rules that it is judged by: its `noqa` is not heard, and its `sqlfluff:` lines are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from pipeline.findings import Finding, Where
from pipeline.gate.cache import Cache
from pipeline.gate.change import Files, tenant_of

DIRECTIVE = re.compile(r"^.*--[ \t]*sqlfluff[ \t]*:", re.MULTILINE | re.IGNORECASE)
CODE = "transform.style"


def lint(files: Files, rules: str, cache: Cache) -> list[Finding]:
    """The findings of every transform among these files. `rules`: the text of .sqlfluff."""
    found: list[Finding] = []
    engine = version("sqlfluff")
    for file, text in transforms(files):
        found += cache.findings("sql_style", [engine, rules, file, text], lambda f=file, t=text: _lint(f, t, rules))  # type: ignore[misc]
    return found


def transforms(files: Files) -> Iterator[tuple[str, str]]:
    """(path, text) of each, line ends as sqlfluff wants them. What is no text is reported by who reads it."""
    for file, content in files.items():
        if content is None or not re.fullmatch(r"tenants/[^/]+/transforms/[^/]+\.sql", file):
            continue
        yield file, content.decode("utf-8", "replace").replace("\r\n", "\n")


def _lint(file: str, text: str, rules: str) -> list[Finding]:
    if match := DIRECTIVE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        what = "this line would change the rules that the file is judged by."
        return [_finding(file, line, 1, what, "the rules of all transforms stand in .sqlfluff.", "remove it")]
    return [_violation(file, one) for one in _linter(rules).lint_string(text, fname=file).get_violations()]


def _violation(file: str, one: Any) -> Finding:
    if one.rule_code() == "PRS":
        why = "what cannot be parsed cannot be checked."
        return _finding(
            file,
            one.line_no,
            one.line_pos,
            f"this is no SQL of Snowflake's: {one.desc()}",
            why,
            "mend the statement here",
        )
    why = f"sqlfluff {one.rule_code()} ({one.rule_name()}): all transforms read alike."
    return _finding(file, one.line_no, one.line_pos, one.desc(), why, f"sqlfluff fix {file}")


def _finding(file: str, line: int, column: int, what: str, why: str, fix: str) -> Finding:
    return Finding(CODE, "deny", "gate", what, why, fix, tenant_of(file), Where(file, line, column))


def _linter(rules: str) -> Any:
    from sqlfluff.core import FluffConfig, Linter

    return Linter(config=FluffConfig.from_string(rules, overrides={"disable_noqa": True, "dialect": "snowflake"}))
