"""Locks, transactions and sessions."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def table(root):
    root.run("CREATE TABLE T (k NUMBER(38,0), n NUMBER(38,0))")
    root.run("INSERT INTO T VALUES (1, 0), (2, 0)")


@pytest.mark.usefixtures("root", "table")
def test_an_update_waits_for_the_other_transaction_and_sees_what_it_committed(world):
    """The second updater counts on from the first one's number, though it began before."""
    first, second = world.client(), world.client()
    first.run("BEGIN")
    first.run("UPDATE T SET n = n + 1 WHERE k = 1")
    second.run("BEGIN")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second.count, "UPDATE T SET n = n + 1 WHERE k = 1")
        assert not waiting.done()
        first.run("COMMIT")
        assert waiting.result(20) == 1
    assert second.run("SELECT n FROM T WHERE k = 1") == [(2,)]
    second.run("COMMIT")


@pytest.mark.usefixtures("root", "table")
def test_a_lock_that_does_not_come_in_time_is_error_625(world):
    """LOCK_TIMEOUT ends the wait."""
    first, second = world.client(), world.client(session_parameters={"LOCK_TIMEOUT": 1})
    first.run("BEGIN")
    first.run("DELETE FROM T WHERE k = 2")
    assert second.fails("UPDATE T SET n = 9 WHERE k = 1") == 625
    first.run("ROLLBACK")
    assert second.fails("UPDATE T SET n = 9 WHERE k = 1") is None


@pytest.mark.usefixtures("table")
def test_an_insert_takes_no_lock(world, root):
    """Two transactions insert side by side."""
    first, second = world.client(), world.client(session_parameters={"LOCK_TIMEOUT": 1})
    first.run("BEGIN")
    first.run("UPDATE T SET n = 5 WHERE k = 1")
    assert second.fails("INSERT INTO T VALUES (3, 3)") is None
    first.run("COMMIT")
    assert root.run("SELECT COUNT(*) FROM T") == [(3,)]


@pytest.mark.usefixtures("table")
def test_a_deadlock_ends_one_of_the_two(world, root):
    """Who would close the circle is told at once."""
    root.run("CREATE TABLE U (k NUMBER(38,0))")
    root.run("INSERT INTO U VALUES (1)")
    first, second = world.client(), world.client()
    for client, name in ((first, "T"), (second, "U")):
        client.run("BEGIN")
        client.run(f"UPDATE {name} SET k = k WHERE k = 1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(first.fails, "UPDATE U SET k = k WHERE k = 1")
        threading.Event().wait(1)
        assert second.fails("UPDATE T SET k = k WHERE k = 1") == 625
        second.run("ROLLBACK")
        assert waiting.result(20) is None
    first.run("ROLLBACK")


@pytest.mark.usefixtures("table")
def test_the_end_of_a_session_rolls_back(world, root):
    """What a closed session left open is gone, its lock is free."""
    lost = world.client()
    lost.run("BEGIN")
    lost.run("UPDATE T SET n = 77 WHERE k = 1")
    lost.connection.close(retry=False)
    assert root.count("UPDATE T SET n = n + 1 WHERE k = 1") == 1
    assert root.run("SELECT n FROM T WHERE k = 1") == [(1,)]


@pytest.mark.usefixtures("table")
def test_ddl_commits_and_a_temporary_table_does_not(root):
    """CREATE TABLE ends the open transaction by COMMIT; CREATE TEMPORARY TABLE leaves it open."""
    root.run("BEGIN")
    root.run("INSERT INTO T VALUES (9, 9)")
    root.run("CREATE TEMPORARY TABLE W (a NUMBER(38,0))")
    root.run("INSERT INTO W VALUES (1)")
    assert root.run("SELECT CURRENT_TRANSACTION()")[0][0]
    root.run("ROLLBACK")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 9") == [(0,)]
    root.run("BEGIN")
    root.run("INSERT INTO T VALUES (9, 9)")
    root.run("CREATE TABLE X (a NUMBER(38,0))")
    assert root.run("SELECT CURRENT_TRANSACTION()") == [(None,)]
    root.run("ROLLBACK")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 9") == [(1,)]


def test_a_temporary_table_is_its_session_s_own(world, root):
    """Another session does not know it."""
    root.run("CREATE OR REPLACE TEMPORARY TABLE W AS SELECT 1 AS a")
    assert world.client().fails("SELECT * FROM W") == 2003


@pytest.mark.usefixtures("table")
def test_without_autocommit_a_statement_opens_a_transaction(world, root):
    """AUTOCOMMIT = FALSE: nothing stands before COMMIT."""
    client = world.client()
    client.run("ALTER SESSION SET AUTOCOMMIT = FALSE")
    client.run("INSERT INTO T VALUES (4, 4)")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 4") == [(0,)]
    client.run("COMMIT")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 4") == [(1,)]


@pytest.mark.usefixtures("table")
def test_a_failed_statement_dooms_its_transaction_and_says_so(root):
    """Stricter than Snowflake: the engine cannot undo one statement alone, so COMMIT refuses."""
    root.run("BEGIN")
    root.run("INSERT INTO T VALUES (5, 5)")
    assert root.fails("INSERT INTO T VALUES ('x', 1)") == 100038
    assert root.fails("COMMIT") == 90232
    root.run("ROLLBACK")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 5") == [(0,)]


@pytest.mark.usefixtures("table")
def test_a_statement_that_does_not_compile_leaves_the_transaction_open(root):
    """Unknown tables are found before anything runs."""
    root.run("BEGIN")
    root.run("INSERT INTO T VALUES (6, 6)")
    assert root.fails("SELECT * FROM nowhere") == 2003
    root.run("COMMIT")
    assert root.run("SELECT COUNT(*) FROM T WHERE k = 6") == [(1,)]


@pytest.mark.usefixtures("table")
def test_an_aborted_transaction_is_another_one_afterwards(world, root):
    """The server ends a zombie's transaction: CURRENT_TRANSACTION changes, its rows are gone."""
    zombie = world.client(session_parameters={"QUERY_TAG": world.name("zombie"), "AUTOCOMMIT": False})
    zombie.run("BEGIN")
    zombie.run("UPDATE T SET n = 9 WHERE k = 1")
    before = zombie.run("SELECT CURRENT_TRANSACTION()")
    assert world.server.ask("fault", abort=world.name("zombie")) == {"sessions": 1}
    zombie.run("INSERT INTO T VALUES (7, 7)")
    assert zombie.run("SELECT CURRENT_TRANSACTION()") != before
    zombie.run("ROLLBACK")
    assert root.run("SELECT n FROM T WHERE k = 1") == [(0,)]


@pytest.mark.usefixtures("table")
def test_a_killed_session_is_gone(world, root):
    """The client is told, the lock is free."""
    client = world.client(session_parameters={"QUERY_TAG": world.name("victim")})
    client.run("BEGIN")
    client.run("UPDATE T SET n = 9 WHERE k = 1")
    world.server.ask("fault", kill=world.name("victim"))
    assert client.fails("SELECT 1") == 390111
    assert root.count("UPDATE T SET n = 1 WHERE k = 1") == 1


@pytest.mark.usefixtures("root")
def test_statements_fail_on_demand(world):
    """The next N that match, in sessions of the tag."""
    client = world.client(session_parameters={"QUERY_TAG": world.name("hit")})
    world.server.ask("fault", match="select 42", tag=world.name("hit"), times=1, number=604)
    assert client.fails("SELECT 42") == 604
    assert client.run("SELECT 42") == [(42,)]
