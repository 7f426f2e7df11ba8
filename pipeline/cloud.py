"""AWS as the platform uses it: sessions, a tenant's role, secrets, the queue of events.

Talks to AWS, or to the sandbox's, with time-outs and bounded retries. Fails with errors.py alone; a message carries operation,
code and the name of what was asked for, never a value.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pipeline import naming
from pipeline.errors import AcmeError, Conflict, Denied, Missing, Throttled, Unreachable
from pipeline.events import Event
from pipeline.naming import Place
from pipeline.settings import Environment

CONNECT_S, READ_S, ATTEMPTS = 5, 60, 4
SESSION_S = 3600
MAX_SESSION_NAME = 64
Statement = dict[str, Any]

# by status where it tells; by code where a service answers 400 to everything
BY_STATUS: dict[int, type[AcmeError]] = {403: Denied, 404: Missing, 409: Conflict, 412: Conflict, 429: Throttled}
BY_CODE: dict[str, type[AcmeError]] = {
    "AccessDenied": Denied,
    "AccessDeniedException": Denied,
    "ExpiredToken": Denied,
    "ExpiredTokenException": Denied,
    "InvalidClientTokenId": Denied,
    "UnrecognizedClientException": Denied,
    "AWS.SimpleQueueService.NonExistentQueue": Missing,
    "QueueDoesNotExist": Missing,
    "ResourceNotFoundException": Missing,
    "RequestLimitExceeded": Throttled,
    "SlowDown": Throttled,
    "Throttling": Throttled,
    "ThrottlingException": Throttled,
}


@dataclass(frozen=True)
class Credentials:
    """Keys of a session. They are never shown."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Secret:
    """A secret's value, which only `reveal` shows."""

    name: str
    _value: str = field(repr=False)

    def reveal(self) -> str:
        return self._value

    def fields(self) -> dict[str, str]:
        """The value as a JSON object of texts. `Conflict` where it is none."""
        try:
            document = json.loads(self._value)
        except ValueError:
            document = None
        if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
            raise Conflict(
                f"the secret {self.name} holds no JSON object of texts.",
                fix="put the value as its connector's kind needs it",
            )
        return document


def session(environment: Environment, identity: str) -> Any:
    """A boto3 session as an identity of the platform: its profile where it has one, else what the process is."""
    import boto3

    inner = bare_session(environment.profiles.get(identity))
    if environment.credentials:
        inner.set_config_variable("credentials_file", environment.credentials)
        inner.set_config_variable("config_file", os.devnull)
    with failures(f"identity {identity} in {environment.name}"):
        inner.get_scoped_config()  # a profile that is not there is told now, and not by the first call
        return boto3.session.Session(botocore_session=inner, region_name=environment.region)


def client(environment: Environment, who: Any, service: str) -> Any:
    """A client of a session, or of `Credentials`."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "max_attempts": ATTEMPTS},
        s3={"addressing_style": "path" if environment.aws_endpoint else "virtual"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with failures(f"{service} in {environment.name}"):
        return _session_of(environment, who).client(service, endpoint_url=environment.aws_endpoint, config=config)


def _session_of(environment: Environment, who: Any) -> Any:
    if not isinstance(who, Credentials):
        return who
    import boto3

    inner = bare_session(None)
    inner.set_credentials(who.access_key, who.secret_key, who.token)
    return boto3.session.Session(botocore_session=inner, region_name=environment.region)


def bare_session(profile: str | None) -> Any:
    """A botocore session that reads the services' models once a process, and not once a client (0.2 s each)."""
    import botocore.session

    inner: Any = botocore.session.Session(profile=profile)
    inner.register_component("data_loader", _models())
    return inner


@cache
def _models() -> Any:
    import botocore.loaders

    return botocore.loaders.create_loader()


@contextmanager
def failures(where: str) -> Iterator[None]:
    """botocore's errors as ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _of_answer(error, where) from error
    except BotoCoreError as error:
        raise _of_call(error, where) from error


def _of_answer(error: Any, where: str) -> AcmeError:
    """What AWS said: operation, code and status. Its own message may quote what was sent, so it stays out."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    kind = BY_CODE.get(code) or BY_STATUS.get(status) or (Unreachable if status >= 500 else Conflict)
    return kind(f"{error.operation_name} failed: {code} (HTTP {status}).", where=where)


