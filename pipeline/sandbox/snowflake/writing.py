"""INSERT, UPDATE, DELETE, MERGE, TRUNCATE on the engine. A text longer than its column is an error, as in Snowflake."""

# ruff: noqa: S608  the engine's SQL, over names that are quoted and rights that are checked
from __future__ import annotations

from typing import Any

from sqlglot import exp

from pipeline.sandbox.snowflake import problem, result
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.columns import columns_of
from pipeline.sandbox.snowflake.naming import quoted
from pipeline.sandbox.snowflake.preparation import Prepared, fold, translate
from pipeline.sandbox.snowflake.result import Result
from pipeline.sandbox.snowflake.session import Session


def write(account: Account, session: Session, prepared: Prepared, params: Any) -> Result:
    expression = prepared.expression
    lengths: dict[str, int] = (account.catalogue.find("TABLE", prepared.target) or {}).get("lengths", {})
    if isinstance(expression, exp.TruncateTable):
        return _truncate(session, prepared)
    if isinstance(expression, exp.Insert):
        return _insert(account, session, prepared, lengths, params)
    _guard(expression, lengths)
    if isinstance(expression, exp.Merge):
        return _merge(session, expression, params)
    touched = _count(session, translate(session, expression, params), params)
    if isinstance(expression, exp.Update):
        done = result.counts(result.UPDATE, rows_updated=touched, **{"multi-joined_rows_updated": 0})
        done.touched = touched
        return done
    return result.counts(result.DELETE, rows_deleted=touched)


def _count(session: Session, sql: str, params: Any) -> int:
    row = session.engine.execute(sql, params or None).fetchone()
    return int(row[0]) if row else 0


def place(session: Session, name: str) -> str:
    """A table as the engine names it."""
    if name in session.temporary:
        return f'temp.main."{session.temporary[name]}"'
    return quoted(name)


def _truncate(session: Session, prepared: Prepared) -> Result:
    """Rows and the memory of loaded files."""
    _count(session, f"DELETE FROM {place(session, prepared.target)}", None)
    forget_loads(session, prepared.target)
    return result.status()


def forget_loads(session: Session, name: str) -> None:
    if name not in session.temporary:
        database, _, table = name.partition(".")
        session.engine.execute(f"DELETE FROM {quoted(f'{database}.acme.loaded')} WHERE table_name = ?", [table])


def _insert(account: Account, session: Session, prepared: Prepared, lengths: dict[str, int], params: Any) -> Result:
    expression = prepared.expression
    if expression.args.get("overwrite"):
        _truncate(session, prepared)
    standing = [column.name for column in columns_of(account, session, prepared.target)]
    named = expression.this.expressions if isinstance(expression.this, exp.Schema) else []
    names = [fold(column) for column in named] or standing
    if missing := [name for name in names if name not in standing]:
        raise problem.Problem(904, "42000", f"SQL compilation error:\ninvalid identifier '{missing[0]}'")
    source = expression.expression
    for key in ("with_", "with"):
        if expression.args.get(key) and source is not None:
            source.set(key, expression.args[key])
    body = translate(session, source, params)
    columns = ", ".join(f'"{name}"' for name in names)
    if any(name in lengths for name in names):
        values = ", ".join(
            f"_sf_text(_{n}, {lengths[name]})" if name in lengths else f"_{n}" for n, name in enumerate(names)
        )
        body = f"SELECT {values} FROM ({body}) AS _s({', '.join(f'_{n}' for n, _ in enumerate(names))})"
    touched = _count(session, f"INSERT INTO {place(session, prepared.target)} ({columns}) {body}", params)
    return result.counts(result.INSERT, rows_inserted=touched)


def _guard(expression: exp.Expression, lengths: dict[str, int]) -> None:
    """SET col = value, and a MERGE's INSERT: values pass the check of the column's length."""
    for setting in list(expression.find_all(exp.EQ)):
        if isinstance(setting.parent, exp.Update) and setting.arg_key == "expressions":
            length = lengths.get(fold(setting.this.this))
            if length:
                setting.set("expression", _checked(setting.expression, length))
    for insert in expression.find_all(exp.Insert):
        names, values = insert.this, insert.expression
        if isinstance(names, exp.Tuple) and isinstance(values, exp.Tuple):
            for column, value in list(zip(names.expressions, values.expressions, strict=True)):
                identifier = column.this if isinstance(column, exp.Column) else column
                if length := lengths.get(fold(identifier)):
                    value.replace(_checked(value.copy(), length))


def _checked(value: exp.Expression, length: int) -> exp.Expression:
    return exp.Anonymous(this="_sf_text", expressions=[value, exp.Literal.number(length)])


def _merge(session: Session, expression: exp.Merge, params: Any) -> Result:
    """Counts by action. A target row that several source rows would change is refused."""
    target = expression.this
    if not target.args.get("alias"):
        target.set("alias", exp.TableAlias(this=target.this.copy()))
    sql = translate(session, expression, params)
    rows = session.engine.execute(f"{sql} RETURNING merge_action", params or None).fetchall()
    actions = {str(when.args["then"].key).upper() for when in expression.find_all(exp.When)}
    numbers = {}
    for key, words, action in (
        ("INSERT", "rows_inserted", "INSERT"),
        ("UPDATE", "rows_updated", "UPDATE"),
        ("VAR", "rows_deleted", "DELETE"),
    ):
        if key in actions:
            numbers[words] = sum(row[0] == action for row in rows)
    return result.counts(result.MERGE, **numbers)
