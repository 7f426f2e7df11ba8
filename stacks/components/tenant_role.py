"""The tenant's one IAM role: who may become it, and the only things that it reaches, each by a literal ARN.

IAM roles are limited per account, so ingest, load, verify and publish share it and are narrowed by session policies. Policy
variables are not used: a literal ARN can be proved to lie in the tenant's own prefix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from pipeline import naming
from pipeline.naming import Place

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class TenantRoleArgs:
    """`orchestrator_arn` is the one principal that may assume the role, and only with this tenant's external id."""

    place: Place
    tenant: str
    orchestrator_arn: str


class TenantRole(pulumi.ComponentResource):
    """A role and its inline policy (a managed one has versions, an attachment and a race)."""

    def __init__(self, name: str, args: TenantRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:tenant:Role", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        place, tenant = args.place, args.tenant
        self.role = aws.iam.Role(
            "role",
            name=place.role(tenant),
            assume_role_policy=document([trust(args)]),
            max_session_duration=3600,
            tags={"tenant": tenant, "environment": place.environment},
            opts=inside,
        )
        aws.iam.RolePolicy(
            "reach", name="reach", role=self.role.name, policy=document(reach(place, tenant)), opts=inside
        )
        self.register_outputs({"arn": self.role.arn})


def trust(args: TenantRoleArgs) -> Statement:
    """Only Airflow's own identity, and only in this tenant's name."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": args.orchestrator_arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": args.place.external_id(args.tenant)}},
    }


def reach(place: Place, tenant: str) -> list[Statement]:
    """All that a tenant's tasks may do, together."""
    lake = f"arn:aws:s3:::{place.lake_bucket}"
    own = f"{lake}/{naming.tenant_prefix(tenant)}"
    return [
        _allow(["s3:GetObject"], [f"{own}*"]),
        _allow(
            ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
            [f"{lake}/{prefix}*" for prefix in written(tenant)],
        ),
        _allow(["s3:DeleteObject", "s3:PutObjectTagging"], [f"{lake}/{naming.incoming_prefix(tenant)}*"]),
        {
            **_allow(["s3:ListBucket"], [lake]),
            "Condition": {"StringLike": {"s3:prefix": [f"{naming.tenant_prefix(tenant)}*"]}},
        },
        _allow(["secretsmanager:GetSecretValue"], [place.secret_arn_pattern(tenant)]),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [place.log_group_arn(tenant)]),
    ]


def written(tenant: str) -> list[str]:
    """Where a tenant's tasks put things. Releases and deployments are the deployer's alone."""
    return [
        naming.incoming_prefix(tenant),
        naming.landing_prefix(tenant),
        naming.manifests_prefix(tenant),
        naming.all_receipts_prefix(tenant),
    ]


def _allow(actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def document(statements: Sequence[Statement]) -> str:
    """A policy document; sorted keys, so that the same policy is the same text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)
