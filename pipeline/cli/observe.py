"""`acme observe status | trace | incidents | why | diagnose | collect`: what is so, and what went wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.cli.answer import Answer

if TYPE_CHECKING:
    from sqlalchemy import Connection


def declare(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    below.add_parser("status", help="both environments of a tenant side by side").add_argument("tenant")
    below.add_parser("trace", help="the whole chain around an id of any kind").add_argument("id")
    below.add_parser("incidents", help="what is wrong now")
    below.add_parser("why", help="one incident: cause, evidence, what changed, data, what next").add_argument(
        "incident"
    )
    diagnose = below.add_parser("diagnose", help="class and cause of a failure's log")
    diagnose.add_argument("--jsonl", action="store_true", help="JSON Lines {id, text} in, one diagnosis a line out")
    below.add_parser("collect", help="take what waits in the events' queue into the records")


def run(arguments: argparse.Namespace) -> Answer:
    return ACTIONS[arguments.action](arguments)


def _asked(arguments: argparse.Namespace, question: Callable[[Connection, datetime], Any]) -> Answer:
    """One query against the records; the same answer as text and as a document."""
    from pipeline.cli.world import Hands

    with Hands(arguments.repo, arguments.environment).records.connect() as connection:
        found = question(connection, datetime.now(UTC))
    return Answer(found.document(), found.text())


def _status(arguments: argparse.Namespace) -> Answer:
    from pipeline.cli.validate import chosen
    from pipeline.observe.queries import Status, status
    from pipeline.spec.cron import following

    def asked(connection: Connection, at: datetime) -> Status:
        found = status(
            connection, arguments.tenant, at, lambda schedule, after: next(iter(following(schedule, after, 1)), None)
        )
        if not found.known:  # a tenant that is gone is still in the records
            chosen(arguments.repo, [arguments.tenant])
        return found

    return _asked(arguments, asked)


def _trace(arguments: argparse.Namespace) -> Answer:
    from pipeline.observe.trace import trace

    return _asked(arguments, lambda connection, _at: trace(connection, arguments.id))


def _incidents(arguments: argparse.Namespace) -> Answer:
    from pipeline.observe.reports import list_incidents

    return _asked(arguments, lambda connection, at: list_incidents(connection, at))


def _why(arguments: argparse.Namespace) -> Answer:
    from pipeline.observe.reports import why

    return _asked(arguments, lambda connection, at: why(connection, arguments.incident, at))


def _diagnose(arguments: argparse.Namespace) -> Answer:
    from pipeline.observe.diagnosis import diagnose, diagnose_lines

    if arguments.jsonl:
        for line in diagnose_lines(sys.stdin):
            print(line)
        return Answer({}, "")
    found = diagnose(sys.stdin.read())
    return Answer(found.document(), found.text())


def _collect(arguments: argparse.Namespace) -> Answer:
    collected = collect(arguments)
    return Answer(
        collected.__dict__, f"{collected.stored} stored, {collected.repeated} repeated, {collected.refused} refused"
    )


def collect(arguments: argparse.Namespace) -> Any:
    """Empties the queue of the environment into the records."""
    from pipeline import cloud
    from pipeline.cli.world import Hands
    from pipeline.observe.collector import drain, leave_word

    hands = Hands(arguments.repo, arguments.environment)
    sqs = cloud.client(hands.environment, cloud.session(hands.environment, "collector"), "sqs")
    with cloud.failures(f"queue {hands.environment.place.events_queue}"):
        url = sqs.get_queue_url(QueueName=hands.environment.place.events_queue)["QueueUrl"]
        done = drain(sqs, url, hands.records, wait_s=0)
    leave_word(hands.records, arguments.environment, datetime.now(UTC))
    return done


ACTIONS = {
    "status": _status,
    "trace": _trace,
    "incidents": _incidents,
    "why": _why,
    "diagnose": _diagnose,
    "collect": _collect,
}
