"""Rights: a tenant's role reaches its own schema and nothing else."""

from __future__ import annotations

import pytest


@pytest.fixture
def tenant(world, root, person, log_in):
    """ACME's loader, logged in; beside it a schema of GLOBEX with rows of its own."""
    one = person("ACME")
    database = world.database
    for schema in ("S", "GLOBEX"):
        root.run(f"CREATE SCHEMA IF NOT EXISTS {database}.{schema}")
        root.run(f"CREATE TABLE {database}.{schema}.ORDERS (id NUMBER(38,0))")
        root.run(f"INSERT INTO {database}.{schema}.ORDERS VALUES (1)")
    root.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {database}.S TO ROLE {one.name}")
    root.run(f"CREATE ROLE {world.name('GLOBEX')}")
    root.run(f"USE SCHEMA {database}.S")
    return log_in(one)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM {d}.GLOBEX.ORDERS",
        "INSERT INTO {d}.GLOBEX.ORDERS VALUES (2)",
        "SELECT * FROM ORDERS WHERE id IN (SELECT id FROM {d}.GLOBEX.ORDERS)",
        "WITH g AS (SELECT * FROM {d}.GLOBEX.ORDERS) SELECT * FROM g",
        "WITH orders AS (SELECT * FROM {d}.GLOBEX.ORDERS) SELECT * FROM orders",
        "CREATE TEMPORARY TABLE Z AS SELECT * FROM {d}.GLOBEX.ORDERS",
        "MERGE INTO ORDERS o USING {d}.GLOBEX.ORDERS g ON o.id = g.id WHEN NOT MATCHED THEN INSERT (id) VALUES (g.id)",
        "UPDATE ORDERS SET id = g.id FROM {d}.GLOBEX.ORDERS g WHERE g.id = ORDERS.id",
        "DELETE FROM ORDERS USING {d}.GLOBEX.ORDERS g WHERE g.id = ORDERS.id",
        "DESCRIBE TABLE {d}.GLOBEX.ORDERS",
        "DROP TABLE {d}.GLOBEX.ORDERS",
        "EXPLAIN SELECT * FROM {d}.GLOBEX.ORDERS",
    ],
)  # fmt: skip
def test_what_another_tenant_has_does_not_exist(world, tenant, sql):
    """Error 2003, whichever way it is asked."""
    assert tenant.fails(sql.format(d=world.database)) == 2003


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE ROLE EVIL",
        "CREATE USER EVIL TYPE = SERVICE",
        "CREATE DATABASE EVIL",
        "CREATE TABLE Q (a NUMBER(1,0))",
        "CREATE TABLE Q CLONE ORDERS",
        "CREATE VIEW Q AS SELECT * FROM ORDERS",
        "CREATE STAGE Q",
        "CREATE SCHEMA Q",
        "DROP TABLE ORDERS",
        "ALTER TABLE ORDERS ADD COLUMN x NUMBER(1,0)",
        "TRUNCATE TABLE ORDERS",
        "GRANT SELECT ON TABLE ORDERS TO ROLE PUBLIC",
        "GRANT ROLE {globex} TO USER {me}",
        "DROP SCHEMA {d}.S",
        "DROP DATABASE {d}",
    ],
)
def test_what_is_not_granted_is_refused(world, tenant, sql):
    """Error 3001: it is there, and not for this role."""
    names = {"globex": world.name("GLOBEX"), "me": world.name("ACME"), "d": world.database}
    assert tenant.fails(sql.format(**names)) == 3001


@pytest.mark.parametrize("role", ["ACCOUNTADMIN", "SYSADMIN", "{globex}"])
def test_a_role_of_somebody_else_is_not_used(world, tenant, role):
    """USE ROLE needs the grant."""
    assert tenant.fails(f"USE ROLE {role.format(globex=world.name('GLOBEX'))}") == 3013


def test_own_rows_are_read_and_written(tenant):
    """What is granted works."""
    assert tenant.count("INSERT INTO ORDERS VALUES (2)") == 1
    assert tenant.count("UPDATE ORDERS SET id = 3 WHERE id = 2") == 1
    assert tenant.run("SELECT COUNT(*) FROM ORDERS") == [(2,)]


def test_the_catalogue_shows_only_what_may_be_seen(world, root, tenant):
    """INFORMATION_SCHEMA and SHOW are filtered."""
    assert tenant.run("SELECT table_schema, table_name FROM information_schema.tables") == [("S", "ORDERS")]
    assert tenant.run("SELECT schema_name FROM information_schema.schemata") == [("S",)]
    assert [row[1] for row in tenant.run("SHOW SCHEMAS")] == ["S"]
    assert [row[1] for row in tenant.run(f"SHOW TABLES IN DATABASE {world.database}")] == ["ORDERS"]
    assert len(root.run(f"SHOW TABLES IN DATABASE {world.database}")) == 2


