"""A statement made ready for the engine: names completed, tables found, Snowflake's words turned into the engine's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlglot
from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import Error as ConnectorError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pipeline.sandbox.snowflake import dialect, problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.views import catalogue_view, fill_history

WRITES: dict[type[exp.Expression], tuple[str, ...]] = {
    exp.Insert: ("INSERT",),
    exp.Update: ("UPDATE", "SELECT"),
    exp.Delete: ("DELETE", "SELECT"),
    exp.Merge: ("SELECT",),
    exp.TruncateTable: ("TRUNCATE",),
}


@dataclass
class Prepared:
    """`reads` and `target` are full names; `session_bound` says that the text is good for this session and moment alone."""

    expression: exp.Expression
    target: str = ""
    reads: set[str] = field(default_factory=set)
    sql: str = ""
    session_bound: bool = False


def parse(sql: str) -> Any:
    try:
        found = [one for one in sqlglot.parse(sql, read="snowflake") if one and not isinstance(one, exp.Semicolon)]
    except SqlglotError as error:
        first = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "").split("\n")[0]
        raise problem.syntax(first) from None
    if len(found) != 1:
        raise problem.Problem(
            8, "0A000", f"Actual statement count {len(found)} did not match the desired statement count 1."
        )
    return found[0]


def qualify(account: Account, session: Session, expression: exp.Expression) -> Prepared:
    """Every table by its full name. Nothing is checked yet."""
    prepared = Prepared(expression)
    target = target_of(expression)
    prepared.session_bound = fill_history(account, session, expression)
    for table in list(expression.find_all(exp.Table)):
        if catalogue_view(account, session, table):
            prepared.session_bound = True
        elif _is_named(table) and (table is target or not _is_cte(table)):
            name = full_name(session, table)
            _rename(session, table, name, keep_alias=table is not target)
            if table is target:
                prepared.target = name
            else:
                prepared.reads.add(name)
    prepared.session_bound |= dialect.fill_context(account, session, expression)
    return prepared


def target_of(expression: exp.Expression) -> exp.Table | None:
    if isinstance(expression, exp.TruncateTable):
        found: Any = expression.expressions[0] if expression.expressions else expression.this
    else:
        found = (
            expression.this if isinstance(expression, (*WRITES, exp.Create, exp.Drop, exp.Alter, exp.Copy)) else None
        )
    if isinstance(found, exp.Schema):
        found = found.this
    return found if isinstance(found, exp.Table) else None


def _is_named(table: exp.Table) -> bool:
    return isinstance(table.this, exp.Identifier) and bool(table.name)


def _is_cte(table: exp.Table) -> bool:
    if table.args.get("db"):
        return False
    node: Any = table
    while node is not None:
        with_ = node.args.get("with_") or node.args.get("with")
        if with_ and any(cte.alias.upper() == table.name.upper() for cte in with_.expressions):
            return True
        node = node.parent
    return False


def fold(identifier: exp.Expression) -> str:
    return identifier.name if identifier.args.get("quoted") else identifier.name.upper()


def full_name(session: Session, table: exp.Table) -> str:
    parts = [fold(part) for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part]
    if len(parts) < 3 and not session.database:
        raise problem.Problem(90105, "22000", "This session does not have a current database.")
    if len(parts) == 1:
        if not session.schema:
            raise problem.Problem(90106, "22000", "This session does not have a current schema.")
        parts.insert(0, session.schema)
    return ".".join(parts if len(parts) == 3 else [session.database, *parts])


def _rename(session: Session, table: exp.Table, name: str, *, keep_alias: bool) -> None:
    if keep_alias and not table.args.get("alias"):
        table.set("alias", exp.TableAlias(this=exp.to_identifier(name.split(".", 2)[2], quoted=True)))
    parts = ("temp", "main", session.temporary[name]) if name in session.temporary else tuple(name.split(".", 2))
    for key, part in zip(("catalog", "db", "this"), parts, strict=True):
        table.set(key, exp.to_identifier(part, quoted=True))


def translate(session: Session, expression: exp.Expression, params: Any = None) -> str:
    """The engine's SQL."""
    cursor = FakeSnowflakeCursor(session.connection, session.engine)
    try:
        ready = dialect.adapt(expression)
        transformed = cursor._transform(ready, params)
        return dialect.engine_sql(transformed)
    except ConnectorError as error:
        raise problem.Problem(error.errno or 1003, error.sqlstate or "42000", error.raw_msg or str(error)) from None
    except (SqlglotError, NotImplementedError, ValueError, AssertionError) as error:
        raise problem.unsupported(str(error)) from error
