"""Runs one statement of a session: rights, locks, transaction, engine, history."""

# ruff: noqa: S608  the engine's SQL, over names that are quoted and rights that are checked
from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import duckdb
from sqlglot import exp

from pipeline.sandbox.snowflake import (
    administration,
    copying,
    ddl,
    grants,
    inspection,
    preparation,
    problem,
    result,
    sessions,
)
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.history import Entry
from pipeline.sandbox.snowflake.preparation import WRITES, Prepared
from pipeline.sandbox.snowflake.result import Result
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.writing import write

FIRST_COMMENTS = re.compile(r"\A(?:\s|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)


def run(
    account: Account, session: Session, sql: str, params: Any = None, *, describe_only: bool = False
) -> tuple[str, Result]:
    """(query id, result). Raises `Problem`, whatever the engine raised."""
    query, started = str(uuid.uuid4()), datetime.now(UTC)
    refused: problem.Problem | None = None
    done: Result | None = None
    with session.lock:
        try:
            done = _guarded(account, session, sql, params, describe_only=describe_only)
        except problem.Problem as error:
            refused = error
            raise
        finally:
            _tell(account, session, query, sql, started, refused, done)
    return query, done


def _guarded(account: Account, session: Session, sql: str, params: Any, *, describe_only: bool) -> Result:
    text = FIRST_COMMENTS.sub("", sql).strip().rstrip(";").strip()
    try:
        session.demand_open()
        account.faults.strike(text, session.tag)
        with _in_time(session):
            return _dispatch(account, session, text, params, describe_only=describe_only)
    except problem.Problem:
        session.probe()
        raise
    except Exception as error:
        session.probe()
        if isinstance(error, duckdb.InterruptException):
            raise problem.Problem(604, "57014", "SQL execution canceled") from None
        raise problem.of_engine(error) from error
    finally:
        if session.transaction is None and not session.closed:
            account.locks.release(session)


@contextmanager
def _in_time(session: Session) -> Iterator[None]:
    """STATEMENT_TIMEOUT_IN_SECONDS."""
    fired = threading.Event()

    def stop() -> None:
        fired.set()
        session.engine.interrupt()

    timer = threading.Timer(session.statement_timeout_s, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        if fired.is_set():
            text = (
                f"Statement reached its statement or warehouse timeout of {session.statement_timeout_s:.0f} second(s)."
            )
            raise problem.Problem(630, "57014", text) from None
        raise
    finally:
        timer.cancel()


def _dispatch(  # noqa: C901  one line a kind of statement
    account: Account, session: Session, sql: str, params: Any, *, describe_only: bool
) -> Result:
    if not sql:
        raise problem.Problem(900, "42601", "SQL compilation error: Empty SQL statement.")
    if (done := sessions.transaction(account, session, sql)) is not None:
        return done
    if session.transaction == "failed":
        text = "A statement of this transaction failed and the sandbox cannot undo it alone: ROLLBACK first."
        raise problem.Problem(90232, "25000", text)
    if (done := sessions.handle(account, session, sql)) is not None:
        return done
    if (done := inspection.handle(account, session, sql)) is not None:
        return done
    if not describe_only and administration.changes_account(sql) and not ddl.is_temporary(session, sql):
        session.end(account.locks, commit=True)
    for handler in (administration.handle, grants.handle, ddl.handle):
        if (done := handler(account, session, sql)) is not None:
            return done
    if copying.is_copy(sql):
        return _in_transaction(account, session, lambda: copying.copy(account, session, sql))
    return _statement(account, session, sql, params, describe_only=describe_only)


def _statement(account: Account, session: Session, sql: str, params: Any, *, describe_only: bool) -> Result:
    prepared = preparation.qualify(account, session, preparation.parse(sql))
    check(account, session, prepared)
    if type(prepared.expression) in WRITES:
        if describe_only:
            return result.counts(result.INSERT, rows_inserted=0)
        return _write(account, session, prepared, params)
    if not isinstance(prepared.expression, exp.Query | exp.Values):
        raise problem.unsupported(sql.split(None, 1)[0])
    return query(
        session, preparation.translate(session, prepared.expression, params), params, describe_only=describe_only
    )


def query(session: Session, sql: str, params: Any = None, *, describe_only: bool = False) -> Result:
    session.take_snapshot()
    if describe_only:
        sql = f"SELECT * FROM ({sql}) LIMIT 0"
    session.engine.execute(sql, params or None)
    types = [str(column[1]) for column in session.engine.description or ()]
    return result.of_engine(session.engine.to_arrow_table(), types)


def _write(account: Account, session: Session, prepared: Prepared, params: Any) -> Result:
    if not isinstance(prepared.expression, exp.Insert) and prepared.target not in session.temporary:
        account.locks.take(session, prepared.target, session.lock_timeout_s)
    return _in_transaction(account, session, lambda: write(account, session, prepared, params))


def _in_transaction(account: Account, session: Session, work: Any) -> Result:
    """In the open transaction; without one the statement is its own, unless AUTOCOMMIT is off."""
    alone = session.transaction is None and session.autocommit
    session.begin()
    session.take_snapshot()
    try:
        done: Result = work()
    except BaseException:
        if alone:
            session.end(account.locks, commit=False)
        raise
    if alone:
        session.end(account.locks, commit=True)
    return done


def check(account: Account, session: Session, prepared: Prepared) -> None:
    """Rights on everything that the statement names. A view is read with its owner's rights, so only the view counts."""
    if account.access(session).is_administrator and not (prepared.reads or prepared.target):
        return
    access, objects = account.access(session), account.objects(session)
    for name in prepared.reads - set(session.temporary):
        if name not in objects:
            raise problem.unknown("Object", name)
        access.need(["SELECT"], objects[name], name)
    if prepared.target and prepared.target not in session.temporary:
        if prepared.target not in objects:
            raise problem.unknown("Object", prepared.target)
        access.need(_wanted(prepared.expression), objects[prepared.target], prepared.target)


def _wanted(expression: exp.Expression) -> list[str]:
    wanted = list(WRITES[type(expression)])
    if isinstance(expression, exp.Merge):
        words = {"Insert": "INSERT", "Update": "UPDATE", "Delete": "DELETE", "Var": "DELETE"}
        wanted += [words.get(type(when.args["then"]).__name__, "UPDATE") for when in expression.find_all(exp.When)]
    return wanted


def _tell(
    account: Account,
    session: Session,
    query: str,
    sql: str,
    started: datetime,
    refused: problem.Problem | None,
    done: Result | None,
) -> None:
    ended = datetime.now(UTC)
    account.history.add(
        Entry(
            query, sql, session.tag, session.user, session.role, session.warehouse, session.database, session.schema,
            session.number, "FAIL" if refused else "SUCCESS", refused.number if refused else None,
            refused.text if refused else None, started.replace(tzinfo=None), ended.replace(tzinfo=None),
            int((ended - started).total_seconds() * 1000), done.rows if done else 0,
        )
    )  # fmt: skip
