"""`acme recover revert | rerun | replay`: undo a promotion, run one tenant again; the plan is always shown first."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.cli.answer import Answer
from pipeline.errors import Final, Missing, Usage

if TYPE_CHECKING:
    from pipeline.cli.world import Hands
    from pipeline.publish.ledger import Row
    from pipeline.recover.rerun import Plan


def declare(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    revert = below.add_parser("revert", help="git revert of the commit that wrote the pin, explained")
    revert.add_argument("tenant")
    revert.add_argument("commit", nargs="?")
    revert.add_argument("--explain", action="store_true", help="only say what it would undo")
    rerun = below.add_parser("rerun", help="run a pipeline now, or every pipeline that an incident concerns")
    replay = below.add_parser("replay", help="load taken-back objects again, from the bytes that were landed")
    for again, count in ((rerun, "?"), (replay, None)):
        again.add_argument("tenant", metavar="TENANT", nargs=count)
        again.add_argument("pipeline", metavar="PIPELINE", nargs=count)
        again.add_argument("--plan", action="store_true", help="only show, object by object, what would happen")
    rerun.add_argument("--incident", metavar="INC", help="the incident, in place of tenant and pipeline")
    replay.add_argument(
        "--release", metavar="DIGEST", help="first take back what was published under this release (its digest)"
    )


def run(arguments: argparse.Namespace) -> Answer:
    return ACTIONS[arguments.action](arguments)


def _revert(arguments: argparse.Namespace) -> Answer:
    from pipeline.recover.revert import explain, revert

    undoing = explain(arguments.repo, arguments.tenant, arguments.commit)
    if arguments.explain:
        return Answer({"undoing": undoing.document()}, undoing.text())
    made = revert(arguments.repo, undoing)
    text = f"{undoing.text()}\nmade {made[:7]}; it is live after: acme apply {arguments.tenant} -e production"
    return Answer({"undoing": undoing.document(), "commit": made}, text)


def _rerun(arguments: argparse.Namespace) -> Answer:
    """One pipeline, or each that an incident concerns, in the incident's environment."""
    if bool(arguments.incident) == bool(arguments.pipeline):
        raise Usage(
            "rerun takes a tenant and its pipeline, or an incident.",
            fix="acme recover rerun TENANT PIPELINE, or acme recover rerun --incident INC-<number>",
        )
    if not arguments.incident:
        return _rerun_one(arguments)
    every = [_rerun_one(each) for each in _concerned(arguments)]
    return Answer(
        {"incident": arguments.incident, "pipelines": [answer.document for answer in every]},
        "\n".join(answer.text for answer in every),
        max(answer.exit_code for answer in every),
    )


def _concerned(arguments: argparse.Namespace) -> list[argparse.Namespace]:
    """The same command for each pipeline of the incident."""
    from pipeline.observe.reports import why

    with _hands(arguments).records.connect() as connection:
        incident = why(connection, arguments.incident, datetime.now(UTC))
    if not incident.pipelines:
        tenant, environment = incident.signals[0]["tenant"], incident.incident["environment"]
        raise Usage("no pipeline ran: a deployment failed.", fix=f"acme apply {tenant} -e {environment}")
    same = {**vars(arguments), "environment": incident.incident["environment"]}
    return [
        argparse.Namespace(**{**same, "tenant": tenant, "pipeline": pipeline})
        for tenant, pipeline in incident.pipelines
    ]


def _rerun_one(arguments: argparse.Namespace) -> Answer:
    planned = _planned(arguments)
    if arguments.plan:
        return Answer(planned.document(), planned.text())
    done = start(_hands(arguments), arguments.tenant, arguments.pipeline)
    return Answer(
        {"plan": planned.document(), "run": done.__dict__},
        f"{planned.text()}\n{describe(done)}",
        0 if done.state == "success" else 3,
    )


def _replay(arguments: argparse.Namespace) -> Answer:
    from pipeline.recover.takeback import take_back

    planned = _planned(arguments)
    if arguments.plan:
        return Answer(planned.document(), planned.text())
    hands = _hands(arguments)
    if arguments.release:
        take_back(hands.environment, hands.aws("s3"), arguments.tenant, arguments.pipeline, arguments.release)
        planned = _planned(arguments)
    if not planned.replay():
        return Answer(
            {"plan": planned.document()}, f"{planned.text()}\nnothing was taken back: there is nothing to replay"
        )
    done = start(hands, arguments.tenant, arguments.pipeline, replay=planned.replay())
    return Answer(
        {"plan": planned.document(), "run": done.__dict__},
        f"{planned.text()}\n{describe(done)}",
        0 if done.state == "success" else 3,
    )


def _hands(arguments: argparse.Namespace) -> Hands:
    from pipeline.cli.world import Hands

    return Hands(arguments.repo, arguments.environment)


def _planned(arguments: argparse.Namespace) -> Plan:
    from pipeline.cli.world import readable
    from pipeline.recover.rerun import plan

    known = sorted(readable(arguments.repo, arguments.tenant).pipelines)
    if arguments.pipeline not in known:
        raise Usage(f"{arguments.tenant} has no pipeline {arguments.pipeline}.", fix=f"name one of {', '.join(known)}")
    return plan(arguments.tenant, arguments.pipeline, _ledger(arguments))


def _ledger(arguments: argparse.Namespace) -> list[Row]:
    """`Missing` in the words of the deployment that is not there."""
    tenant, environment = arguments.tenant, arguments.environment
    try:
        return ledger_of(_hands(arguments), tenant, arguments.pipeline)
    except Missing as error:
        first = f"acme promote {tenant}, then " if environment == "production" else ""
        raise Missing(
            f"{tenant} {arguments.pipeline} is not live in {environment}.",
            why=error.what,
            fix=f"{first}acme apply {tenant} -e {environment}",
        ) from error


def ledger_of(hands: Hands, tenant: str, pipeline: str) -> list[Row]:
    """The pipeline's whole ledger, in order."""
    from pipeline.live import Tables
    from pipeline.publish import ledger

    with hands.warehouse() as session:
        return ledger.read(session, Tables(hands.environment.place, tenant, pipeline))


def start(hands: Hands, tenant: str, pipeline: str, *, run: str = "", replay: Sequence[str] = ()) -> Any:
    """One run by Airflow, to its end."""
    from pipeline import cloud
    from pipeline.sandbox.airflow.cell import Cell
    from pipeline.settings import folder

    environment = hands.environment
    if not environment.airflow:
        raise Final(
            "a run is started through the sandbox's Airflow only, so far.", fix="start it in MWAA's own console"
        )
    s3 = cloud.client(environment, cloud.session(environment, "deployer"), "s3")
    synced = folder(hands.repository).parent / "airflow" / "dags" / environment.name
    cell = hands.desired_cell(tenant)
    port = int(environment.airflow.rpartition(":")[2])
    place = environment.place
    conf = {"replay": list(replay)} if replay else {}
    named = run or f"r-{uuid.uuid4().hex[:10]}"
    return Cell(port, synced, s3, place.dags_bucket, place.dags_prefix(cell)).run(tenant, pipeline, named, conf)


def describe(done: Any) -> str:
    if done.state == "lost":
        return f"run {done.run}: it never started: {done.why}\nlog: {done.log}"
    states = ", ".join(f"{task} {state}" for task, state in done.tasks.items())
    return f"run {done.run}: {done.state} in {done.seconds:.1f} s ({states})\nlog: {done.log}"


ACTIONS = {"revert": _revert, "rerun": _rerun, "replay": _replay}
