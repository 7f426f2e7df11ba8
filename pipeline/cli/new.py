"""`acme new tenant|connector|pipeline|policy NAME`: files that pass every check before anybody changed a word."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline.cli.answer import Answer
from pipeline.errors import Usage

NAME = "lower case with `_`, as acme_foods; it becomes part of every physical name"


def declare(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    tenant = below.add_parser(
        "tenant", help="a tenant with one connector and one pipeline; a terminal is asked for the rest"
    )
    tenant.add_argument("name", help=NAME)
    tenant.add_argument("--kind", help="where its data comes from: sftp or api")
    tenant.add_argument("--title", help="the customer's name (default: out of NAME)")
    tenant.add_argument("--owner", metavar="TEAM", help="the team that reviews its changes, as integrations-emea")
    connector = below.add_parser("connector", help="one more source of a tenant, with its part in both environments")
    connector.add_argument("tenant", metavar="TENANT", help="whose it is")
    connector.add_argument("name", help=NAME)
    connector.add_argument("--kind", help="what it is: sftp or api")
    pipeline = below.add_parser(
        "pipeline", help="one more table of a tenant: pipeline, contract, mapping, transform, test"
    )
    pipeline.add_argument("tenant", metavar="TENANT", help="whose it is")
    pipeline.add_argument("name", help="the table's name, lower case with `_`")
    pipeline.add_argument("--connector", help="which of the tenant's connectors brings its data")
    policy = below.add_parser("policy", help="a rule for reviewers and its test; it refuses nobody until it is written")
    policy.add_argument(
        "name", metavar="FAMILY.RULE", help="as tenant.endpoints_differ; families: tenant, change, plan, fleet"
    )
    policy.add_argument("--title", help="what holds where it finds nothing, in one sentence")
    policy.add_argument("--owner", metavar="TEAM", help="who may waive its findings, as platform or security")
    policy.add_argument("--level", default="deny", help="what its findings weigh: deny, warn or info (default: deny)")


def run(arguments: argparse.Namespace) -> Answer:
    """Writes below `--repo`. Of what is there it touches CODEOWNERS, the environments of the tenant, and policies/catalog.json."""
    makers: Mapping[str, Callable[[argparse.Namespace], Answer]] = {
        "tenant": _tenant,
        "connector": _connector,
        "pipeline": _pipeline,
        "policy": _policy,
    }
    return makers[arguments.action](arguments)


def _tenant(arguments: argparse.Namespace) -> Answer:
    from pipeline.spec.scaffold.tenant import NewTenant, write_tenant

    name = arguments.name
    title = arguments.title or name.replace("_", " ").title()
    kind = arguments.kind or _ask("--kind", "where does its data come from, sftp or api?")
    owner = arguments.owner or _ask("--owner", "which team reviews its changes?")
    written = write_tenant(arguments.repo, NewTenant(name, kind, title, owner))
    after = f"put the customer's fields in place of the example's, then ./acme check {name}"
    return _answer(arguments.repo, {"tenant": name}, written, after)


def _connector(arguments: argparse.Namespace) -> Answer:
    from pipeline.spec.scaffold.addition import connector_files

    tenant, name = arguments.tenant, arguments.name
    kind = arguments.kind or _ask("--kind", "what is it, sftp or api?")
    written = _added(arguments.repo, tenant, connector_files(arguments.repo, tenant, name, kind))
    after = f"write its endpoints in both environments, then ./acme new pipeline {tenant} TABLE --connector {name}"
    return _answer(arguments.repo, {"tenant": tenant, "connector": name}, written, after)


def _pipeline(arguments: argparse.Namespace) -> Answer:
    from pipeline.spec.scaffold.addition import pipeline_files

    tenant, name = arguments.tenant, arguments.name
    connector = arguments.connector or _ask("--connector", "which connector brings its data?")
    written = _added(arguments.repo, tenant, pipeline_files(arguments.repo, tenant, name, connector))
    after = f"put the customer's fields in place of the example's, then ./acme check {tenant}"
    return _answer(arguments.repo, {"tenant": tenant, "pipeline": name}, written, after)


def _added(repository: Path, tenant: str, files: Mapping[str, str]) -> list[Path]:
    """Written where the tenant is not refused for it."""
    from pipeline.spec.scaffold import addition, example
    from pipeline.validate.tenant import validate_tenant

    before = validate_tenant(repository, tenant)
    found = validate_tenant(addition.after(repository, tenant, files), tenant)
    addition.refuse([finding for finding in found if finding not in before])
    return example.write(repository, files)


def _policy(arguments: argparse.Namespace) -> Answer:
    from pipeline.gate.bundle import read_bundle
    from pipeline.gate.catalog import CATALOG, write_catalog
    from pipeline.spec.scaffold import example
    from pipeline.spec.scaffold.policy import FOLDER, NewPolicy, policy_files

    title = arguments.title or _ask("--title", "what holds where it finds nothing, in one sentence?")
    owner = arguments.owner or _ask("--owner", "who may waive its findings, platform or security?")
    new = NewPolicy(arguments.name, title, owner, arguments.level)
    written = example.write(arguments.repo, policy_files(arguments.repo, new))
    catalog = {f"{FOLDER}/{CATALOG}": write_catalog(read_bundle(arguments.repo / FOLDER).modules)}
    written += example.write(arguments.repo, catalog)
    after = "write its condition and its test, then ./docs/generate and ./acme gate policies try"
    return _answer(arguments.repo, {"policy": arguments.name}, written, after)


def _answer(repository: Path, said: Mapping[str, str], written: Iterable[Path], after: str) -> Answer:
    files = [path.relative_to(repository).as_posix() for path in written]
    return Answer({**said, "written": files}, "\n".join([*files, f"next: {after}"]))


def _ask(flag: str, question: str) -> str:
    """The answer of a person at the terminal. `Usage` where nobody is there."""
    if not sys.stdin.isatty():
        raise Usage(f"{flag} is missing.", fix=f"add `{flag}`; see `acme new --help`")
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
