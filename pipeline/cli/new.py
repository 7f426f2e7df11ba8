"""`acme new tenant NAME`: a folder that passes every check before anybody changed a word, and its row in CODEOWNERS."""

from __future__ import annotations

import argparse
import sys

from pipeline.cli.answer import Answer
from pipeline.errors import Usage


def declare(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    tenant = below.add_parser(
        "tenant", help="a tenant with one connector and one pipeline; a terminal is asked for the rest"
    )
    tenant.add_argument("name", help="lower case with `_`, as acme_foods; it becomes part of every physical name")
    tenant.add_argument("--kind", help="where its data comes from: sftp or api")
    tenant.add_argument("--title", help="the customer's name (default: out of NAME)")
    tenant.add_argument("--owner", metavar="TEAM", help="the team that reviews its changes, as integrations-emea")


def run(arguments: argparse.Namespace) -> Answer:
    """Writes below `--repo` and touches nothing that is there, but for the row in CODEOWNERS."""
    from pipeline.spec.scaffold import NewTenant, write_tenant

    name = arguments.name
    title = arguments.title or name.replace("_", " ").title()
    kind = arguments.kind or _ask("--kind", "where does its data come from, sftp or api?")
    owner = arguments.owner or _ask("--owner", "which team reviews its changes?")
    written = write_tenant(arguments.repo, NewTenant(name, kind, title, owner))
    files = [path.relative_to(arguments.repo).as_posix() for path in written]
    next_steps = f"next: put the customer's fields in place of the example's, then ./acme check {name}"
    return Answer({"tenant": name, "written": files}, "\n".join([*files, next_steps]))


def _ask(flag: str, question: str) -> str:
    """The answer of a person at the terminal. `Usage` where nobody is there."""
    if not sys.stdin.isatty():
        raise Usage(f"{flag} is missing.", fix=f"add `{flag}`; see `acme new tenant --help`")
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
