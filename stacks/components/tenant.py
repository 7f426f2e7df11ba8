"""One tenant in one environment: its role, secrets, place in Snowflake, log group and DAG file.

The S3 prefix needs no resource. Release, runtime and deployment record are written by apply, before this runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from pipeline import naming
from pipeline.settings import Environment
from stacks.components.cloud import providers
from stacks.components.tenant_role import TenantRole, TenantRoleArgs
from stacks.components.tenant_secrets import TenantSecrets, TenantSecretsArgs
from stacks.components.tenant_warehouse import TenantWarehouse, TenantWarehouseArgs

LOG_DAYS = 180


@dataclass(frozen=True)
class TenantArgs:
    """`secrets` are logical names; `dag_file` is the text of the tenant's DAG file."""

    environment: Environment
    tenant: str
    cell: str
    tier: str
    secrets: tuple[str, ...]
    dag_file: str


class Tenant(pulumi.ComponentResource):
    """Everything of one tenant."""

    def __init__(self, args: TenantArgs) -> None:
        made = pulumi.ResourceOptions(providers=providers(args.environment))
        super().__init__("acme:index:Tenant", args.tenant, None, made)
        place, inside = args.environment.place, pulumi.ResourceOptions(parent=self)
        orchestrator = orchestrator_arn(args.environment)
        TenantRole("role", TenantRoleArgs(place, args.tenant, orchestrator), inside)
        TenantSecrets("secrets", TenantSecretsArgs(place, args.tenant, args.secrets), inside)
        landing = f"s3://{place.lake_bucket}/{naming.landing_prefix(args.tenant)}"
        TenantWarehouse("warehouse", TenantWarehouseArgs(place, args.tenant, args.cell, args.tier, landing), inside)
        self._logs(args)
        self._dag_file(args)
        self.register_outputs({})

    def _logs(self, args: TenantArgs) -> None:
        aws.cloudwatch.LogGroup(
            "logs",
            name=args.environment.place.log_group(args.tenant),
            retention_in_days=LOG_DAYS,
            tags={"tenant": args.tenant},
            opts=pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True),
        )

    def _dag_file(self, args: TenantArgs) -> None:
        place = args.environment.place
        aws.s3.BucketObjectv2(
            "dag-file",
            bucket=place.dags_bucket,
            key=place.dags_prefix(args.cell) + naming.dag_file(args.tenant),
            content=args.dag_file,
            content_type="text/x-python",
            source_hash=hashlib.sha256(args.dag_file.encode()).hexdigest(),
            opts=pulumi.ResourceOptions(parent=self),
        )


def orchestrator_arn(environment: Environment) -> str:
    """Airflow's own identity: MWAA's execution role; in the sandbox a user, since nothing there can be a service."""
    place = environment.place
    return place.iam_arn("user" if environment.sandbox else "role", place.identity("orchestrator"))


def tenant_program(args: TenantArgs) -> Callable[[], None]:
    """The stack's program."""

    def program() -> None:
        Tenant(args)

    return program
