"""`acme recover revert | rerun | replay | dismiss`: undo a promotion, run one tenant again, let go of what waits.

The plan of a run is always shown first, and its end is told as the records know it.
"""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipeline.cli.answer import Answer
from pipeline.cli.validate import deployable
from pipeline.errors import Final, Missing, Usage

if TYPE_CHECKING:
    from pipeline.cli.world import Hands
    from pipeline.publish.ledger import Row
    from pipeline.recover.recorded import Where
    from pipeline.recover.rerun import Plan

WORLD_FAILED = 3


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
    dismiss = below.add_parser("dismiss", help="let go of an object that waits: no scheduled run holds it again")
    for name in ("tenant", "pipeline", "object"):
        dismiss.add_argument(name, metavar=name.upper())
    dismiss.add_argument("--reason", required=True, help="why nothing is lost by it; it is kept")
    rerun.add_argument("--incident", metavar="INC", help="the incident, in place of tenant and pipeline")
    replay.add_argument(
        "--release", metavar="DIGEST", help="first take back what was published under this release (its digest)"
    )


def run(arguments: argparse.Namespace) -> Answer:
    return ACTIONS[arguments.action](arguments)


def _revert(arguments: argparse.Namespace) -> Answer:
    from pipeline.recover.revert import explain, revert

    deployable(arguments.repo, [arguments.tenant])
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
    _known_pipeline(arguments)
    hands = _hands(arguments)
    planned = _planned(arguments, hands)
    if arguments.plan:
        return Answer(planned.document(), planned.text())
    return _run(arguments, hands, planned)


def _run(arguments: argparse.Namespace, hands: Hands, planned: Plan, replay: Sequence[str] = ()) -> Answer:
    """One run to its end, what the records say of it, and what waits now."""
    done = start(hands, arguments.tenant, arguments.pipeline, replay=replay)
    told, text = _recorded(hands, _where(arguments), done)
    return Answer(
        {"plan": planned.document(), "run": {**done.__dict__, **told}},
        "\n".join([planned.text(), describe(done), *text]),
        0 if done.state == "success" else WORLD_FAILED,
    )


def _recorded(hands: Hands, where: Where, done: Any) -> tuple[dict[str, Any], list[str]]:
    """What the records know of the run, as a document and as lines."""
    from pipeline.observe.queries import incident_name
    from pipeline.recover.recorded import ended, incidents_of, waiting

    if done.state == "lost":
        return {"recorded": "", "incidents": [], "held": []}, []
    state = ended(hands.records, where, done.run, well=done.state == "success")
    with hands.records.connect() as connection:
        numbers, waits = incidents_of(connection, where, done.run), waiting(connection, where)
    lines = [f"incident {incident_name(number)}: acme observe why {incident_name(number)}" for number in numbers]
    lines += [f"held {each.source_key}: {each.why}" for each in waits]
    if not state:
        lines.append("the records do not know its end yet: ./acme sandbox up starts a collector that is not there")
    document = {"incidents": [incident_name(number) for number in numbers], "held": [each.__dict__ for each in waits]}
    return {"recorded": state, **document}, lines


def _replay(arguments: argparse.Namespace) -> Answer:
    from pipeline.recover.takeback import take_back

    _known_pipeline(arguments)
    hands = _hands(arguments)
    planned = _planned(arguments, hands)
    if arguments.plan:
        return Answer(planned.document(), planned.text())
    if arguments.release:
        take_back(hands.environment, hands.aws("s3"), arguments.tenant, arguments.pipeline, arguments.release)
        planned = _planned(arguments, hands)
    if not planned.replay():
        return Answer(
            {"plan": planned.document()}, f"{planned.text()}\nnothing was taken back: there is nothing to replay"
        )
    return _run(arguments, hands, planned, planned.replay())


