"""`acme doctor`: what of the set-up is there, where, and the line that brings what is missing."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
from dataclasses import asdict

from pipeline.cli.answer import Answer, table
from pipeline.toolchain import setup
from pipeline.toolchain.process import said_by
from pipeline.toolchain.programs import GO_MINIMUM, go_version
from pipeline.toolchain.setup import Part


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="make what is missing")


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where something is missing."""
    if arguments.fix:
        setup.ensure(
            setup.EVERYTHING, lambda name, seconds: print(f"  {name}  ready  {seconds:.0f} s", file=sys.stderr)
        )
    parts = [_python(), _git(), _go(), *(setup.part(name) for name in setup.EVERYTHING)]
    rows = [("✓" if part.ready else "✗", part.name, part.version, part.where or f"fix: {part.fix}") for part in parts]
    missing = [part for part in parts if not part.ready]
    return Answer({"parts": [asdict(part) for part in parts]}, table(rows), 1 if missing else 0)


def _python() -> Part:
    return Part("python", platform.python_version(), sys.executable, True)


def _git() -> Part:
    where, version = shutil.which("git"), said_by(["git", "--version"]).removeprefix("git version ")
    return Part("git", version, where or "", where is not None, "" if where else "apt-get install git")


def _go() -> Part:
    """Needed only where the engine or OPA must be built, and then it can come out of the package index."""
    version = go_version(said_by(["go", "version"]))
    where = shutil.which("go") if version >= GO_MINIMUM else None
    return Part("go", ".".join(map(str, version)), where or "out of the package index, if a build needs it", True)
