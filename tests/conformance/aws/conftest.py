"""One fixture: two tenants of an AWS account."""

from __future__ import annotations

import pytest

from tests.conformance.aws.world import World, allow, tenant_statements, user


@pytest.fixture
def world(ministack) -> World:
    """Tenants globex and initech, each with an object, a secret and a role."""
    bucket = f"lake-{ministack.place.account}"
    s3, secrets = ministack.root("s3"), ministack.root("secretsmanager")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": ministack.place.region})
    orchestrator = user(ministack, "orchestrator", allow(["sts:AssumeRole", "sts:TagSession"], ["*"]))
    made = World(ministack, bucket, orchestrator)
    for tenant in ("globex", "initech"):
        s3.put_object(Bucket=bucket, Key=f"{tenant}/landing/1.csv", Body=tenant.encode())
        secrets.create_secret(Name=ministack.place.secret(tenant, "erp"), SecretString=f"of {tenant}")
        statements = tenant_statements(ministack.place, bucket, tenant)
        made.role(ministack.place.role(tenant), *statements, external_id=ministack.place.external_id(tenant))
    return made
