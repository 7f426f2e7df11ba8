"""The package `aws`: the table of its types."""

from __future__ import annotations

from pipeline.sandbox.providers import schema
from pipeline.sandbox.providers.aws import (
    bucket,
    bucket_lifecycle,
    bucket_object,
    bucket_policy,
    log_group,
    role,
    role_policy,
    secret,
    secret_policy,
    world,
)
from pipeline.sandbox.providers.servicer import Package

TYPES = (
    bucket.TYPE,
    bucket_lifecycle.TYPE,
    bucket_object.TYPE,
    bucket_policy.TYPE,
    log_group.TYPE,
    role.TYPE,
    role_policy.TYPE,
    secret.TYPE,
    secret_policy.TYPE,
)


def package() -> Package:
    return Package("aws", schema.load("aws"), {type_.token: type_ for type_ in TYPES}, world.connect)
