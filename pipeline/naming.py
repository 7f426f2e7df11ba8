"""Every physical name, and its inverse. Nothing else in the project joins the parts of a name.

A logical name is legal unquoted everywhere, so nothing is ever translated, and holds no `__`, `.`, `-` or `/`, so each of
these joins without doubt: `<tenant>__<pipeline>` and the like can be read back in one way only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NAME: Final = re.compile(r"[a-z](?:_?[a-z0-9]){1,23}")
COLUMN: Final = re.compile(r"[a-z](?:_?[a-z0-9]){0,62}")
REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
ENVIRONMENTS: Final = ("staging", "production")
NO_TENANTS: Final = frozenset({"shared", "platform", "policies", "cells"})
EXAMPLE: Final = "_example"  # the one folder below tenants/ that is validated and never deployed
PROJECT: Final = "acme"
RUNTIME_FOLDER: Final = "runtime"


def is_name(text: str) -> bool:
    """A tenant, connector, pipeline or cell may be called so (reserved words are a matter of spec/)."""
    return NAME.fullmatch(text) is not None


def is_column(text: str) -> bool:
    return COLUMN.fullmatch(text) is not None and len(text) <= 63


def _read(pattern: str, text: str) -> tuple[str, ...] | None:
    match = re.fullmatch(pattern, text)
    return match.groups() if match else None


_N: Final = f"({NAME.pattern})"


# Airflow
def dag_id(tenant: str, pipeline: str) -> str:
    return f"{tenant}__{pipeline}"


def read_dag_id(text: str) -> tuple[str, str] | None:
    """(tenant, pipeline), or None where it is no DAG of ours."""
    parts = _read(f"{_N}__{_N}", text)
    return (parts[0], parts[1]) if parts else None


def dag_file(tenant: str) -> str:
    return f"dags/{tenant}.py"


def runtime_file(digest: str) -> str:
    return f"dags/{RUNTIME_FOLDER}/{digest}.zip"


def environment_file(environment: str) -> str:
    """What DAGs read as their settings, beside them."""
    return f"dags/environments/{environment}.toml"


# Pulumi
def stack(tenant: str, environment: str) -> str:
    return f"{tenant}.{environment}"


def read_stack(text: str) -> tuple[str, str] | None:
    """(tenant, environment), or None."""
    parts = _read(rf"{_N}\.({'|'.join(ENVIRONMENTS)})", text)
    return (parts[0], parts[1]) if parts else None


# what the engine keeps in the state bucket
def engine_state_key(stack_name: str) -> str:
    return f".pulumi/stacks/{PROJECT}/{stack_name}.json"


def engine_locks_prefix(stack_name: str) -> str:
    return f".pulumi/locks/organization/{PROJECT}/{stack_name}/"


# keys below the lake bucket
def tenant_prefix(tenant: str) -> str:
    return f"{tenant}/"


def landing_prefix(tenant: str) -> str:
    return f"{tenant}/landing/"


def landing_key(tenant: str, pipeline: str, sha256: str, suffix: str) -> str:
    """Where an object's bytes lie: by content, so other bytes never stand under a known key. `suffix`: `.csv.gz`, …"""
    return f"{landing_prefix(tenant)}{pipeline}/{sha256}{suffix}"


INCOMING_TAG = (
    "acme-incoming"  # on all below an incoming prefix: by it the lake's lifecycle rule deletes what nobody took away
)


def incoming_prefix(tenant: str) -> str:
    """Where large files lie until their content is known, and with it their key."""
    return f"{tenant}/incoming/"


def incoming_key(tenant: str, pipeline: str, upload: str) -> str:
    return f"{incoming_prefix(tenant)}{pipeline}/{upload}"


def manifests_prefix(tenant: str) -> str:
    return f"{tenant}/manifests/"


def pipeline_manifests_prefix(tenant: str, pipeline: str) -> str:
    return f"{manifests_prefix(tenant)}{pipeline}/"


