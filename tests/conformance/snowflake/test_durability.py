"""What was committed outlives the server, however it ends."""

from __future__ import annotations

import signal

import pytest

from tests.conformance.snowflake.conftest import Client, Server, free

STATEMENTS = (
    "CREATE DATABASE D",
    "CREATE SCHEMA D.S",
    "CREATE TABLE D.S.T (a VARCHAR(3))",
    "INSERT INTO D.S.T VALUES ('x')",
    "CREATE SECURE VIEW D.S.V AS SELECT a FROM D.S.T",
    "CREATE ROLE R",
    "CREATE USER U TYPE = SERVICE DEFAULT_ROLE = R",
    "GRANT ROLE R TO USER U",
    "GRANT SELECT ON VIEW D.S.V TO ROLE R",
    "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R",
    "CREATE WAREHOUSE W WAREHOUSE_SIZE = XSMALL",
    "COMMENT ON TABLE D.S.T IS 'kept'",
)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_rows_rights_and_objects_are_there_again(tmp_path, how):
    """Tables, views, roles, users, grants, owners, warehouses, comments; the open transaction is not."""
    server = Server(tmp_path / "account.duckdb", "http://127.0.0.1:1", free())
    server.start()
    client = Client(server.connect())
    for sql in STATEMENTS:
        client.run(sql)
    client.run("BEGIN")
    client.run("INSERT INTO D.S.T VALUES ('y')")
    server.stop(how)
    server.start()
    try:
        again = Client(server.connect())
        assert again.run("SELECT a FROM D.S.V") == [("x",)]
        assert again.fails("INSERT INTO D.S.T VALUES ('long')") == 100078
        assert [row[1:4] for row in again.run("SHOW GRANTS OF ROLE R")] == [("R", "USER", "U")]
        assert ("R", "SELECT") in {(row[5], row[1]) for row in again.run("SHOW GRANTS ON VIEW D.S.V")}
        table = again.run("SHOW TABLES IN SCHEMA D.S")[0]
        assert (table[5], table[6]) == ("kept", "R")
        assert [row[0] for row in again.run("SHOW WAREHOUSES")] == ["W"]
    finally:
        server.stop()