def _dismiss(arguments: argparse.Namespace) -> Answer:
    """`Usage` where nothing of this name waits, with what does."""
    from pipeline.promote.commit import git
    from pipeline.recover.letting_go import let_go
    from pipeline.recover.recorded import heard, waiting

    _known_pipeline(arguments)
    hands, where, wanted = _hands(arguments), _where(arguments), arguments.object
    with hands.records.connect() as connection:
        waits = [each.source_key for each in waiting(connection, where)]
    if wanted not in waits:
        fix = f"name one of {', '.join(waits)}" if waits else "acme observe incidents says what else is wrong"
        raise Usage(f"{wanted} does not wait in {where.tenant} {where.pipeline} ({where.environment}).", fix=fix)
    by = git(arguments.repo, "var", "GIT_AUTHOR_IDENT").rpartition(">")[0].rpartition("<")[2]
    event = let_go(hands.environment, where, wanted, arguments.reason, by)
    late = "" if heard(hands.records, event) else "; the records do not know it yet"
    said = {"dismissed": wanted, **where.__dict__, "reason": arguments.reason, "by": by}
    return Answer(said, f"{wanted} waits no more: as long as its bytes are these, no run looks at it again{late}")


def _where(arguments: argparse.Namespace) -> Where:
    from pipeline.recover.recorded import Where

    return Where(arguments.environment, arguments.tenant, arguments.pipeline)


def _hands(arguments: argparse.Namespace) -> Hands:
    from pipeline.cli.world import Hands

    return Hands(arguments.repo, arguments.environment)


def _known_pipeline(arguments: argparse.Namespace) -> None:
    """`Usage` where there is no such tenant to deploy, or it has no such pipeline."""
    from pipeline.cli.world import readable

    deployable(arguments.repo, [arguments.tenant])
    names = sorted(readable(arguments.repo, arguments.tenant).pipelines)
    if arguments.pipeline not in names:
        raise Usage(f"{arguments.tenant} has no pipeline {arguments.pipeline}.", fix=f"name one of {', '.join(names)}")


def _planned(arguments: argparse.Namespace, hands: Hands) -> Plan:
    from pipeline.recover.recorded import waiting
    from pipeline.recover.rerun import plan

    rows = _ledger(arguments, hands)
    with hands.records.connect() as connection:
        waits = waiting(connection, _where(arguments))
    return plan(arguments.tenant, arguments.pipeline, rows, waits)


def _ledger(arguments: argparse.Namespace, hands: Hands) -> list[Row]:
    """`Missing` in the words of the deployment that is not there."""
    tenant, environment = arguments.tenant, arguments.environment
    try:
        return ledger_of(hands, tenant, arguments.pipeline)
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
    """One run by Airflow, to its end. While it lasts, what it waits for is said; Ctrl-C leaves it to itself."""
    from pipeline import cloud, naming
    from pipeline.recover.watching import Word, waits_for, watched
    from pipeline.sandbox.airflow.cell import Cell
    from pipeline.settings import folder

    environment = hands.environment
    if not environment.airflow:
        raise Final(
            "a run is started through the sandbox's Airflow only, so far.", fix="start it in MWAA's own console"
        )
    s3 = cloud.client(environment, cloud.session(environment, "deployer"), "s3")
    airflow = folder(hands.repository).parent / "airflow"
    place, port = environment.place, int(environment.airflow.rpartition(":")[2])
    prefix = place.dags_prefix(hands.desired_cell(tenant))
    cell = Cell(port, airflow / "dags" / environment.name, s3, place.dags_bucket, prefix)
    conf = {"replay": list(replay)} if replay else {}
    named = run or f"r-{uuid.uuid4().hex[:10]}"
    dag = naming.dag_id(tenant, pipeline)
    word = Word(f"run {named} of {dag}", lambda: waits_for(airflow / "runs", dag, named))
    try:
        return watched(lambda: cell.run(tenant, pipeline, named, conf), lambda seconds: sys.stderr.write(word(seconds)))
    except KeyboardInterrupt:
        sys.stderr.write(f"acme: run {named} goes on, and harms nothing: acme observe trace {named}\n")
        raise


def describe(done: Any) -> str:
    if done.state == "lost":
        return f"run {done.run}: it never started: {done.why}\nlog: {done.log}"
    states = ", ".join(f"{task} {state}" for task, state in done.tasks.items())
    return f"run {done.run}: {done.state} in {done.seconds:.1f} s ({states})\nlog: {done.log}"


ACTIONS = {"revert": _revert, "rerun": _rerun, "replay": _replay, "dismiss": _dismiss}
