"""The two providers of a stack, always explicit: nothing is ever made by a default provider in a wrong account."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_snowflake as snowflake

from pipeline.settings import Environment

# The SDK loads a module when it is first touched, which two programs in two threads must not do at once.
LOADED = (aws.cloudwatch.LogGroup, aws.iam.Role, aws.s3.Bucket, aws.secretsmanager.Secret)


def providers(environment: Environment) -> list[pulumi.ProviderResource]:
    """AWS and Snowflake as this environment's deployer."""
    return [_aws(environment), _snowflake(environment)]


def _aws(environment: Environment) -> aws.Provider:
    endpoint = environment.aws_endpoint
    services = ("s3", "iam", "sts", "secretsmanager", "cloudwatchlogs")
    return aws.Provider(
        "aws",
        region=environment.region,
        profile=environment.profiles.get("deployer"),
        shared_credentials_files=[environment.credentials] if environment.credentials else None,
        allowed_account_ids=[environment.account],
        s3_use_path_style=True if endpoint else None,
        endpoints=[aws.ProviderEndpointArgs(**dict.fromkeys(services, endpoint))] if endpoint else None,
    )


def _snowflake(environment: Environment) -> snowflake.Provider:
    """By workload identity: there is no password to hand over."""
    account, place = environment.snowflake, environment.place
    organization, _, name = account.account.partition("-")
    return snowflake.Provider(
        "snowflake",
        organization_name=organization,
        account_name=name,
        user=place.snowflake_identity("deployer"),
        role=place.snowflake_identity("deployer"),
        authenticator="WORKLOAD_IDENTITY",
        workload_identity_provider="AWS",
        host=account.host or None,
        port=account.port if account.host else None,
        protocol=account.protocol if account.host else None,
    )
