"""What Snowflake itself does, where the sandbox's stand-in does something else: docs/reference/emulator-gaps.md."""

from __future__ import annotations

import pytest

from pipeline.errors import AcmeError, Denied, Final, Missing
from pipeline.warehouse import number
from tests.live.conftest import Live

pytestmark = pytest.mark.live
MERGE = """
MERGE INTO {table} AS t USING (SELECT 1 AS k, 2 AS v UNION ALL SELECT 1, 3) AS s ON t.k = s.k
WHEN MATCHED THEN UPDATE SET v = s.v
"""


def test_a_transaction_reads_what_others_committed_meanwhile(live: Live) -> None:
    """READ COMMITTED: each statement sees its own instant, so the fence reads after its mutex is held."""
    with live.table("k NUMBER") as table, live.snowflake() as one, live.snowflake() as other, one.transaction():
        assert one.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)]
        other.execute(f"INSERT INTO {table} VALUES (1)")
        assert one.rows(f"SELECT COUNT(*) FROM {table}") == [(1,)]


def test_a_failed_statement_leaves_its_transaction_open(live: Live) -> None:
    """The stand-in is stricter: there nothing but ROLLBACK goes on. We roll back in both."""
    with live.table("k NUMBER") as table, live.snowflake() as session, session.transaction():
        session.execute(f"INSERT INTO {table} VALUES (1)")
        with pytest.raises(AcmeError):
            session.rows("SELECT TO_NUMBER('x')")
        assert session.rows(f"SELECT COUNT(*) FROM {table}") == [(1,)]


def test_a_merge_with_two_source_rows_for_one_is_refused(live: Live) -> None:
    """100090: nondeterministic."""
    with live.table("k NUMBER, v NUMBER") as table, live.snowflake() as session:
        session.execute(f"INSERT INTO {table} VALUES (1, 1)")
        with pytest.raises(Final) as told:
            session.execute(MERGE.format(table=table))
        assert number(told.value) == 100090


def test_an_insert_waits_for_nobody_and_an_update_for_the_mutex(live: Live) -> None:
    """The fence stands on it: loads append without a lock, publishers wait for each other."""
    with live.table("k NUMBER, n NUMBER") as table, live.snowflake() as one, live.snowflake() as other:
        one.execute(f"INSERT INTO {table} VALUES (1, 0)")
        with one.transaction():
            one.execute(f"UPDATE {table} SET n = n + 1 WHERE k = 1")
            other.execute(f"INSERT INTO {table} VALUES (2, 0)")
            other.execute("ALTER SESSION SET LOCK_TIMEOUT = 2")
            with pytest.raises(AcmeError) as told:
                other.execute(f"UPDATE {table} SET n = n + 1 WHERE k = 1")
            assert number(told.value) in (625, 630)


def test_refusals_are_told_by_their_kind(live: Live) -> None:
    """Whatever their numbers are: a stranger's login, an object that is not there, one that is somebody else's."""
    with pytest.raises(Denied):
        live.snowflake(user="ACME_LIVE_NOBODY").close()
    with live.snowflake() as session:
        with pytest.raises(Missing):
            session.rows(f"DESCRIBE TABLE {live.environment.place.database}.PUBLIC.ACME_LIVE_NOTHING")
        with pytest.raises((Denied, Missing)):
            session.execute("DROP DATABASE SNOWFLAKE")