def test_a_view_is_read_with_its_owner_s_rights(world, root, tenant):
    """The consumer sees the view and not the table below it, also after it was replaced with COPY GRANTS."""
    me, d = world.name("ACME"), world.database
    for _ in range(2):
        root.run(f"CREATE OR REPLACE SECURE VIEW S.V (id) COPY GRANTS AS SELECT id FROM {d}.GLOBEX.ORDERS")
        root.run(f"GRANT SELECT ON VIEW {d}.S.V TO ROLE {me}")
    root.run(f"CREATE OR REPLACE SECURE VIEW S.V (id) COPY GRANTS AS SELECT id FROM {d}.GLOBEX.ORDERS")
    assert tenant.run("SELECT id FROM V") == [(1,)]
    root.run(f"CREATE OR REPLACE VIEW S.V (id) AS SELECT id FROM {d}.GLOBEX.ORDERS")
    assert tenant.fails("SELECT id FROM V") == 2003


def test_future_grants_reach_new_tables(world, root, tenant):
    """And only new ones, of that schema."""
    root.run(f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {world.database}.S TO ROLE {world.name('ACME')}")
    root.run("CREATE TABLE NEWER (a NUMBER(1,0))")
    assert tenant.run("SELECT * FROM NEWER") == []


def test_a_revoked_right_is_gone_at_once(world, root, tenant):
    """The running session loses it."""
    root.run(f"REVOKE SELECT ON TABLE ORDERS FROM ROLE {world.name('ACME')}")
    assert tenant.fails("SELECT * FROM ORDERS") == 3001


def test_ownership_moves_with_its_grant(world, root, tenant):
    """The new owner may drop; outstanding grants must be said to stay."""
    sql = f"GRANT OWNERSHIP ON TABLE ORDERS TO ROLE {world.name('ACME')}"
    assert root.fails(sql) == 3036
    root.run(f"{sql} COPY CURRENT GRANTS")
    assert tenant.fails("DROP TABLE ORDERS") is None


def test_secondary_roles_count_only_where_they_are_on(world, root, tenant):
    """DEFAULT_SECONDARY_ROLES = () leaves them off."""
    extra, d = world.name("EXTRA"), world.database
    for sql in (
        f"CREATE ROLE {extra}",
        f"GRANT ROLE {extra} TO USER {world.name('ACME')}",
        f"GRANT USAGE ON SCHEMA {d}.GLOBEX TO ROLE {extra}",
        f"GRANT SELECT ON TABLE {d}.GLOBEX.ORDERS TO ROLE {extra}",
    ):
        root.run(sql)
    assert tenant.fails(f"SELECT * FROM {d}.GLOBEX.ORDERS") == 2003
    tenant.run("USE SECONDARY ROLES ALL")
    assert tenant.run(f"SELECT * FROM {d}.GLOBEX.ORDERS") == [(1,)]


def test_a_warehouse_needs_usage(world, root, tenant):
    """USE WAREHOUSE is refused without, and works with the grant."""
    name = world.name("WH")
    root.run(f"CREATE WAREHOUSE {name} WAREHOUSE_SIZE = XSMALL STATEMENT_TIMEOUT_IN_SECONDS = 60")
    assert tenant.fails(f"USE WAREHOUSE {name}") == 2043
    root.run(f"GRANT USAGE ON WAREHOUSE {name} TO ROLE {world.name('ACME')}")
    tenant.run(f"USE WAREHOUSE {name}")
    assert tenant.run("SELECT CURRENT_WAREHOUSE()") == [(name,)]


def test_in_a_managed_schema_only_its_owner_grants(world, root, person, log_in):
    """The table's owner may not."""
    one = person("MAKER")
    root.run(f"CREATE SCHEMA {world.database}.M WITH MANAGED ACCESS")
    root.run(f"GRANT USAGE, CREATE TABLE ON SCHEMA {world.database}.M TO ROLE {one.name}")
    maker = log_in(one)
    maker.run(f"CREATE TABLE {world.database}.M.OWN (a NUMBER(1,0))")
    assert maker.fails(f"GRANT SELECT ON TABLE {world.database}.M.OWN TO ROLE PUBLIC") == 3001


@pytest.mark.usefixtures("tenant")
def test_grants_are_shown(world, root):
    """TO a role, ON an object, OF a role."""
    me = world.name("ACME")
    assert {row[1] for row in root.run(f"SHOW GRANTS TO ROLE {me}")} == {
        "USAGE",
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }
    assert {row[5] for row in root.run("SHOW GRANTS ON TABLE ORDERS")} == {me, "ACCOUNTADMIN"}
    assert [row[3] for row in root.run(f"SHOW GRANTS OF ROLE {me}")] == [me]
