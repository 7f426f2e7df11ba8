"""The SDK's modules are loaded before any test: they load themselves at first use, and warn of their own old names then."""

from __future__ import annotations

import warnings

import pulumi_aws as aws

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    LOADED = (aws.cloudwatch.LogGroup, aws.iam.Role, aws.s3.Bucket, aws.secretsmanager.Secret)
    import pulumi_snowflake  # noqa: F401