def _of_call(error: Exception, where: str) -> AcmeError:
    """No answer, or no call at all."""
    from botocore.exceptions import (
        ConnectionError as NoConnection,
    )
    from botocore.exceptions import (
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
    )

    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return Denied(
            f"NoCredentials: {type(error).__name__}.", where=where, fix="give the identity its profile or role"
        )
    if isinstance(error, HTTPClientError | NoConnection):
        return Unreachable(f"no whole answer came: {type(error).__name__}.", where=where)
    return Conflict(f"the call was not made: {type(error).__name__}.", where=where)


# a tenant's role
def assume_tenant(
    environment: Environment, tenant: str, task: str, run: str, *, identity: str = "orchestrator"
) -> Credentials:
    """The tenant's role, narrowed to what this task needs. CloudTrail shows task and run in the session's name."""
    place = environment.place
    where = f"role {place.role(tenant)}"
    sts = client(environment, session(environment, identity), "sts")
    with failures(where):
        given = sts.assume_role(
            RoleArn=place.role_arn(tenant),
            RoleSessionName=session_name(task, run),
            ExternalId=place.external_id(tenant),
            Policy=json.dumps({"Version": "2012-10-17", "Statement": task_policy(place, tenant, task)}),
            DurationSeconds=SESSION_S,
        )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def session_name(task: str, run: str) -> str:
    """`<task>.<run>` in the letters that STS takes; what is too long ends in a hash of the whole."""
    whole = re.sub(r"[^A-Za-z0-9_+=,.@-]", "-", f"{task}.{run}")
    if len(whole) <= MAX_SESSION_NAME:
        return whole
    mark = hashlib.sha256(f"{task}.{run}".encode()).hexdigest()[:12]
    return f"{whole[: MAX_SESSION_NAME - 13]}-{mark}"


def task_policy(place: Place, tenant: str, task: str) -> list[Statement]:
    """What a task may do of all that its tenant's role may do. `KeyError` for a task that there is not."""
    lake = f"arn:aws:s3:::{place.lake_bucket}/"
    papers = [lake + prefix + "*" for prefix in naming.papers_prefixes(tenant)]
    landing = f"{lake}{naming.landing_prefix(tenant)}*"
    manifests = f"{lake}{naming.manifests_prefix(tenant)}*"
    incoming = f"{lake}{naming.incoming_prefix(tenant)}*"
    receipts = f"{lake}{naming.all_receipts_prefix(tenant)}*"
    reads, writes = ["s3:GetObject"], ["s3:AbortMultipartUpload", "s3:PutObject"]
    peek = [_allow(reads, papers), _allow(["secretsmanager:GetSecretValue"], [place.secret_arn_pattern(tenant)])]
    return {
        "peek": peek,
        "ingest": [
            *peek,
            _allow([*reads, *writes], [landing, manifests, incoming]),
            _allow(["s3:DeleteObject", "s3:PutObjectTagging"], [incoming]),
            {
                **_allow(["s3:ListBucket"], [f"arn:aws:s3:::{place.lake_bucket}"]),
                "Condition": {"StringLike": {"s3:prefix": [f"{naming.manifests_prefix(tenant)}*"]}},
            },
        ],
        "load": [_allow(reads, [landing, *papers])],
        "verify": [_allow(reads, papers)],
        "publish": [_allow(reads, papers), _allow(writes, [receipts])],
    }[task]


def _allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def read_secret(environment: Environment, credentials: Credentials, tenant: str, name: str) -> Secret:
    """A tenant's secret by its logical name."""
    full = environment.place.secret(tenant, name)
    try:
        with failures(f"secret {full}"):
            answer = client(environment, credentials, "secretsmanager").get_secret_value(SecretId=full)
    except Missing as error:
        raise Missing(
            error.what, where=error.where, why="It is not there, or has no value yet.", fix=put(environment, tenant)
        ) from error
    if "SecretString" not in answer:
        raise Missing("it has no text value.", where=f"secret {full}", fix=put(environment, tenant))
    return Secret(full, answer["SecretString"])


def put(environment: Environment, tenant: str) -> str:
    """How a tenant's secrets get their values."""
    if environment.sandbox:
        return f"./acme sandbox address {tenant}, then ./acme sandbox secrets -e {environment.name}"
    return "have its value put into AWS Secrets Manager"


class SqsSink:
    """Sends events to the environment's queue. Its URL is asked for once."""

    def __init__(self, environment: Environment, who: Any) -> None:
        self._queue = environment.place.events_queue
        self._client = client(environment, who, "sqs")
        self._url = ""

    def send(self, event: Event) -> None:
        with failures(f"queue {self._queue}"):
            self._url = self._url or self._client.get_queue_url(QueueName=self._queue)["QueueUrl"]
            self._client.send_message(QueueUrl=self._url, MessageBody=event.text())
