"""What apply knows of itself: leases and deployments, in a schema of their own (pipeline/apply/records.py)."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE SCHEMA control;
CREATE TABLE control.leases (
    tenant text, environment text, token bigint NOT NULL, holder jsonb, heartbeat timestamptz NOT NULL,
    PRIMARY KEY (tenant, environment)
);
CREATE TABLE control.deployments (
    id text PRIMARY KEY, tenant text NOT NULL, environment text NOT NULL, epoch bigint NOT NULL,
    release text NOT NULL, settings text NOT NULL, runtime text NOT NULL, program text NOT NULL,
    commit text NOT NULL, author text NOT NULL, cause text NOT NULL, state text NOT NULL, bindings jsonb NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(), live_at timestamptz, error text
);
CREATE UNIQUE INDEX deployments_epoch ON control.deployments (tenant, environment, epoch);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("DROP SCHEMA control CASCADE")
