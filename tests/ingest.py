"""Tenants as ingest meets them: an AWS account with role and secret, the customers' running systems, their own releases."""

from __future__ import annotations

import configparser
import gzip
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.cloud import assume_tenant
from pipeline.ingest import landing
from pipeline.run import Binding, Known, Manifest
from pipeline.sandbox import customers as by_hand
from pipeline.sandbox import environments, identities, seed, sources
from pipeline.settings import Address, Environment, Snowflake
from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import read_tenant

REPOSITORY = Path(__file__).parents[1]
PURCHASING = "/outbound/purchasing"
NOTHING = Known(live={})


@dataclass
class Events:
    """A sink that keeps what it was sent."""

    sent: list = field(default_factory=list)

    def send(self, event) -> None:
        event.text()
        self.sent.append(event)

    def named(self, name: str) -> list:
        return [event for event in self.sent if event.name == name]


def cloud_of(aws, folder: Path) -> Environment:
    """The account with its lake and queue; the orchestrator's keys stand in a credentials file, as bootstrap writes it."""
    place = aws.place
    region = {"LocationConstraint": place.region}
    aws.root("s3").create_bucket(Bucket=place.lake_bucket, CreateBucketConfiguration=region)
    aws.root("sqs").create_queue(QueueName=place.events_queue)
    iam, name = aws.root("iam"), place.identity("orchestrator")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(identities.orchestrator(place)))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    parser = configparser.ConfigParser(interpolation=None)
    parser[name] = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    with (folder / "credentials").open("w") as file:
        parser.write(file)
    return Environment(
        name=place.environment,
        region=place.region,
        account=place.account,
        snowflake=Snowflake("none"),
        sandbox=True,
        aws_endpoint=aws.endpoint,
        credentials=str(folder / "credentials"),
        profiles={"orchestrator": name},
    )


def policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def tenant_role(aws, tenant: str) -> None:
    """A role that may do with the tenant's own things what any task of it may."""
    place = aws.place
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": place.iam_arn("user", place.identity("orchestrator"))},
        "Action": ["sts:AssumeRole"],
        "Condition": {"StringEquals": {"sts:ExternalId": place.external_id(tenant)}},
    }
    lake = f"arn:aws:s3:::{place.lake_bucket}/{tenant}/*"
    statements = [
        identities.allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"], [lake]),
        identities.allow(["s3:PutObjectTagging"], [f"arn:aws:s3:::{place.lake_bucket}/{tenant}/incoming/*"]),
        {
            **identities.allow(["s3:ListBucket"], [f"arn:aws:s3:::{place.lake_bucket}"]),
            "Condition": {"StringLike": {"s3:prefix": [f"{tenant}/*"]}},
        },
        identities.allow(["secretsmanager:GetSecretValue"], [place.secret_arn_pattern(tenant)]),
    ]
    iam = aws.root("iam")
    iam.create_role(RoleName=place.role(tenant), AssumeRolePolicyDocument=policy([trust]))
    iam.put_role_policy(RoleName=place.role(tenant), PolicyName="p", PolicyDocument=policy(statements))


@dataclass
class Tenant:
    """A tenant in staging, and its customer's system."""

    name: str
    aws: Any
    customers: Any
    environment: Environment

    @property
    def source(self):
        return self.customers.source(self.name)

    def binding(self, pipeline: str, run: str = "r-1", **changes) -> Binding:
        """The binding of a run of the tenant's own pipeline, of its folder; `changes` are of the pipeline."""
        tenant, _ = read_tenant(REPOSITORY, self.name)
        assert tenant is not None
        release = compile_release(tenant)
        return Binding(
            self.environment,
            self.name,
            replace(release.pipeline(pipeline), **changes),
            run,
            1,
            release.digest,
            "dep-1",
            "0" * 64,
            settings_document(tenant, "staging"),
        )

    def land(
        self, pipeline: str, known: Known = NOTHING, events=None, run: str = "r-1", replay=(), **changes
    ) -> Manifest:
        credentials = assume_tenant(self.environment, self.name, "ingest", run)
        return landing.land(
            self.binding(pipeline, run, **changes), known, events or Events(), credentials, replay=replay
        )

    def drop(self, name: str, content: bytes, age_s: float = 3600) -> str:
        """A file in the customer's drop; returns its path as the tenant sees it."""
        path = f"{PURCHASING}/{name}"
        seed.drop(self.customers.folder, self.source, path, content, age_s=age_s)
        return path

    def file(self, name: str) -> Path:
        return sources.inside(self.customers.folder, self.source, f"{PURCHASING}/{name}")

    @property
    def s3(self):
        return self.aws.root("s3")

    @property
    def bucket(self) -> str:
        return self.environment.place.lake_bucket

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def stored(self) -> list[str]:
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]


def prepare(aws, cloud: Environment, customers, name: str) -> Tenant:
    """Role, secret with its value, and an address book with the customer's system."""
    tenant_role(aws, name)
    source = customers.source(name)
    secret = cloud.place.secret(name, source.secret)
    aws.root("secretsmanager").create_secret(Name=secret, SecretString=by_hand.secret_value(customers.folder, source))
    book = environments.addresses(customers.folder, "staging", customers.ports)
    addresses = {where: Address(**address) for where, address in book.items()}
    return Tenant(name, aws, customers, replace(cloud, addresses=addresses))


@pytest.fixture
def aws(ministack):
    """An account in a region of the test's own: bucket names are shared by all accounts, and the region is part of them."""
    region = f"eu-{''.join(chr(ord('a') + int(digit)) for digit in ministack.place.account)}-1"
    return replace(ministack, place=replace(ministack.place, region=region))


@pytest.fixture
def cloud(aws, tmp_path) -> Environment:
    """An environment with the lake, the queue and the orchestrator's profile, as in the sandbox's settings."""
    return cloud_of(aws, tmp_path)


@pytest.fixture
def events() -> Events:
    """What was sent, kept."""
    return Events()


@pytest.fixture
def globex(customers, aws, cloud) -> Tenant:
    """Globex in staging: role, secret, and its SFTP server in the address book."""
    return prepare(aws, cloud, customers, "globex")


@pytest.fixture
def initech(customers, aws, cloud) -> Tenant:
    """Initech in staging: role, secret, and its API in the address book."""
    return prepare(aws, cloud, customers, "initech")


def packed(*lines: str) -> bytes:
    """Lines as a gzip file."""
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
