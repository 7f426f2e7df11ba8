"""The static checks of the house, as pre-commit and CI call them: each a fixed command over the whole checkout."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.toolchain import programs

_BIN = Path(sys.executable).parent
CHECKS: dict[str, Sequence[Sequence[str]]] = {
    "ruff": [["ruff", "check", "."], ["ruff", "format", "--check", "."]],
    "mypy": [["mypy"]],
    "layers": [["lint-imports"]],
    "policies": [
        ["opa", "fmt", "--fail", "--list", "policies"],
        ["opa", "check", "--strict", "policies"],
        ["opa", "test", "--coverage", "--threshold", "100", "policies"],
    ],
    "sql": [["sqlfluff", "lint", "--disable-progress-bar", "-q", "tenants"]],
    "workflows": [["actionlint"], ["zizmor", "--offline", "--quiet", ".github/workflows"]],
}


def lint(repository: Path, names: Sequence[str]) -> list[str]:
    """Runs the named checks, all of them whatever fails, and returns those that failed. Their words go to stderr."""
    return [name for name in names if sum(not _passes(repository, command) for command in CHECKS[name])]


def _passes(repository: Path, command: Sequence[str]) -> bool:
    done = subprocess.run(
        [_program(command[0]), *command[1:]], cwd=repository, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        sys.stderr.write(f"{' '.join(command)}\n{done.stdout[-8000:]}{done.stderr[-4000:]}\n")
    return done.returncode == 0


def _program(name: str) -> str:
    known = programs.PROGRAMS.get(name)
    return str(programs.ensure(known) if known else _BIN / name)
