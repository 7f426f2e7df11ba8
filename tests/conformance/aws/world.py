"""Two tenants of one AWS account, with roles as the platform gives them, and a world to try them on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

DENIALS = {"AccessDenied", "AccessDeniedException", "403"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources, **rest):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **rest}


def deny(actions, resources, **rest):
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **rest}


def trust(principal, external_id=None, actions=("sts:AssumeRole",)):
    condition = {"Condition": {"StringEquals": {"sts:ExternalId": external_id}}} if external_id else {}
    return policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions), **condition})


def decision(call, *arguments, **parameters) -> str:
    """`allow`, `deny`, or the code of another error."""
    try:
        call(*arguments, **parameters)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "deny" if code in DENIALS or code.endswith("AccessDenied") else code
    return "allow"


@dataclass(frozen=True)
class World:
    """The account, its bucket, and the keys of those who act in it."""

    aws: Any
    bucket: str
    orchestrator: tuple[str, str]

    @property
    def place(self):
        return self.aws.place

    def role(self, name: str, *statements, external_id=None, principal=None, **options) -> str:
        """A role that the orchestrator may assume; returns its ARN."""
        iam = self.aws.root("iam")
        caller = principal or self.place.iam_arn("user", "orchestrator")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(caller, external_id), **options)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return self.place.iam_arn("role", name)

    def assume(self, arn: str, keys=None, **options) -> tuple[str, str, str]:
        sts = self.aws.client("sts", keys or self.orchestrator)
        given = sts.assume_role(RoleArn=arn, RoleSessionName="conformance", **options)["Credentials"]
        return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]

    def tenant(self, service: str, tenant: str):
        """A client that acts as the tenant."""
        keys = self.assume(self.place.role_arn(tenant), ExternalId=self.place.external_id(tenant))
        return self.aws.client(service, keys)


def tenant_statements(place, bucket, tenant):
    """The least that a tenant needs, in literal ARNs."""
    objects = f"arn:aws:s3:::{bucket}/{tenant}/*"
    inside = {"Condition": {"StringLike": {"s3:prefix": [f"{tenant}/*"]}}}
    return [
        allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], [objects]),
        allow(["s3:ListBucket"], [f"arn:aws:s3:::{bucket}"], **inside),
        allow(["secretsmanager:GetSecretValue"], [place.secret_arn_pattern(tenant)]),
    ]


def user(aws, name: str, *statements) -> tuple[str, str]:
    """A user with keys."""
    iam = aws.root("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
