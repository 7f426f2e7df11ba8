"""Signals name the object that waits, and the collector leaves word of when it last heard the queue."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = """
ALTER TABLE signals ADD COLUMN object TEXT;
UPDATE signals SET object = '';
CREATE TABLE collections (environment TEXT NOT NULL, heard_at TIMESTAMP WITH TIME ZONE, PRIMARY KEY (environment));
"""


def upgrade() -> None:
    """An older runtime's code goes on: it names the columns that it writes."""
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE collections; ALTER TABLE signals DROP COLUMN object")
