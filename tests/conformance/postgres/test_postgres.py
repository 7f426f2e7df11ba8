"""PostgreSQL out of the wheel is the PostgreSQL that the records need."""

from __future__ import annotations

import pytest
import sqlalchemy


def test_it_is_postgresql_18_and_takes_a_login_by_the_password_file(database):
    """The URL carries no password, and still opens the database."""
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SHOW server_version_num")).scalar_one().startswith("18")
    engine.dispose()


def test_a_login_without_the_password_is_refused(database):
    """Loopback alone is no identity."""
    engine = sqlalchemy.create_engine(database.split("?")[0] + "?passfile=/nonexistent")
    with pytest.raises(sqlalchemy.exc.OperationalError, match="no password"):
        engine.connect()
    engine.dispose()
