"""Why a row does not pass: rules as SQL, and their answer as JSON text beside the row: [{"field": …, "rule": …}, …]."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pipeline.quality import Rule, any_broken
from pipeline.warehouse import literal


def told(rules: Sequence[Rule]) -> str:
    """SQL of the reasons' text, NULL for a row that breaks none: only rows that do are looked at twice."""
    if not rules:
        return "CAST(NULL AS VARCHAR)"
    each = " || ".join(f"IFF({rule.broken}, {literal(',' + _reason(rule))}, '')" for rule in rules)
    return f"IFF({any_broken(rules)}, '[' || SUBSTR({each}, 2) || ']', NULL)"


def read(text: str) -> list[tuple[str, str]]:
    """(field, rule) of each reason."""
    return [(reason["field"], reason["rule"]) for reason in json.loads(text)]


def _reason(rule: Rule) -> str:
    return json.dumps({"field": rule.field, "rule": rule.name}, ensure_ascii=False)
