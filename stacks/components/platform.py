"""What all tenants of one environment share: buckets, database, warehouses, storage integration.

One lifecycle configuration and one policy a bucket: both are static, the policy only denies. Everything that holds data is
protected. The state bucket and the deployer are older than any stack and not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_snowflake as snowflake

from pipeline import naming
from pipeline.settings import Environment
from stacks.components.cloud import providers
from stacks.components.tenant_role import document

EXPIRED = "acme-expired"  # the tag that a sweeper sets when nothing has named an object for 180 days
WAREHOUSE_IDLE_S = 60


@dataclass(frozen=True)
class PlatformArgs:
    """`cells` are the names of this environment's cells; `environment_file` is what DAGs read as their settings."""

    environment: Environment
    cells: tuple[str, ...]
    environment_file: str


class Platform(pulumi.ComponentResource):
    """Everything shared."""

    def __init__(self, args: PlatformArgs) -> None:
        super().__init__(
            "acme:index:Platform", "platform", None, pulumi.ResourceOptions(providers=providers(args.environment))
        )
        self._args, self._place = args, args.environment.place
        self._inside = pulumi.ResourceOptions(parent=self)
        self._kept = pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True)
        self._bucket("lake", self._place.lake_bucket)
        self._environment_files(self._bucket("dags", self._place.dags_bucket))
        self._snowflake()
        self.register_outputs({})

    def _bucket(self, label: str, name: str) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(
            label,
            bucket=name,
            versioning=aws.s3.BucketVersioningArgs(enabled=True),
            tags={"environment": self._place.environment},
            opts=self._kept,
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=[bucket])
        aws.s3.BucketLifecycleConfiguration(f"{label}-lifecycle", bucket=name, rules=[*_rules()], opts=after)
        if not self._args.environment.sandbox:  # its endpoint speaks plain HTTP, which this denies
            aws.s3.BucketPolicy(f"{label}-tls", bucket=name, policy=document([_only_tls(name)]), opts=after)
        return bucket

    def _environment_files(self, bucket: aws.s3.Bucket) -> None:
        after = pulumi.ResourceOptions(parent=self, depends_on=[bucket])
        for cell in self._args.cells:
            aws.s3.BucketObjectv2(
                f"environment-{cell}",
                bucket=self._place.dags_bucket,
                key=f"{self._place.dags_prefix(cell)}{naming.environment_file(self._place.environment)}",
                content=self._args.environment_file,
                opts=after,
            )

    def _snowflake(self) -> None:
        place = self._place
        snowflake.Database("database", name=place.database, opts=self._kept)
        for cell in self._args.cells:
            for priority in (False, True):
                self._warehouse(place.warehouse(cell, priority=priority))
        role = self._integration_role()
        snowflake.StorageIntegrationAws(
            "lake-integration",
            name=place.storage_integration,
            enabled=True,
            storage_provider="S3",
            storage_aws_role_arn=role.arn,
            storage_aws_external_id=place.external_id(INTEGRATION),
            storage_allowed_locations=[f"s3://{place.lake_bucket}/"],
            opts=self._inside,
        )

    def _warehouse(self, name: str) -> None:
        snowflake.Warehouse(
            name.lower(),
            name=name,
            warehouse_size="XSMALL",
            auto_suspend=WAREHOUSE_IDLE_S,
            auto_resume="true",
            initially_suspended=True,
            opts=self._inside,
        )

    def _integration_role(self) -> aws.iam.Role:
        """What Snowflake becomes to read landed objects: read only, landing only."""
        place = self._place
        role = aws.iam.Role(
            "lake-reader",
            name=place.identity(INTEGRATION),
            assume_role_policy=document([_snowflake_trust(self._args)]),
            opts=self._inside,
        )
        lake = f"arn:aws:s3:::{place.lake_bucket}"
        statements = [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": [f"{lake}/*/landing/*"]},
            {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Resource": [lake]},
        ]
        aws.iam.RolePolicy(
            "lake-reader-reach", name="reach", role=role.name, policy=document(statements), opts=self._inside
        )
        return role


INTEGRATION = "snowflake"


def _snowflake_trust(args: PlatformArgs) -> dict[str, object]:
    """Snowflake's own IAM user of this account, with the integration's external id."""
    environment, place = args.environment, args.environment.place
    return {
        "Effect": "Allow",
        "Principal": {"AWS": environment.snowflake.iam_arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": place.external_id(INTEGRATION)}},
    }


def _only_tls(bucket: str) -> dict[str, object]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _rules() -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    """Half an upload goes after two days; what a sweeper tagged goes after one; old versions after 180.

    What came in and was taken away or left behind is a second copy of what was landed, so its versions go at once.
    """
    rule = aws.s3.BucketLifecycleConfigurationRuleArgs
    outdated = aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs
    return [
        rule(
            id="abort-uploads",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=2
            ),
        ),
        rule(
            id="expired",
            status="Enabled",
            filter=_tagged(EXPIRED),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=1),
        ),
        rule(
            id="incoming",
            status="Enabled",
            filter=_tagged(naming.INCOMING_TAG),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=1),
            noncurrent_version_expiration=outdated(noncurrent_days=1),
        ),
        rule(
            id="old-versions",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            noncurrent_version_expiration=outdated(noncurrent_days=180),
        ),
    ]


def _tagged(key: str) -> aws.s3.BucketLifecycleConfigurationRuleFilterArgs:
    return aws.s3.BucketLifecycleConfigurationRuleFilterArgs(
        tag=aws.s3.BucketLifecycleConfigurationRuleFilterTagArgs(key=key, value="true")
    )


def platform_program(args: PlatformArgs) -> Callable[[], None]:
    """The stack's program."""

    def program() -> None:
        Platform(args)

    return program
