"""INFORMATION_SCHEMA and ACCOUNT_USAGE: what a session may see of its account, as rows put in the place of the view."""

# ruff: noqa: S608  the engine's SQL, over names that are quoted and rights that are checked
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from pipeline.sandbox.snowflake import history
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.columns import columns_of, type_parts
from pipeline.sandbox.snowflake.problem import unknown
from pipeline.sandbox.snowflake.session import Session

Rows = Sequence[Sequence[Any]]


def catalogue_view(account: Account, session: Session, table: exp.Table) -> bool:
    """Whether the table was such a view; then its rows stand in its place."""
    database, schema, name = (table.catalog or session.database).upper(), table.db.upper(), table.name.upper()
    if (schema, name) == ("ACCOUNT_USAGE", "QUERY_HISTORY"):
        _put_history(account, session, table)
        return True
    if schema != "INFORMATION_SCHEMA":
        return False
    view = _VIEWS.get(name)
    if view is None or not account.access(session).reaches(database):
        raise unknown("Object", f"{database}.{schema}.{name}")
    names, rows = view(account, session, database)
    _replace(
        table,
        name,
        names,
        rows,
        {
            "ORDINAL_POSITION": "BIGINT",
            "NUMERIC_PRECISION": "BIGINT",
            "NUMERIC_SCALE": "BIGINT",
            "CHARACTER_MAXIMUM_LENGTH": "BIGINT",
        },
    )
    return True


def fill_history(account: Account, session: Session, expression: exp.Expression) -> bool:
    """TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(…)). Whether there was any."""
    found = [t for t in expression.find_all(exp.TableFromRows) if "QUERY_HISTORY" in t.this.sql().upper()]
    for table in found:
        _put_history(account, session, table)
    return bool(found)


def _put_history(account: Account, session: Session, table: exp.Expression) -> None:
    everything = "ACCOUNTADMIN" in session.roles(account.catalogue)
    rows = account.history.rows(None if everything else {session.user})
    _replace(table, "QUERY_HISTORY", history.NAMES, rows, history.TYPES)


def _replace(table: exp.Expression, name: str, names: Sequence[str], rows: Rows, types: dict[str, str]) -> None:
    """The view becomes (SELECT … FROM (VALUES …))."""
    import sqlglot

    listed = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    nothing = f"({', '.join('NULL' for _ in names)})"
    columns = ", ".join(f"c{n}" for n, _ in enumerate(names))
    casts = ", ".join(f"CAST(c{n} AS {types.get(column, 'VARCHAR')}) AS {column}" for n, column in enumerate(names))
    sql = f"SELECT {casts} FROM (VALUES {listed or nothing}) AS v ({columns}){'' if rows else ' WHERE FALSE'}"
    query = sqlglot.parse_one(sql, read="snowflake")
    table.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(table.alias or name))))


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def visible_objects(account: Account, session: Session, database: str = "") -> dict[str, str]:
    """Tables and views on which the session's roles have any right."""
    access = account.access(session)
    return {
        name: kind
        for name, kind in sorted(account.objects(session).items())
        if (not database or name.partition(".")[0] == database)
        and access.reaches(*name.split(".")[:2])
        and access.sees(kind, name)
    }


def visible_schemas(account: Account, session: Session, database: str = "") -> list[str]:
    access = account.access(session)
    return [
        name
        for name in account.schemas()
        if (not database or name.partition(".")[0] == database)
        and access.reaches(name.partition(".")[0])
        and access.sees("SCHEMA", name)
    ]


def _tables(account: Account, session: Session, database: str) -> tuple[Sequence[str], Rows]:
    rows = []
    for name, kind in visible_objects(account, session, database).items():
        d, s, t = name.split(".", 2)
        owner = account.catalogue.owner(kind, name)
        comment = (account.catalogue.find("COMMENT", f"{kind} {name}") or {}).get("text")
        rows.append((d, s, t, owner, "BASE TABLE" if kind == "TABLE" else "VIEW", comment))
    return ("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_OWNER", "TABLE_TYPE", "COMMENT"), rows


def _views(account: Account, session: Session, database: str) -> tuple[Sequence[str], Rows]:
    names, rows = _tables(account, session, database)
    return names, [row for row in rows if row[4] == "VIEW"]


def _schemata(account: Account, session: Session, database: str) -> tuple[Sequence[str], Rows]:
    found = visible_schemas(account, session, database)
    rows = [(*name.split(".", 1), account.catalogue.owner("SCHEMA", name)) for name in found]
    return ("CATALOG_NAME", "SCHEMA_NAME", "SCHEMA_OWNER"), rows


def _columns(account: Account, session: Session, database: str) -> tuple[Sequence[str], Rows]:
    rows = []
    for name in visible_objects(account, session, database):
        for number, column in enumerate(columns_of(account, session, name), 1):
            base, sizes = type_parts(column.type)
            length = sizes[0] if base == "VARCHAR" else None
            precision, scale = sizes if base == "NUMBER" else (None, None)
            nullable = "YES" if column.nullable else "NO"
            rows.append((*name.split(".", 2), column.name, number, base, nullable, length, precision, scale))
    return (
        "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION", "DATA_TYPE", "IS_NULLABLE",
        "CHARACTER_MAXIMUM_LENGTH", "NUMERIC_PRECISION", "NUMERIC_SCALE",
    ), rows  # fmt: skip


def _databases(account: Account, session: Session, _: str) -> tuple[Sequence[str], Rows]:
    access = account.access(session)
    names = [name for name in account.databases() if access.sees("DATABASE", name)]
    return ("DATABASE_NAME", "DATABASE_OWNER"), [(n, account.catalogue.owner("DATABASE", n)) for n in names]


_VIEWS: dict[str, Callable[[Account, Session, str], tuple[Sequence[str], Rows]]] = {
    "TABLES": _tables,
    "VIEWS": _views,
    "SCHEMATA": _schemata,
    "COLUMNS": _columns,
    "DATABASES": _databases,
}
