"""`acme validate [TENANT…]`: everything wrong with tenants' folders, without asking anything outside."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.answer import FINDINGS, OK, Answer
from pipeline.errors import Usage
from pipeline.findings import denied
from pipeline.naming import EXAMPLE


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenants", nargs="*", metavar="TENANT", help="default: all")


def run(arguments: argparse.Namespace) -> Answer:
    """Exit code 1 where a finding denies."""
    from pipeline.validate.tenant import validate_tenant

    tenants = chosen(arguments.repo, arguments.tenants)
    findings = [finding for tenant in tenants for finding in validate_tenant(arguments.repo, tenant)]
    text = "\n".join(
        [*(finding.sentence() for finding in findings), f"{len(tenants)} tenants, {len(findings)} findings"]
    )
    document = {"tenants": tenants, "findings": [finding.document() for finding in findings]}
    return Answer(document, text, FINDINGS if denied(findings) else OK)


def chosen(repository: Path, named: list[str]) -> list[str]:
    """The tenants that are named, or all; `Usage` where one has no folder."""
    if not (repository / "tenants").is_dir():
        raise Usage(f"{repository} holds no tenants/.", fix="name a checkout by --repo")
    known = sorted(path.name for path in (repository / "tenants").iterdir() if path.is_dir())
    if unknown := [name for name in named if name not in known]:
        from pipeline.spec.wording import did_you_mean

        close = " ".join(filter(None, (did_you_mean(name, known).strip() for name in unknown)))
        fix = f"name one of {', '.join(known)}"
        raise Usage(f"there is no tenant {', '.join(unknown)}.", why=close, fix=fix)
    return named or known


def deployable(repository: Path, named: list[str]) -> list[str]:
    """The same without the example, which is validated and never deployed; `Usage` where it is named."""
    if EXAMPLE in named:
        raise Usage(f"{EXAMPLE} is validated and never deployed.", fix="name a tenant of yours: acme new tenant NAME")
    return [name for name in chosen(repository, named) if name != EXAMPLE]
