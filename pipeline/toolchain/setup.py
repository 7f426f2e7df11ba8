"""Making several parts at once, with progress: environments installed and programs built side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import AcmeError, Final
from pipeline.toolchain import cache, environments, programs

FIX = "./acme doctor --fix"
EVERYTHING = ("tool", "airflow", "ministack", "pulumi", "opa")


@dataclass(frozen=True)
class Part:
    """One part of the set-up as it stands. `fix` is the line that mends it; empty where nothing is missing."""

    name: str
    version: str
    where: str
    ready: bool
    fix: str = ""


@dataclass(frozen=True)
class Toolset:
    """Where the parts are: what the sandbox, the engine and the tests are handed."""

    tool_python: Path
    airflow_python: Path
    ministack: Path
    pulumi_root: Path
    opa: Path

    def variables(self) -> dict[str, str]:
        """The same as environment variables, for processes that are started by tests."""
        return {f"ACME_{name.upper()}": str(path) for name, path in asdict(self).items()}


def ensure(names: Iterable[str], progress: Callable[[str, float], None] = lambda _name, _seconds: None) -> None:
    """Makes what is missing of `names`, side by side. `progress(name, seconds)` is called as each is there.

    All are tried; then one `Final` names everything that failed.
    """
    wanted = [name for name in names if not part(name).ready]
    with ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
        failures = [failure for failure in pool.map(lambda name: _make(name, progress), wanted) if failure]
    if failures:
        raise Final(
            " ".join(error.what for error in failures), fix="; ".join(error.fix for error in failures if error.fix)
        )


def _make(name: str, progress: Callable[[str, float], None]) -> AcmeError | None:
    began = time.monotonic()
    try:
        if name in programs.PROGRAMS:
            programs.ensure(programs.PROGRAMS[name])
        else:
            environments.ensure(name)
    except AcmeError as error:
        return error
    progress(name, time.monotonic() - began)
    return None


def toolset() -> Toolset:
    """Everything, made where it is missing."""
    ensure(EVERYTHING)
    return Toolset(
        tool_python=environments.python("tool"),
        airflow_python=environments.python("airflow"),
        ministack=environments.part("ministack") / "bin" / "ministack",
        pulumi_root=programs.root(programs.PULUMI),
        opa=programs.ensure(programs.OPA),
    )


def part(name: str) -> Part:
    """How this part stands, without making it."""
    if name in programs.PROGRAMS:
        return _program(programs.PROGRAMS[name])
    folder = environments.part(name)
    ready = cache.is_complete(folder)
    return Part(
        name,
        f"{environments.packages(name)} packages",
        str(folder) if ready else "",
        ready,
        "" if ready else "./acme doctor --fix",
    )


def _program(program: programs.Program) -> Part:
    built = programs.part(program)
    found = programs.on_path(program) or (built / "bin" / program.name if cache.is_complete(built) else None)
    return Part(
        program.name, program.version, str(found or ""), found is not None, "" if found else "./acme doctor --fix"
    )