def seen_key(tenant: str, pipeline: str, sha256: str) -> str:
    """What a file at the source was when it was landed, by path, size and time: no truth, only a saving."""
    return f"{pipeline_manifests_prefix(tenant, pipeline)}seen/{sha256}.json"


def dismissed_key(tenant: str, pipeline: str, sha256: str) -> str:
    """That a person let go of an object that waited; the hash is of its name and of which bytes under it."""
    return f"{dismissed_prefix(tenant, pipeline)}{sha256}.json"


def dismissed_prefix(tenant: str, pipeline: str) -> str:
    return f"{pipeline_manifests_prefix(tenant, pipeline)}dismissed/"


def manifest_key(tenant: str, pipeline: str, run: str) -> str:
    return f"{tenant}/manifests/{pipeline}/{run}.json"


def release_key(tenant: str, digest: str) -> str:
    return f"{tenant}/releases/{digest}.json"


def deployment_key(tenant: str, deployment: str) -> str:
    return f"{tenant}/deployments/{deployment}.json"


def all_receipts_prefix(tenant: str) -> str:
    return f"{tenant}/receipts/"


def papers_prefixes(tenant: str) -> tuple[str, ...]:
    """What is written about the tenant's data and is none of it."""
    return (manifests_prefix(tenant), f"{tenant}/releases/", f"{tenant}/deployments/")


def receipts_prefix(tenant: str, pipeline: str) -> str:
    return f"{tenant}/receipts/{pipeline}/"


# Snowflake, below the store schema
ROWS: Final = "rows"
QUARANTINE: Final = "quarantine"
MUTEX: Final = "mutex"
EPOCH: Final = "epoch"
LEDGER: Final = "ledger"
STORE_TABLES: Final = (ROWS, QUARANTINE, MUTEX, EPOCH, LEDGER)
STAGE: Final = "LANDING"
_STAMP: Final = "%Y%m%d%H%M%S"


def store_table(pipeline: str, kind: str) -> str:
    """Upper case, as Snowflake folds it: `PURCHASE_ORDERS__LEDGER`."""
    return f"{pipeline}__{kind}".upper()


def read_store_table(text: str) -> tuple[str, str] | None:
    """(pipeline, kind), or None."""
    parts = _read(f"{_N}__({'|'.join(STORE_TABLES)})", text.lower())
    return (parts[0], parts[1]) if parts else None


def published_schema(tenant: str) -> str:
    return tenant.upper()


def store_schema(tenant: str) -> str:
    return f"{tenant}__store".upper()


def scratch(name: str) -> str:
    """A temporary table of one session. `__` keeps it apart from every view that it may stand beside."""
    return f"scratch__{name}".upper()


def is_scratch(table: str) -> bool:
    return table.upper().startswith("SCRATCH__")


def probe_schema(tenant: str, at: datetime, mark: str) -> str:
    """Where a probe's run on sampled rows works, until it is removed; `mark` is of letters and digits."""
    return f"{tenant}__probe__{at:{_STAMP}}{mark}".upper()


def probe_schemas(tenant: str) -> str:
    """What all of them begin with."""
    return f"{tenant}__probe__".upper()


def read_probe_schema(text: str) -> tuple[str, datetime] | None:
    """(tenant, when it was made), or None."""
    parts = _read(f"{_N}__probe__([0-9]{{14}})[0-9a-z]*", text.lower())
    return (parts[0], datetime.strptime(parts[1], _STAMP).replace(tzinfo=UTC)) if parts else None


def view(pipeline: str) -> str:
    return pipeline.upper()


