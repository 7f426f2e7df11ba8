"""The platform's own identities in an AWS account: who they are, and the least that each may do.

Policies are values; bootstrap.py puts them into the account. ARNs are literal, so that what is read here is what holds.
"""

from __future__ import annotations

from typing import Any

from pipeline.naming import Place

Statement = dict[str, Any]


def policies(place: Place) -> dict[str, dict[str, Any]]:
    """{identity: policy document}."""
    statements = {
        "deployer": deployer(place),
        "orchestrator": orchestrator(place),
        "support": support(place),
        "collector": collector(place),
    }
    return {name: {"Version": "2012-10-17", "Statement": body} for name, body in statements.items()}


def deployer(place: Place) -> list[Statement]:
    """Makes what the stacks describe. It never reads a secret's value."""
    buckets = [f"arn:aws:s3:::{name}" for name in (place.lake_bucket, place.state_bucket, place.dags_bucket)]
    logs = f"arn:aws:logs:{place.region}:{place.account}:log-group:{place.log_group('*')}"
    return [
        allow(["s3:*"], [*buckets, *(f"{bucket}/*" for bucket in buckets)]),
        allow(["iam:*"], [place.role_arn("*")]),
        allow(SECRET_ACTIONS, [place.secret_arn_pattern("*")]),
        allow(["logs:*"], [logs, f"{logs}:*"]),
        allow(["logs:DescribeLogGroups", "secretsmanager:ListSecrets", "s3:ListAllMyBuckets"], ["*"]),
        allow(["sts:AssumeRole"], [place.role_arn("*")]),  # probes look with the tenant's own eyes
        allow(["sqs:SendMessage", *QUEUE_READS], [queue_arn(place)]),
    ]


SECRET_ACTIONS = [
    f"secretsmanager:{action}"
    for action in (
        "CreateSecret",
        "DeleteResourcePolicy",
        "DeleteSecret",
        "DescribeSecret",
        "GetResourcePolicy",
        "ListSecretVersionIds",
        "PutResourcePolicy",
        "RestoreSecret",
        "TagResource",
        "UntagResource",
        "UpdateSecret",
        "ValidateResourcePolicy",
    )
]
QUEUE_READS = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]


def orchestrator(place: Place) -> list[Statement]:
    """What MWAA's execution role may do for us: become a tenant, and say what happened."""
    return [
        allow(["sts:AssumeRole"], [place.role_arn("*")]),
        allow(["sqs:SendMessage", "sqs:GetQueueUrl"], [queue_arn(place)]),
        allow(["s3:GetObject"], [f"arn:aws:s3:::{place.dags_bucket}/*"]),
        allow(["s3:ListBucket"], [f"arn:aws:s3:::{place.dags_bucket}"]),
    ]


def support(place: Place) -> list[Statement]:
    """Reads the papers of a run, never its data; says what it did."""
    papers = [f"arn:aws:s3:::{place.lake_bucket}/*/{kind}/*" for kind in PAPERS]
    return [allow(["s3:GetObject"], papers), allow(["sqs:SendMessage", "sqs:GetQueueUrl"], [queue_arn(place)])]


PAPERS = ("manifests", "releases", "deployments", "receipts")


def collector(place: Place) -> list[Statement]:
    # AWS asks for DeleteMessage for a batch as well; the sandbox asks for the call's own name
    takes = [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:DeleteMessageBatch",
        "sqs:ChangeMessageVisibility",
        *QUEUE_READS,
    ]
    return [allow(takes, [queue_arn(place)])]


def queue_arn(place: Place, name: str = "") -> str:
    return f"arn:aws:sqs:{place.region}:{place.account}:{name or place.events_queue}"


def allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}
