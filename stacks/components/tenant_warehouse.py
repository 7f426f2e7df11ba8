"""The tenant's place in Snowflake: a SERVICE user without a secret, its role, two schemas, a stage, and the grants.

The schemas hold data: `protect` and `retain_on_delete`. Tables and views are not here: a deployment makes them by DDL.
Strings where others have booleans are the provider's way ("true"); `isTransient` is never given, since changing it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_snowflake as snowflake

from pipeline.naming import STAGE, Place, published_schema, store_schema

TIMEOUT_S = {"priority": 3600, "standard": 1800, "trial": 900}
LOCK_TIMEOUT_S = 60


@dataclass(frozen=True)
class TenantWarehouseArgs:
    """`cell` and `tier` decide on which warehouse the tenant works and for how long."""

    place: Place
    tenant: str
    cell: str
    tier: str
    landing_url: str


class TenantWarehouse(pulumi.ComponentResource):
    """User, role, schemas, stage, grants."""

    def __init__(self, name: str, args: TenantWarehouseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:tenant:Warehouse", name, None, opts)
        self._args, self._inside = args, pulumi.ResourceOptions(parent=self)
        self.role = snowflake.AccountRole("role", name=args.place.snowflake_user(args.tenant), opts=self._inside)
        self.user = self._user()
        snowflake.GrantAccountRole(
            "role-of-user", role_name=self.role.name, user_name=self.user.name, opts=self._inside
        )
        self._schemas()
        self._grants()
        self.register_outputs({})

    def _user(self) -> snowflake.ServiceUser:
        args, place = self._args, self._args.place
        return snowflake.ServiceUser(
            "user",
            name=place.snowflake_user(args.tenant),
            default_role=place.snowflake_user(args.tenant),
            default_warehouse=self._warehouse,
            default_secondary_roles_option="NONE",
            default_workload_identity=snowflake.ServiceUserDefaultWorkloadIdentityArgs(
                aws=snowflake.ServiceUserDefaultWorkloadIdentityAwsArgs(arn=place.role_arn(args.tenant))
            ),
            lock_timeout=LOCK_TIMEOUT_S,
            statement_timeout_in_seconds=TIMEOUT_S[args.tier],
            abort_detached_query=True,
            opts=self._inside,
        )

    @property
    def _warehouse(self) -> str:
        return self._args.place.warehouse(self._args.cell, priority=self._args.tier == "priority")

    def _schemas(self) -> None:
        args, place = self._args, self._args.place
        kept = pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True)
        self.schemas = [
            snowflake.Schema(label, database=place.database, name=schema, with_managed_access="true", opts=kept)
            for label, schema in self._named().items()
        ]
        self.stage = snowflake.StageExternalS3(
            "landing",
            database=place.database,
            schema=store_schema(args.tenant),
            name=STAGE,
            url=args.landing_url,
            storage_integration=place.storage_integration,
            opts=self._after_schemas,
        )

    def _named(self) -> dict[str, str]:
        return {"published": published_schema(self._args.tenant), "store": store_schema(self._args.tenant)}

    @property
    def _after_schemas(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=self.schemas)

    @property
    def _after_stage(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self.stage])

    def _grants(self) -> None:
        """Usage only. What may be done to a table is granted where the table is made."""
        place = self._args.place
        on = snowflake.GrantPrivilegesToAccountRoleOnAccountObjectArgs
        for kind, named in (("DATABASE", place.database), ("WAREHOUSE", self._warehouse)):
            self._usage(kind.lower(), on_account_object=on(object_type=kind, object_name=named))
        for label, schema in self._named().items():
            named = f'"{place.database}"."{schema}"'
            self._usage(label, on_schema=snowflake.GrantPrivilegesToAccountRoleOnSchemaArgs(schema_name=named))
        stage = f'"{place.database}"."{store_schema(self._args.tenant)}"."{STAGE}"'
        on_stage = snowflake.GrantPrivilegesToAccountRoleOnSchemaObjectArgs(object_type="STAGE", object_name=stage)
        self._usage("landing", on_schema_object=on_stage)

    def _usage(self, label: str, **on: Any) -> None:
        snowflake.GrantPrivilegesToAccountRole(
            f"usage-{label}", account_role_name=self.role.name, privileges=["USAGE"], opts=self._after_stage, **on
        )
