"""The first shape of the records: 0001_records.sql, and the partitions of now."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import op

from pipeline.observe.partitions import keep

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table, then the months that are kept or coming."""
    connection = op.get_bind()
    connection.exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    keep(connection, datetime.now(UTC))
