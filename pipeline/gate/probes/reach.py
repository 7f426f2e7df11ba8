"""What the tenant's role reaches in AWS: its own lake and secrets, and nothing of a neighbour's.

A right to write is asked for by a write that cannot happen: on condition of a version that no object has. Whoever may write is
told of the condition, whoever may not of the right. Nothing is read but what is the tenant's own, and no value is kept.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from pipeline import cloud, naming
from pipeline.errors import AcmeError, Conflict, Denied, Missing
from pipeline.findings import Finding
from pipeline.gate.probes.subject import RUN, Subject

NO_VERSION = '"0"'


def standing(subject: Subject) -> list[Finding]:
    """Whether the tenant's role can be become at all: without it nothing else can be asked, and nothing else is."""
    make = f"acme apply {subject.name} -e {subject.environment.name}"
    try:
        subject.credentials("peek")
    except Denied as error:
        role = subject.place.role(subject.name)
        try:
            with cloud.failures(f"role {role}"):
                subject.hands.aws("iam").get_role(RoleName=role)
        except Missing:
            what = f"{subject.name} is not in {subject.environment.name} yet: there is no role {role}."
            return [subject.finding("probe.missing", what, "", f"{make}; then: {subject.again}")]
        return [subject.refused(error, fix=f"see whom the role trusts: acme plan {subject.name}, then {make}")]
    except AcmeError as error:
        return [subject.refused(error)]
    return []


def lake(subject: Subject) -> Iterator[Finding]:
    """Tasks list and write where they must; the role writes nowhere else, and a task's session is narrower than its role."""
    bucket, name = subject.place.lake_bucket, subject.name
    manifests, releases = naming.manifests_prefix(name), naming.papers_prefixes(name)[1]
    task = cloud.client(subject.environment, subject.credentials("ingest"), "s3")
    whole = cloud.client(subject.environment, _whole_role(subject, name), "s3")
    landing, others = naming.landing_prefix(name), [naming.landing_prefix(other) for other in subject.neighbours[:1]]
    yield from _must(subject, f"list {manifests} of {bucket}", partial(_list, task, bucket, manifests))
    yield from _must(subject, f"write below {landing} of {bucket}", partial(_write, task, bucket, landing))
    excess = {
        f"a task's session lists {releases} of {bucket}": partial(_list, task, bucket, releases),
        f"the role lists all of {bucket}": partial(_list, whole, bucket, ""),
        **{f"the role writes below {no} of {bucket}": partial(_write, whole, bucket, no) for no in (releases, *others)},
    }
    for what, ask in excess.items():
        yield from _must_not(subject, what, ask)


def shared(subject: Subject) -> Iterator[Finding]:
    """What every tenant of the environment needs: the bucket of DAGs, the queue of events."""
    place, platform = subject.place, f"acme apply --platform -e {subject.environment.name}"
    asked: Mapping[str, Callable[[], Any]] = {
        f"bucket {place.dags_bucket}": lambda: subject.hands.aws("s3").head_bucket(Bucket=place.dags_bucket),
        f"queue {place.events_queue}": lambda: subject.hands.aws("sqs").get_queue_url(QueueName=place.events_queue),
    }
    for where, ask in asked.items():
        try:
            with cloud.failures(where):
                ask()
        except AcmeError as error:
            yield subject.refused(error, fix=platform)


def secrets(subject: Subject) -> Iterator[Finding]:
    """Each secret's own policy turns everybody away but the tenant's role; a neighbour that tries is turned away."""
    used = {pipeline.connector.name for pipeline in subject.release.pipelines}
    for connector in sorted(used):
        name = subject.place.secret(subject.name, subject.settings["connectors"][connector]["secret"])
        yield from _policy(subject, name, connector)
        yield from _neighbour(subject, name, connector)


def _policy(subject: Subject, name: str, connector: str) -> Iterator[Finding]:
    try:
        with cloud.failures(f"secret {name}"):
            answer = subject.hands.aws("secretsmanager").get_resource_policy(SecretId=name)
    except Missing:
        return  # its reader is told how it is made
    if not turns_away(json.loads(answer.get("ResourcePolicy") or "{}"), subject.place.role_arn(subject.name)):
        what = f"the secret {name} has no policy that turns every other principal away."
        yield _exposed(subject, what, connector)


def turns_away(policy: Mapping[str, Any], role: str) -> bool:
    """It denies GetSecretValue to whoever is not this role."""
    return any(
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and {"secretsmanager:GetSecretValue", "secretsmanager:*", "*"} & {*_listed(statement.get("Action"))}
        and _listed(statement.get("Condition", {}).get("StringNotEquals", {}).get("aws:PrincipalArn")) == [role]
        for statement in policy.get("Statement", ())
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _neighbour(subject: Subject, name: str, connector: str) -> Iterator[Finding]:
    """The first neighbour that lives here tries, by all that its role may do."""
    for other in subject.neighbours:
        try:
            theirs = cloud.client(subject.environment, _whole_role(subject, other), "secretsmanager")
        except AcmeError:
            continue  # it does not live here
        try:
            with cloud.failures(f"secret {name}"):
                theirs.get_secret_value(SecretId=name)
        except (Denied, Missing):
            return
        yield _exposed(subject, f"the role of {other} can read the secret {name}.", connector)
        return


def _exposed(subject: Subject, what: str, connector: str) -> Finding:
    mend = f"acme apply {subject.name} -e {subject.environment.name}; then have a new secret issued and put"
    where = subject.where(subject.settings_file, "connectors", connector, "secret")
    return subject.finding(
        "probe.secret_exposed", what, "A tenant's secret is read by its own role alone.", mend, where=where
    )


def _whole_role(subject: Subject, tenant: str) -> cloud.Credentials:
    """A tenant's role as its own policy bounds it, without the session policy of a task."""
    place = subject.place
    sts = cloud.client(subject.environment, cloud.session(subject.environment, "orchestrator"), "sts")
    with cloud.failures(f"role {place.role(tenant)}"):
        given = sts.assume_role(
            RoleArn=place.role_arn(tenant), ExternalId=place.external_id(tenant), RoleSessionName=RUN
        )["Credentials"]
    return cloud.Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _list(s3: Any, bucket: str, prefix: str) -> None:
    with cloud.failures(f"s3://{bucket}/{prefix}"):
        s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)


def _write(s3: Any, bucket: str, prefix: str) -> None:
    """Returns where the right is there; no object ever has this version, so none is ever written."""
    try:
        with cloud.failures(f"s3://{bucket}/{prefix}"):
            s3.put_object(Bucket=bucket, Key=f"{prefix}{RUN}/{uuid.uuid4().hex}", Body=b"", IfMatch=NO_VERSION)
    except (Missing, Conflict):
        return


def _must(subject: Subject, what: str, ask: Callable[[], None]) -> Iterator[Finding]:
    try:
        ask()
    except AcmeError as error:
        mend = f"acme plan {subject.name} -e {subject.environment.name}, then acme apply"
        yield subject.refused(error, fix=mend, what=f"the tenant's role cannot {what}:")


def _must_not(subject: Subject, what: str, ask: Callable[[], None]) -> Iterator[Finding]:
    try:
        ask()
    except (Denied, Missing):
        return
    why = "A task needs no such right, and whoever holds it can reach what is not its own."
    mend = f"acme plan {subject.name} -e {subject.environment.name}, then acme apply; then: {subject.again}"
    yield subject.finding("probe.right_excess", f"{what}, and must not.", why, mend)
