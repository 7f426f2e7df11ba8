"""`acme demo`: sets up everything and tells the main story on real parts; see pipeline/demo."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.cli.answer import Answer
from pipeline.toolchain import environments, programs, setup


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
    parser.add_argument(
        "--fast", action="store_true", help="in production only globex's orders run; every claim is still proved"
    )
    parser.add_argument(
        "--keep", action=argparse.BooleanOptionalAction, default=True, help="services stay up afterwards"
    )


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 3 where a claim did not hold."""
    from pipeline.demo import chapters
    from pipeline.demo.story import Story, tell
    from pipeline.sandbox import folder as folders
    from pipeline.sandbox import lifecycle

    home = arguments.repo
    root = folders.of(home).root
    os.environ["ACME_ENVIRONMENTS"] = str(root / "environments")
    story = Story(home, root / "demo" / "clone", called, fast=arguments.fast)

    def set_up(_: Story) -> str:
        setup.ensure(setup.EVERYTHING)
        packages = sum(environments.packages(name) for name in environments.NAMES)
        return f"environments {packages} packages · pulumi {programs.PULUMI.version} · opa {programs.OPA.version}"

    def sandbox(_: Story) -> str:
        fresh(home, root)
        lifecycle.up(home, setup.toolset())
        chapters.scratch_clone(home, story.clone)
        return "AWS · Snowflake · SFTP · ERP API · OPA · PostgreSQL · Airflow"

    try:
        report = tell(story, [("set up", set_up), ("sandbox", sandbox), *chapters.STEPS])
    finally:
        if arguments.report:
            arguments.report.write_text(json.dumps(story.report.document(), indent=1), encoding="utf-8")
    if not arguments.keep:
        lifecycle.down(home)
    text = "\n  stop everything: ./acme sandbox down" if arguments.keep else ""
    return Answer(report.document(), text, 0 if report.ok else 3)


def fresh(home: Path, root: Path) -> None:
    """An empty sandbox; what stood there is put aside, not thrown away."""
    from pipeline.sandbox import lifecycle

    if root.exists():
        lifecycle.down(home)
        aside = root.with_name(f"{root.name}.before")
        shutil.rmtree(aside, ignore_errors=True)
        root.rename(aside)


def called(words: Sequence[str]) -> tuple[Any, int]:
    """A command of the CLI in this process: what it would print with --json, and its exit code."""
    from pipeline.cli.app import answer_to

    began = time.monotonic()
    answer, _ = answer_to(list(words))
    if os.environ.get("ACME_DEMO_TIMES"):
        print(f"    {time.monotonic() - began:5.2f} s  acme {' '.join(words[:5])}", file=sys.stderr)
    return answer.document, answer.exit_code
