"""What stands in Python source: its strings, and the codes that a rule may say. Reads files, runs none."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

SUBJECTS: Final = ("document", "reference", "contract", "mapping", "transform", "probe", "evidence", "rehearsal")
ROOMS: Final = ("spec", "validate", "gate", "promote")  # where rules live
BUILDERS: Final = {
    "Fault": "transform",
    "fault": "transform",
    "Drift": "probe",
}  # calls that are told a rule without its subject
NAMED_ONLY: Final = "pipeline/gate/mutation/"  # speaks of codes, and says none
DATA_FILES: Final = (".yaml", ".sql", ".json", ".md")


def strings(folder: Path) -> Iterator[tuple[str, str]]:
    """(module's path from the repository's root, string). What an f-string fills in shows as `…`."""
    for module, tree in _trees(folder):
        for node in ast.walk(tree):
            if (text := _text(node)) is not None:
                yield module, text


def codes(repository: Path) -> dict[str, set[str]]:
    """{code: modules that say it}."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, tree in _trees(repository / "pipeline"):
        if module.split("/")[1] not in ROOMS or module.startswith(NAMED_ONLY):
            continue
        for node in ast.walk(tree):
            if code := _code(node):
                found[code].add(module)
    return dict(found)


def _code(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return f"{BUILDERS[name]}.{node.args[0].value!s}" if name in BUILDERS else None
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node.value.endswith(DATA_FILES):
        return None
    subject, dot, rule = node.value.partition(".")
    return node.value if subject in SUBJECTS and dot and rule.replace("_", "a").isalpha() else None


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


@cache
def _trees(folder: Path) -> list[tuple[str, ast.Module]]:
    paths = sorted(folder.rglob("*.py"))
    return [(f"{folder.name}/{p.relative_to(folder).as_posix()}", ast.parse(p.read_text("utf-8"))) for p in paths]


def role(repository: Path, module: str) -> str:
    """The first sentence of the module's docstring."""
    tree = dict(_trees(repository / "pipeline"))[module]
    return (ast.get_docstring(tree) or "").partition("\n\n")[0].replace("\n", " ")
