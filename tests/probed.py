"""Globex in production as its stack makes it, on real parts: what a probe looks at, and the hands that look."""

from __future__ import annotations

import configparser
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials

from pipeline import naming, warehouse
from pipeline.gate.probe import Probed, probe
from pipeline.gate.probes.subject import Hands, Subject
from pipeline.naming import Place, landing_prefix
from pipeline.publish import schema
from pipeline.sandbox import customers as by_hand
from pipeline.sandbox import environments, identities, seed
from pipeline.settings import Address, Environment, Snowflake
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant
from tests.conftest import Aws, Customers
from tests.warehouse import OWNER, World

ROOT = Path(__file__).parents[1]
PLACE = Place("production", "eu-probe-1", "000000000778")
TENANT, NEIGHBOUR = "globex", "initech"
DIRECTORY = "/outbound/purchasing"


@dataclass
class Production:
    """`subject` is what is probed; the rest is what a test breaks, and mends again."""

    world: World
    aws: Aws
    customers: Customers
    subject: Subject

    @property
    def source(self) -> Any:
        return self.customers.source(TENANT, "production")

    @property
    def secret(self) -> str:
        return PLACE.secret(TENANT, "erp_drop")

    @property
    def role(self) -> str:
        return PLACE.snowflake_user(TENANT)

    def probe(self, **changes: Any) -> Probed:
        return probe(replace(self.subject, **changes))

    def sql(self, *statements: str) -> list[Any]:
        """As the account's administrator; the rows of the last one."""
        with self.subject.hands.warehouse() as owner:
            return [owner.rows(statement) for statement in statements][-1]

    def put(self, **value: str) -> None:
        """Another value of the secret."""
        self.aws.root("secretsmanager").put_secret_value(SecretId=self.secret, SecretString=json.dumps(value))

    def put_right(self, **more: str) -> None:
        self.put(**json.loads(by_hand.secret_value(self.customers.folder, self.source)), **more)

    def allow(self, tenant: str, *more: dict[str, Any]) -> None:
        """The role's own reach, and more."""
        document = policy([*reach(tenant), *more])
        self.aws.root("iam").put_role_policy(RoleName=PLACE.role(tenant), PolicyName="reach", PolicyDocument=document)

    @contextmanager
    def dropped(self, name: str, content: bytes) -> Iterator[None]:
        """A newer file in the customer's drop, for a while."""
        seed.drop(self.customers.folder, self.source, f"{DIRECTORY}/{name}", content, age_s=600)
        try:
            yield
        finally:
            home = self.customers.folder.sftp / self.source.site / self.source.user / "home"
            (home / DIRECTORY.lstrip("/") / name).unlink()


def policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def reach(tenant: str) -> list[dict[str, Any]]:
    """What the tenant's stack lets its role do."""
    lake = f"arn:aws:s3:::{PLACE.lake_bucket}"
    written = (landing_prefix(tenant), naming.manifests_prefix(tenant), naming.incoming_prefix(tenant))
    return [
        identities.allow(["s3:GetObject"], [f"{lake}/{tenant}/*"]),
        identities.allow(["s3:PutObject"], [f"{lake}/{prefix}*" for prefix in written]),
        {
            **identities.allow(["s3:ListBucket"], [lake]),
            "Condition": {"StringLike": {"s3:prefix": [f"{tenant}/*"]}},
        },
        identities.allow(["secretsmanager:GetSecretValue"], [PLACE.secret_arn_pattern(tenant)]),
    ]


def only_the_tenant_reads(tenant: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": PLACE.role_arn(tenant)}},
    }


