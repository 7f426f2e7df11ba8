"""`acme test`: every test, in parallel, on everything that they need; `--lint` runs the static checks of the house."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from pipeline.cli.answer import Answer
from pipeline.cli.lint import CHECKS, lint
from pipeline.toolchain import setup


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lint", action="append", choices=[*CHECKS, "all"], default=[], metavar="CHECK", help="only this static check"
    )
    parser.add_argument("-n", "--workers", default="2", help="how many tests run at once (default 2)")
    parser.add_argument("pytest", nargs=argparse.REMAINDER, help="what is handed on to pytest")


def run(arguments: argparse.Namespace) -> Answer:
    if arguments.lint:
        failed = lint(arguments.repo, list(CHECKS) if "all" in arguments.lint else arguments.lint)
        return Answer({"failed": failed}, "" if failed else "lint: all checks passed", 1 if failed else 0)
    tools = setup.toolset()
    command = [sys.executable, "-m", "pytest", "-n", arguments.workers, "--dist", "worksteal", *arguments.pytest]
    done = subprocess.run(command, cwd=arguments.repo, env={**os.environ, **tools.variables()}, check=False)
    return Answer({"pytest": done.returncode}, "", 0 if done.returncode == 0 else 1)
