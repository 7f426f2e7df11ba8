"""One connector, asked with the tenant's own key: logs in for real, and reads the newest that it shows of each pipeline.

The host key, the login, the directory and its rights, the token and its scopes are those of the environment. Nothing is written
there. One login serves all pipelines of the connector, so a refusal is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from pipeline import cloud
from pipeline.errors import AcmeError, Denied, Missing
from pipeline.findings import Finding, Where
from pipeline.gate.probes import drift, runway
from pipeline.gate.probes.drift import Difference
from pipeline.gate.probes.subject import Subject
from pipeline.ingest.landing import lake_of, open_with
from pipeline.ingest.measure import header
from pipeline.ingest.source import Sample, Source, Unfit
from pipeline.release import Pipeline
from pipeline.run import read_manifest

LOOKED_BACK = 5  # manifests, until one holds an object


@dataclass
class Answer:
    """`samples` and `differences` by pipeline: what the run on sampled rows and the mapping's edit need."""

    findings: list[Finding] = field(default_factory=list)
    samples: dict[str, Sample] = field(default_factory=dict)
    differences: dict[str, list[Difference]] = field(default_factory=dict)


def ask(subject: Subject, connector: str) -> Answer:
    """All of this connector's pipelines."""
    answer, mine = Answer(), [p for p in subject.release.pipelines if p.connector.name == connector]
    where = subject.where(subject.settings_file, "connectors", connector)
    try:
        secret = _secret(subject, connector)
        answer.findings += runway.ask(subject, secret, mine, where)
        with closing(open_with(subject.binding(mine[0]), secret)) as source:
            for pipeline in mine:
                _look(subject, source, pipeline, answer)
            answer.findings += _surplus(subject, source, connector)
    except AcmeError as error:
        what = f"connector {connector} ({', '.join(pipeline.name for pipeline in mine)}):"
        answer.findings.append(subject.refused(error, where=where, what=what))
    return answer


def _secret(subject: Subject, connector: str) -> cloud.Secret:
    name = subject.settings["connectors"][connector]["secret"]
    credentials = subject.credentials("peek")
    try:
        return cloud.read_secret(subject.environment, credentials, subject.name, name)
    except Missing as error:
        if _stands(subject, name):
            raise
        make = f"acme apply {subject.name} -e {subject.environment.name}"
        raise Missing(
            f"there is no secret {subject.place.secret(subject.name, name)}.",
            fix=f"{make}, then {cloud.put(subject.environment, subject.name)}",
        ) from error


def _stands(subject: Subject, name: str) -> bool:
    """Whether the secret itself is there: its own reader is told the same of a secret without a value."""
    full = subject.place.secret(subject.name, name)
    try:
        with cloud.failures(f"secret {full}"):
            subject.hands.aws("secretsmanager").describe_secret(SecretId=full)
    except Missing:
        return False
    return True


def _look(subject: Subject, source: Source, pipeline: Pipeline, answer: Answer) -> None:
    """One pipeline's newest; where it cannot be read, its siblings' still are."""
    where = subject.where(f"pipelines/{pipeline.name}.yaml")
    try:
        seen = source.peek(pipeline, drift.COUNT)
        earlier = _earlier(subject, pipeline)
    except Unfit as error:
        fix = f"have the customer send it whole; then: {subject.again}"
        answer.findings.append(subject.finding("probe.file_format", f"{pipeline.name}: {error}", "", fix, where=where))
    except AcmeError as error:
        answer.findings.append(subject.refused(error, where=where, what=f"{pipeline.name}:"))
    else:
        if seen is None:
            what = f"the source of {pipeline.name} shows nothing yet, so its fields could not be compared."
            fix = f"have the customer send a first file; then: {subject.again}"
            answer.findings.append(_unseen(subject, what, fix, where))
            return
        answer.samples[pipeline.name] = seen
        answer.differences[pipeline.name] = drift.drift(pipeline, seen, earlier)


def _unseen(subject: Subject, what: str, fix: str, where: Where) -> Finding:
    """Not passed: not asked. A priority tenant waits for it."""
    level = subject.unanswered(what).level
    return subject.finding("probe.no_sample", what, "", fix, where=where, level=level)


def _earlier(subject: Subject, pipeline: Pipeline) -> tuple[str, ...]:
    """The header of the newest file that a run landed here; before any run, of the file that the tenant's test reads."""
    lake = lake_of(subject.binding(pipeline), subject.credentials("ingest"))
    try:
        for content in islice(lake.manifests(), LOOKED_BACK):
            if objects := read_manifest(content).objects:
                return objects[-1].files[-1].fields
    except (Denied, Missing):
        pass  # the question about the lake tells it
    tests = subject.tenant.tests.get(pipeline.name, {}) if subject.tenant else {}
    line = tests.get("input.csv", "").partition("\n")[0]
    return header(line.encode(), str(pipeline.mapping.format["delimiter"])) if line else ()


def _surplus(subject: Subject, source: Source, connector: str) -> Iterator[Finding]:
    """Rights that nobody needs are told; that they are there stops nothing."""
    for said in source.surplus():
        yield subject.finding(
            "probe.may_write",
            f"connector {connector}: {said}",
            "Listing and reading is all that a run does there.",
            "ask the customer for a login that may only list and read",
            where=subject.where(subject.settings_file, "connectors", connector),
            level="info",
        )


def told(subject: Subject, differences: Mapping[str, list[Difference]], offer: str) -> Iterator[Finding]:
    """The differences as findings, each at its place in the mapping. `offer`: how the mapping's edit is had."""
    for name, found in sorted(differences.items()):
        for each in found:
            where = subject.where(f"mappings/{name}.yaml", *(("fields", each.field) if each.field else ()))
            fix = f"{each.fix}; {offer}" if each.edits and offer else each.fix
            why = f"So says the newest that the {subject.environment.name} source shows."
            yield subject.finding(each.code, each.what, why, fix, where=where, level=each.level)