def made(world: World, customers: Customers, folder: Path) -> Production:
    """Everything, as it must be."""
    aws = Aws(world.aws, PLACE)
    environment = _environment(world, customers, folder, _identity(aws, "orchestrator"))
    tenant = read_tenant(ROOT, TENANT)[0]
    assert tenant is not None
    own = Credentials(*world.owner)

    def owner() -> warehouse.Session:
        return warehouse.connect(environment, own, user=OWNER, role="ACCOUNTADMIN", warehouse="")

    subject = Subject(
        environment,
        compile_release(tenant),
        settings_document(tenant, "production"),
        Hands(aws.root, owner),
        tenant,
        neighbours=(NEIGHBOUR,),
    )
    production = Production(world, aws, customers, subject)
    _amazon(production)
    production.sql(*_snowflake())
    with owner() as session:
        schema.build(session, PLACE, TENANT, [subject.release.pipeline("purchase_orders")])
    return production


def _environment(world: World, customers: Customers, folder: Path, keys: dict[str, str]) -> Environment:
    parser = configparser.ConfigParser(interpolation=None)
    parser["orchestrator"] = keys
    with (folder / "credentials").open("w") as file:
        parser.write(file)
    book = environments.addresses(customers.folder, "production", customers.ports)
    return Environment(
        "production",
        PLACE.region,
        PLACE.account,
        Snowflake("acme-staging", host="127.0.0.1", port=world.port, protocol="http"),
        sandbox=True,
        aws_endpoint=world.aws,
        credentials=str(folder / "credentials"),
        profiles={"orchestrator": "orchestrator"},
        addresses={where: Address(**address) for where, address in book.items()},
    )


def _identity(aws: Aws, part: str) -> dict[str, str]:
    iam, name = aws.root("iam"), PLACE.identity(part)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(identities.orchestrator(PLACE)))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


def _amazon(production: Production) -> None:
    aws = production.aws
    for bucket in (PLACE.lake_bucket, PLACE.dags_bucket):
        aws.root("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": PLACE.region})
    aws.root("sqs").create_queue(QueueName=PLACE.events_queue)
    for tenant in (TENANT, NEIGHBOUR):
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": PLACE.iam_arn("user", PLACE.identity("orchestrator"))},
            "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"sts:ExternalId": PLACE.external_id(tenant)}},
        }
        aws.root("iam").create_role(RoleName=PLACE.role(tenant), AssumeRolePolicyDocument=policy([trust]))
        production.allow(tenant)
    aws.root("secretsmanager").create_secret(Name=production.secret)
    aws.root("secretsmanager").put_resource_policy(
        SecretId=production.secret, ResourcePolicy=policy([only_the_tenant_reads(TENANT)])
    )
    production.put_right()


def _snowflake() -> list[str]:
    store, published = schema.schemas(PLACE, TENANT)
    role, stage, house = PLACE.snowflake_user(TENANT), PLACE.stage(TENANT), PLACE.warehouse("eu1", priority=False)
    lake = f"s3://{PLACE.lake_bucket}/"
    on = (
        f"DATABASE {PLACE.database}",
        f"WAREHOUSE {house}",
        f"SCHEMA {store}",
        f"SCHEMA {published}",
        f"STAGE {stage}",
    )
    return [
        f"CREATE DATABASE {PLACE.database}",
        f"CREATE WAREHOUSE {house}",
        f"CREATE STORAGE INTEGRATION {PLACE.storage_integration} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' "
        f"ENABLED = TRUE STORAGE_AWS_ROLE_ARN = '{PLACE.role_arn('reader')}' STORAGE_ALLOWED_LOCATIONS = ('{lake}')",
        f"CREATE SCHEMA {store} WITH MANAGED ACCESS",
        f"CREATE SCHEMA {published} WITH MANAGED ACCESS",
        f"CREATE STAGE {stage} URL = '{lake}{landing_prefix(TENANT)}' STORAGE_INTEGRATION = {PLACE.storage_integration}",
        f"CREATE ROLE {role}",
        f"CREATE USER {role} TYPE = SERVICE DEFAULT_ROLE = {role} DEFAULT_SECONDARY_ROLES = () "
        f"WORKLOAD_IDENTITY = (TYPE = AWS ARN = '{PLACE.role_arn(TENANT)}')",
        f"GRANT ROLE {role} TO USER {role}",
        *(f"GRANT USAGE ON {what} TO ROLE {role}" for what in on),
    ]
