"""Snowflake's functions in the engine's words, where the translation underneath knows them wrongly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.session import Session

_CONTEXT: dict[str, Callable[[Account, Session], str | None]] = {
    "CURRENT_ROLE": lambda _, s: s.role,
    "CURRENT_USER": lambda _, s: s.user,
    "CURRENT_WAREHOUSE": lambda _, s: s.warehouse or None,
    "CURRENT_ACCOUNT": lambda a, _: a.name.upper(),
    "CURRENT_ACCOUNT_NAME": lambda a, _: a.name.upper(),
    "CURRENT_DATABASE": lambda _, s: s.database or None,
    "CURRENT_SCHEMA": lambda _, s: s.schema or None,
    "CURRENT_SESSION": lambda _, s: str(s.number),
    "CURRENT_TRANSACTION": lambda _, s: s.transaction_id or None,
    "CURRENT_SECONDARY_ROLES": lambda a, s: _secondary(a, s),
    "CURRENT_REGION": lambda _, __: "AWS_EU_WEST_1",
    "CURRENT_VERSION": lambda _, __: "9.0.0",
}


def _secondary(account: Account, session: Session) -> str:
    import json

    roles = (
        sorted(account.catalogue.roles_of_user(session.user) - {session.role, "PUBLIC"}) if session.secondary else []
    )
    return json.dumps({"roles": ",".join(roles), "value": "ALL" if session.secondary else ""})


def function_name(node: Any) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper()
    return node.sql_name().upper() if isinstance(node, exp.Func) else ""


def fill_context(account: Account, session: Session, expression: exp.Expression) -> bool:
    """CURRENT_… become texts. Whether there was any."""
    found = False
    for node in list(expression.find_all(exp.Func)):
        name = function_name(node)
        if name in _CONTEXT:
            value = _CONTEXT[name](account, session)
            new: Any = exp.Literal.string(value) if value is not None else exp.cast(exp.Null(), "VARCHAR")
            if isinstance(node.parent, exp.Select):
                new = exp.alias_(new, f"{name}()", quoted=True)
            node.replace(new)
            found = True
    return found


def adapt(expression: exp.Expression) -> exp.Expression:
    """Before the translation."""
    for node in list(expression.find_all(exp.Func)):
        if change := _ADAPTED.get(function_name(node)):
            node.replace(change(node))
    return expression


def engine_sql(transformed: Any) -> str:
    """Texts out of VARIANT pass `_sf_plain`, which takes the mark off a number that was kept as text (see `files`)."""
    found: list[Any] = list(transformed.find_all(exp.JSONExtractScalar, exp.Cast))
    for node in found:
        is_text = isinstance(node, exp.JSONExtractScalar) or (
            node.to.is_type(*exp.DataType.TEXT_TYPES) and not isinstance(node.this, exp.Literal | exp.Null)
        )
        if is_text and not isinstance(node.parent, exp.Cast):
            node.replace(exp.Anonymous(this="_sf_plain", expressions=[node.copy()]))
    sql: str = transformed.sql(dialect="duckdb")
    return sql


def _arguments(node: Any) -> list[exp.Expression]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    return [value for value in node.args.values() if isinstance(value, exp.Expression)]


def _hash_agg(node: Any) -> exp.Expression:
    """A sum of hashes: blind to order, not to repetition."""
    hashed = exp.Anonymous(this="HASH", expressions=_arguments(node))
    return exp.Sum(this=exp.cast(hashed, exp.DataType.build("HUGEINT", dialect="duckdb")))


_ADAPTED: dict[str, Callable[[Any], exp.Expression]] = {"HASH_AGG": _hash_agg}
