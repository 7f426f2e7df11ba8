"""The package `snowflake`: the table of its types."""

from __future__ import annotations

from pipeline.sandbox.providers import schema as schemas
from pipeline.sandbox.providers.servicer import Package
from pipeline.sandbox.providers.snowflake import (
    account_role,
    connection,
    database,
    grant_account_role,
    grant_ownership,
    grant_privileges,
    schema,
    service_user,
    stage,
    storage_integration,
    warehouse,
)

TYPES = (
    account_role.TYPE,
    database.TYPE,
    grant_account_role.TYPE,
    grant_ownership.TYPE,
    grant_privileges.TYPE,
    schema.TYPE,
    service_user.TYPE,
    stage.TYPE,
    storage_integration.TYPE,
    warehouse.TYPE,
)


def package() -> Package:
    return Package("snowflake", schemas.load("snowflake"), {type_.token: type_ for type_ in TYPES}, connection.connect)
