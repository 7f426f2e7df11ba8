"""`acme sandbox up | down | status | logs | secrets | address | fault`: the embedded parts that stand in for the cloud."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from pipeline.cli.answer import Answer, table
from pipeline.errors import Usage
from pipeline.toolchain import setup


def declare(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    below.add_parser("up", help="start what does not run; repeatable")
    below.add_parser("down", help="end what was started here; data stays")
    below.add_parser("status", help="which parts run, and where")
    logs = below.add_parser("logs", help="the last lines of a part's log")
    logs.add_argument("part")
    logs.add_argument("--lines", type=int, default=50)
    below.add_parser(
        "secrets", help="put the customers' values into the secrets that an apply made, as their people would"
    )
    address = below.add_parser("address", help="answer for the hosts of one more tenant's settings")
    address.add_argument("tenant")
    address.add_argument(
        "--table", action="append", default=[], help="an ERP table to put into its SFTP homes; repeatable"
    )
    address.add_argument("--directory", default="/outbound", help="where in the homes (default /outbound)")
    fault = below.add_parser("fault", help="break something on purpose; `fault clear` mends it")
    fault.add_argument("name", help="the fault, or `clear`")
    fault.add_argument("tenant", nargs="?", default="")
    fault.add_argument(
        "options", nargs="*", metavar="OPTION=VALUE", help="what the fault must be told, as `column=Freight`"
    )


def run(arguments: argparse.Namespace) -> Answer:
    return ACTIONS[arguments.action](arguments)


def _up(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import lifecycle

    lifecycle.up(
        arguments.repo,
        setup.toolset(),
        progress=lambda name, seconds: print(f"  {name:<22} {seconds:4.1f} s", file=sys.stderr),
    )
    return _status(arguments)


def _down(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import lifecycle

    ended = lifecycle.down(arguments.repo)
    return Answer({"ended": ended}, f"ended: {', '.join(ended) or 'nothing ran'}")


def _status(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import collector, lifecycle

    parts = lifecycle.status(arguments.repo)
    rows = [
        (
            "✓" if part.running else "✗",
            part.name,
            f"127.0.0.1:{part.port}" if part.port else "no port" if part.name == collector.NAME else "several ports",
            f"pid {part.pid}" if part.pid else "",
        )
        for part in parts
    ]
    return Answer(
        {"parts": [asdict(part) for part in parts]},
        table(rows) or "the sandbox was never started here: ./acme sandbox up",
    )


def _logs(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import lifecycle

    text = lifecycle.logs(arguments.repo, arguments.part, lines=arguments.lines)
    return Answer({"part": arguments.part, "lines": text.splitlines()}, text)


def _secrets(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import customers

    put = customers.put_secrets(arguments.repo, arguments.environment)
    return Answer({"put": put}, f"put: {', '.join(put) or 'nothing; every secret there is has its value'}")


def _address(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import customers, sources
    from pipeline.spec.compilation import settings_document
    from pipeline.spec.tenant import read_tenant

    tenant, findings = read_tenant(arguments.repo, arguments.tenant)
    if tenant is None:
        raise Usage(f"the folder of {arguments.tenant} cannot be read.", why=findings[0].sentence())
    found = [s for name in tenant.environments for s in sources.of_settings(settings_document(tenant, name))]
    for source in found:
        customers.address(arguments.repo, source, tables=arguments.table, directory=arguments.directory)
    return Answer({"sites": [source.site for source in found]}, "answering for: " + ", ".join(s.site for s in found))


def _fault(arguments: argparse.Namespace) -> Answer:
    from pipeline.sandbox import faults

    name, tenant = arguments.name, arguments.tenant
    if name == "clear":
        cleared = faults.clear(arguments.repo, tenant=_known(arguments))
        return Answer({"cleared": cleared}, f"cleared: {', '.join(cleared) or 'nothing was broken'}")
    options = dict(option.partition("=")[::2] for option in arguments.options)
    file = faults.inject(arguments.repo, name, tenant, arguments.environment, **options)
    document = {"injected": name, "tenant": tenant, "file": file}
    if name in faults.STRIKES:
        return Answer(document, f"{name} has hit {tenant}; it is over at once.")
    where = f" in {file}" if file else ""
    return Answer(document, f"{name} is on for {tenant}{where}. mend it: ./acme sandbox fault clear")


def _known(arguments: argparse.Namespace) -> str:
    """The tenant that is named, which the sandbox must know, or nothing."""
    from pipeline.sandbox import folder, sources

    known = sorted({source.tenant for source in sources.kept(folder.of(arguments.repo))})
    if arguments.tenant and arguments.tenant not in known:
        raise Usage(
            f"the sandbox knows no tenant `{arguments.tenant}`.", fix=f"name one of {', '.join(known)}, or none"
        )
    return str(arguments.tenant)


ACTIONS = {
    "up": _up,
    "down": _down,
    "status": _status,
    "logs": _logs,
    "secrets": _secrets,
    "address": _address,
    "fault": _fault,
}
