"""What each rule says of itself: title, description, level, owner, fix, control.

Reads the METADATA comments of Rego modules; `policies/catalog.json` is the same, generated, for people and tools.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Conflict
from pipeline.findings import LEVELS, Level
from pipeline.spec import document as yaml

CATALOG = "catalog.json"
FAMILIES = ("tenant", "change", "plan", "fleet")


@dataclass(frozen=True)
class Rule:
    """`level` is what its findings weigh, `owner` may waive them, `soc2` is the control that it serves."""

    code: str
    title: str
    description: str
    level: Level
    owner: str
    fix: str
    soc2: str


def read_catalog(modules: Mapping[str, str]) -> dict[str, Rule]:
    """Code → rule, out of the modules' own comments. `Conflict` where a rule does not say what it must."""
    paths = [path for path in sorted(modules) if path.split("/")[0] in FAMILIES and not path.endswith("_test.rego")]
    rules = [_rule(path, modules[path]) for path in paths]
    return {rule.code: rule for rule in rules}


def write_catalog(modules: Mapping[str, str]) -> str:
    """The text of `catalog.json`, an object so that `opa test policies` can load it beside the rules."""
    rules = {code: asdict(rule) for code, rule in read_catalog(modules).items()}
    return json.dumps({"catalog": rules}, indent=2, ensure_ascii=False) + "\n"


def _rule(path: str, text: str) -> Rule:
    said = _metadata(path, text)
    try:
        return Rule(
            code=path.removesuffix(".rego").replace("/", "."),
            title=_line(said["title"]),
            description=_line(said["description"]),
            level=LEVELS[LEVELS.index(said["level"])],
            owner=said["owner"],
            fix=_line(said["fix"]),
            soc2=said["soc2"],
        )
    except (KeyError, ValueError) as error:
        why = (
            f"its METADATA lacks {error}."
            if isinstance(error, KeyError)
            else f"its level is none of {', '.join(LEVELS)}."
        )
        raise Conflict(why, where=f"policies/{path}", fix="write it as its neighbours do") from None


def _metadata(path: str, text: str) -> dict[str, Any]:
    """The keys of the comment; those of `custom` beside them."""
    lines = text.partition("# METADATA\n")[2].splitlines()
    block = []
    for line in lines:
        if not line.startswith("#"):
            break
        block.append(line.removeprefix("#").removeprefix(" "))
    document, _ = yaml.parse(path, "\n".join(block) + "\n")
    said = document.value if document and isinstance(document.value, dict) else {}
    return {**said, **said.get("custom", {})}


def _line(text: str) -> str:
    return " ".join(str(text).split())
