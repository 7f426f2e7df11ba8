"""`acme gate [TENANT…]`: may this merge; validation, SQL style, transforms' tests and policies in one verdict."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.cli.answer import FINDINGS, OK, Answer
from pipeline.errors import AcmeError
from pipeline.findings import Finding, denied
from pipeline.gate.change import Files
from pipeline.gate.output.formats import ENDINGS, FORMATS, write, written
from pipeline.gate.plain import plain_line
from pipeline.gate.verdict import Verdict
from pipeline.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.gate.effect import Effects
    from pipeline.gate.request import Request
    from pipeline.gate.verdict import Check

MAX_WORKERS = 8  # each holds some 250 MB


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenants", nargs="*", metavar="TENANT", help="default: what changed against the base")
    parser.add_argument(
        "--base", metavar="REV", help="the revision to compare with (default: the merge base with main)"
    )
    parser.add_argument(
        "--head", metavar="REV", help="judge this revision as data, by the base's policies (default: the work tree)"
    )
    parser.add_argument(
        "--probe", action="store_true", help="also ask the environment's sources and warehouse, as the tenant"
    )
    parser.add_argument(
        "--patch",
        type=Path,
        metavar="FILE",
        help="probe, and write the mappings' edits that would fit the sources, for `git apply FILE`",
    )
    parser.add_argument(
        "--fast", action="store_true", help="without policies and transforms' tests: what a commit can wait for"
    )
    parser.add_argument(
        "--fix",
        action="store_true",
        help="first mend how transforms are written, where that changes nothing of what they mean",
    )
    parser.add_argument("--rules", type=Path, metavar="DIR", help="a checkout whose policies and .sqlfluff judge")
    parser.add_argument(
        "--decisions", type=Path, metavar="FILE", help="append the verdict to this decision log, one line of JSON"
    )
    declare_outputs(parser)


def declare_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="human",
        metavar="FORMAT",
        help=f"what stdout shows: {', '.join(FORMATS)} (default: human; --json is the same as json)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=f"also write the verdict there, as its ending says: {', '.join(ENDINGS)}; may be repeated",
    )


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where a finding denies."""
    verdict = judged(arguments)
    return Answer(verdict.document(), told(arguments, verdict), FINDINGS if verdict.denies else OK)


def told(arguments: argparse.Namespace, verdict: Verdict, more: Effects | None = None) -> str:
    """The verdict in the format that was asked for, after it was written to every file that was."""
    write(verdict, arguments.output, arguments.format, more)
    return written(verdict, arguments.format, more)


def judged(
    arguments: argparse.Namespace,
    checks: Mapping[str, Check] | None = None,
    plans: Mapping[str, Any] = MappingProxyType({}),
) -> Verdict:
    """The verdict on what the command line names, after what can be mended was, if that was asked; written into the log.

    `checks` are asked as well, and the rules of plan/ about `plans`.
    """
    from pipeline.gate.decision import append
    from pipeline.gate.request import answer, mend

    request = asked(arguments)
    if arguments.patch:
        arguments.patch.unlink(missing_ok=True)  # an older one's edits
    if arguments.fix:
        for mended in mend(request):
            sys.stderr.write(f"{plain_line(mended.sentence())}\n")
    verdict = answer(replace(request, checks={**request.checks, **(checks or {})}, plans=plans))
    if arguments.decisions:
        append(arguments.decisions, verdict)
    return verdict


def asked(arguments: argparse.Namespace) -> Request:
    from pipeline.gate.request import Request
    from pipeline.toolchain import cache, programs

    return Request(
        folder=arguments.repo,
        tenants=arguments.tenants,
        base=arguments.base,
        head=arguments.head,
        rules=arguments.rules,
        opa_program=None if arguments.fast else programs.ensure(programs.OPA),
        opa_url="" if arguments.fast else running_opa(arguments.repo),
        cache=cache.folder() / "gate",
        workers=min(os.cpu_count() or 1, MAX_WORKERS),
        fast=arguments.fast,
        checks={"probe": lambda tenant, files: probed(arguments, tenant, files)}
        if arguments.probe or arguments.patch
        else {},
    )


def probed(arguments: argparse.Namespace, tenant: str, files: Files) -> list[Finding]:
    """What stands in the way of the tenant's runs in the environment; nothing is asked of a folder that cannot be read."""
    from pipeline.cli import probing
    from pipeline.cli.world import Hands
    from pipeline.spec.tenant import read_files

    there = {path: content for path, content in files.items() if content is not None}
    read, findings = read_files(there, tenant)
    if denied(findings):
        return []
    found = probing.probed(Hands(arguments.repo, arguments.environment), read, there)
    if arguments.patch and found.patch:
        with arguments.patch.open("a", encoding="utf-8") as file:
            file.write(found.patch)
    return list(found.findings)


def running_opa(repository: Path) -> str:
    """The sandbox's OPA where one runs; without a sandbox the gate starts its own."""
    try:
        return load("staging", repository).opa
    except AcmeError:
        return ""