@dataclass(frozen=True)
class Place:
    """One environment in one region: the coordinates that are part of every physical name.

    `account` is the 12-digit AWS account. There is one AWS account and one Snowflake account a place.
    """

    environment: str
    region: str
    account: str

    # S3
    @property
    def lake_bucket(self) -> str:
        return f"acme-{self.environment}-{self.region}-lake"

    @property
    def state_bucket(self) -> str:
        return f"acme-{self.environment}-{self.region}-state"

    @property
    def dags_bucket(self) -> str:
        return f"acme-{self.environment}-{self.region}-dags"

    def dags_prefix(self, cell: str) -> str:
        """Where MWAA's environment of this cell looks; keys below it are `dag_file` and `runtime_file`."""
        return f"{cell}/"

    # IAM
    def role(self, tenant: str) -> str:
        return f"acme-{self.environment}-{tenant}"

    def read_role(self, text: str) -> str | None:
        """The tenant whose role this is, or None."""
        parts = _read(f"acme-{self.environment}-{_N}", text)
        return parts[0] if parts else None

    def role_arn(self, tenant: str) -> str:
        return self.iam_arn("role", self.role(tenant))

    def identity(self, platform_part: str) -> str:
        """An identity of the platform's own. `--` keeps it apart from every tenant's role."""
        return f"acme-{self.environment}--{platform_part}"

    def iam_arn(self, kind: str, name: str) -> str:
        return f"arn:aws:iam::{self.account}:{kind}/{name}"

    def external_id(self, tenant: str) -> str:
        """What a caller must say to assume the tenant's role."""
        return f"acme:{self.environment}:{tenant}"

    # Secrets Manager
    def secret(self, tenant: str, name: str) -> str:
        return f"acme/{self.environment}/{tenant}/{name}"

    def read_secret(self, text: str) -> tuple[str, str] | None:
        """(tenant, name), or None."""
        parts = _read(f"acme/{self.environment}/{_N}/{_N}", text)
        return (parts[0], parts[1]) if parts else None

    def secret_arn_pattern(self, tenant: str) -> str:
        """All secrets of one tenant, as IAM spells them."""
        return f"arn:aws:secretsmanager:{self.region}:{self.account}:secret:acme/{self.environment}/{tenant}/*"

    # CloudWatch
    def log_group(self, tenant: str) -> str:
        return f"/acme/{self.environment}/{tenant}"

    def log_group_arn(self, tenant: str) -> str:
        """The group's streams, as IAM spells them."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.log_group(tenant)}:*"

    # SQS
    @property
    def events_queue(self) -> str:
        return f"acme-{self.environment}-events"

    @property
    def events_dead_letters(self) -> str:
        """Where events wait that nobody could take."""
        return f"{self.events_queue}-dead-letters"

    # Snowflake
    @property
    def database(self) -> str:
        return f"acme_{self.environment}".upper()

    def snowflake_user(self, tenant: str) -> str:
        """The SERVICE user and its role bear one name."""
        return f"acme_{self.environment}__{tenant}".upper()

    def read_snowflake_user(self, text: str) -> str | None:
        """The tenant whose user or role this is, or None."""
        parts = _read(f"acme_{self.environment}__{_N}", text.lower())
        return parts[0] if parts else None

    def snowflake_identity(self, platform_part: str) -> str:
        """A user and role of the platform's own: three underscores, so never a tenant's."""
        return f"acme_{self.environment}___{platform_part}".upper()

    def warehouse(self, cell: str, *, priority: bool) -> str:
        return f"acme_{self.environment}__{cell}{'__priority' if priority else ''}".upper()

    @property
    def storage_integration(self) -> str:
        return f"acme_{self.environment}_lake".upper()

    def stage(self, tenant: str) -> str:
        """The external stage over the tenant's landing prefix, fully qualified."""
        return f"{self.database}.{store_schema(tenant)}.{STAGE}"

    def table(self, tenant: str, pipeline: str, kind: str) -> str:
        """A table of the store, fully qualified."""
        return f"{self.database}.{store_schema(tenant)}.{store_table(pipeline, kind)}"

    def published_view(self, tenant: str, pipeline: str) -> str:
        return f"{self.database}.{published_schema(tenant)}.{view(pipeline)}"
