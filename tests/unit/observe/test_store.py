"""The records' tables: what the migrations make is what the code expects, and time takes it away again."""

from datetime import UTC, datetime, timedelta

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, inspect, select

from pipeline.observe import partitions, store
from pipeline.observe.partitions import KEPT_DAYS, keep

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)


def test_the_migrations_make_what_the_code_expects(records):
    """Table by table and column by column, the migrated database is the metadata."""
    own = {table.name for table in store.metadata.sorted_tables}

    def ours(thing, name, kind, _reflected, _other):
        return (name if kind == "table" else thing.table.name) in own

    with records.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, store.metadata) == []


def test_migrating_twice_changes_nothing(records):
    """A second start finds everything done."""
    before = inspect(records).get_table_names()
    store.migrate(records)
    assert inspect(records).get_table_names() == before


def test_months_come_and_go(records):
    """Half a year on, the months of today are gone, with what stood in them; the coming ones are there."""
    later = datetime.now(UTC) + timedelta(days=KEPT_DAYS + 62)
    with records.begin() as connection:
        connection.execute(
            insert(store.events).values(at=datetime.now(UTC), id="old", name="ingest.run.started", data={})
        )
        connection.execute(insert(store.event_ids).values(at=datetime.now(UTC), id="old"))
        dropped = keep(connection, later)
        assert partitions.partition(store.events, datetime.now(UTC).date()) in dropped
        assert connection.scalar(select(func.count()).select_from(store.events)) == 0
        assert connection.scalar(select(func.count()).select_from(store.event_ids)) == 0
        connection.execute(insert(store.events).values(at=later, id="new", name="ingest.run.started", data={}))
        assert keep(connection, later) == ()


def test_what_is_kept_has_a_partition(records):
    """The instants that the collector takes are those that the partitions hold, at both ends."""
    for at in (NOW - timedelta(days=KEPT_DAYS), datetime(2027, 1, 31, 23, 59, tzinfo=UTC)):
        assert partitions.is_kept(at, NOW)
        with records.begin() as connection:
            keep(connection, NOW)
            connection.execute(insert(store.events).values(at=at, id=f"{at}", name="ingest.run.started", data={}))
    assert not partitions.is_kept(datetime(2027, 2, 1, tzinfo=UTC), NOW)
    assert not partitions.is_kept(NOW - timedelta(days=KEPT_DAYS, seconds=1), NOW)


def test_a_live_deployment_outlives_the_rest(records):
    """What runs now stays known, however long ago it went live; what failed then does not."""
    with records.begin() as connection:
        for state in ("live", "failed"):
            row = {"deployment": state, "state": state, "state_at": NOW - timedelta(days=400)}
            connection.execute(insert(store.deployments).values(row))
        keep(connection, NOW)
        assert connection.scalars(select(store.deployments.c.deployment)).all() == ["live"]
