"""The tenant's secrets: empty, by name, each readable by the tenant's role and nobody else. People put the values.

They hold data: `protect` and `retain_on_delete`, because a deleted name cannot be made again in its recovery window.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pipeline.naming import Place
from stacks.components.tenant_role import document


@dataclass(frozen=True)
class TenantSecretsArgs:
    """`names` are the logical names of the tenant's settings."""

    place: Place
    tenant: str
    names: tuple[str, ...]


class TenantSecrets(pulumi.ComponentResource):
    """A secret and its policy for each name."""

    def __init__(self, name: str, args: TenantSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:tenant:Secrets", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True)
        for each in args.names:
            secret = aws.secretsmanager.Secret(
                f"secret-{each}",
                name=args.place.secret(args.tenant, each),
                recovery_window_in_days=30,
                tags={"tenant": args.tenant, "environment": args.place.environment},
                opts=kept,
            )
            aws.secretsmanager.SecretPolicy(
                f"readers-{each}",
                secret_arn=secret.arn,
                policy=document([only_the_tenant_reads(args.place, args.tenant)]),
                block_public_policy=True,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def only_the_tenant_reads(place: Place, tenant: str) -> dict[str, object]:
    """A deny for every other principal: also for one whose own policy says `*`."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": place.role_arn(tenant)}},
    }
