"""Deployments say whether their pipelines run, and what is promised of each."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What was deployed before says nothing of it."""
    op.execute("ALTER TABLE deployments ADD COLUMN status TEXT; ALTER TABLE deployments ADD COLUMN promises JSONB")


def downgrade() -> None:
    op.execute("ALTER TABLE deployments DROP COLUMN status; ALTER TABLE deployments DROP COLUMN promises")
