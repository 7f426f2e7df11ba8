"""CREATE, ALTER and DROP of databases, schemas, tables and views, with owners and rights."""

# ruff: noqa: S608  the engine's SQL, over names that are quoted and rights that are checked
from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from pipeline.sandbox.snowflake import preparation, problem
from pipeline.sandbox.snowflake.account import Account
from pipeline.sandbox.snowflake.administration import hand_future_grants
from pipeline.sandbox.snowflake.columns import LONGEST, columns_of, type_parts
from pipeline.sandbox.snowflake.naming import NAME, full, quoted
from pipeline.sandbox.snowflake.options import read_options
from pipeline.sandbox.snowflake.preparation import fold, translate
from pipeline.sandbox.snowflake.result import Result, status
from pipeline.sandbox.snowflake.session import Session
from pipeline.sandbox.snowflake.writing import forget_loads, place

_TEMPORARY = re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?(LOCAL\s+|GLOBAL\s+)?TEMP(ORARY)?\s+TABLE\b", re.IGNORECASE)
_DROP_TABLE = re.compile(rf"DROP\s+TABLE\s+(IF\s+EXISTS\s+)?({NAME})(\s+CASCADE|\s+RESTRICT)?", re.IGNORECASE)
_CREATE_CONTAINER = re.compile(
    rf"CREATE\s+(OR\s+REPLACE\s+)?(?:TRANSIENT\s+)?(DATABASE|SCHEMA)\s+(IF\s+NOT\s+EXISTS\s+)?({NAME})(.*)",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(
    rf"DROP\s+(DATABASE|SCHEMA|TABLE|VIEW)\s+(IF\s+EXISTS\s+)?({NAME})(\s+CASCADE|\s+RESTRICT)?", re.IGNORECASE
)
_ALTER_CONTAINER = re.compile(
    rf"ALTER\s+(DATABASE|SCHEMA)\s+(IF\s+EXISTS\s+)?({NAME})\s+(SET|UNSET|ENABLE\s+MANAGED\s+ACCESS|DISABLE\s+MANAGED\s+ACCESS)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_DDL = re.compile(r"(CREATE|ALTER)\b.*", re.IGNORECASE | re.DOTALL)
_MANAGED = re.compile(r"\bWITH\s+MANAGED\s+ACCESS\b", re.IGNORECASE)


def is_temporary(session: Session, sql: str) -> bool:
    """A temporary table comes and goes without ending the transaction."""
    if _TEMPORARY.match(sql):
        return True
    match = _DROP_TABLE.fullmatch(sql)
    return match is not None and full(session, "TABLE", match[2]) in session.temporary


def handle(account: Account, session: Session, sql: str) -> Result | None:
    if match := _CREATE_CONTAINER.fullmatch(sql):
        return _create_container(account, session, match)
    if match := _ALTER_CONTAINER.fullmatch(sql):
        return _alter_container(account, session, match)
    if match := _DROP.fullmatch(sql):
        return _drop(account, session, match)
    if not _DDL.match(sql):
        return None
    prepared = preparation.qualify(account, session, preparation.parse(sql))
    if isinstance(prepared.expression, exp.Create) and prepared.expression.kind == "TABLE":
        return _create_table(account, session, prepared)
    if isinstance(prepared.expression, exp.Create) and prepared.expression.kind == "VIEW":
        return _create_view(account, session, prepared)
    if isinstance(prepared.expression, exp.Alter):
        return _alter(account, session, prepared)
    raise problem.unsupported(" ".join(sql.split()[:3]))


def _create_container(account: Account, session: Session, match: re.Match[str]) -> Result:
    replace, kind, lenient, name, rest = match.groups()
    kind = kind.upper()
    name = full(session, kind, name)
    access = account.access(session)
    if kind == "DATABASE":
        access.need_on_account("CREATE DATABASE")
    else:
        _need_schema_rights(account, session, name)
    if account.exists(kind, name):
        if lenient:
            return status(f"{name} already exists, statement succeeded.")
        if not replace:
            raise problem.exists(name)
        access.need_owner(kind, name)
        _drop_container(account, kind, name)
    body = {"managed": bool(_MANAGED.search(rest)), **read_options(_MANAGED.sub("", rest))}
    if kind == "DATABASE":
        account.create_database(name)
        account.catalogue.own("SCHEMA", f"{name}.PUBLIC", session.role)
        session.stand_in(name, "PUBLIC")
    else:
        account.engine.cursor().execute(f"CREATE SCHEMA {quoted(name)}")
        session.stand_in(*name.split(".", 1))
    _record(account, session, kind, name, body)
    return status(f"{kind.title()} {name.rpartition('.')[2]} successfully created.")


def _need_schema_rights(account: Account, session: Session, name: str) -> None:
    database = name.partition(".")[0]
    if not account.exists("DATABASE", database) or not account.access(session).reaches(database):
        raise problem.unknown("Database", database)
    if not account.access(session).has("CREATE SCHEMA", "DATABASE", database):
        raise problem.denied("database", database)


def _record(account: Account, session: Session, kind: str, name: str, body: dict[str, Any]) -> None:
    account.catalogue.put(kind, name, body)
    account.catalogue.own(kind, name, session.role)
    if text := body.get("COMMENT"):
        account.catalogue.put("COMMENT", f"{kind} {name}", {"text": text})
    hand_future_grants(account, kind, name)


def _drop_container(account: Account, kind: str, name: str) -> None:
    if kind == "DATABASE":
        account.drop_database(name)
    else:
        database, _, schema = name.partition(".")
        engine = account.engine.cursor()
        engine.execute(f"DROP SCHEMA {quoted(name)} CASCADE")
        engine.execute(
            f"DELETE FROM {quoted(f'{database}.acme.loaded')} WHERE starts_with(table_name, ?)", [f"{schema}."]
        )
    account.catalogue.drop(kind, name)
    account.catalogue.forget(kind, name)


def _alter_container(account: Account, session: Session, match: re.Match[str]) -> Result:
    kind, lenient, name, verb, rest = match.groups()
    kind, verb = kind.upper(), " ".join(verb.upper().split())
    name = full(session, kind, name)
    if not account.exists(kind, name):
        if lenient:
            return status()
        raise problem.unknown(kind.title(), name)
    account.access(session).need_owner(kind, name)
    body = dict(account.catalogue.find(kind, name) or {})
    if "MANAGED" in verb:
        body["managed"] = verb.startswith("ENABLE")
    elif verb == "SET":
        body |= read_options(rest)
    else:
        for word in rest.split(","):
            body.pop(word.strip().upper(), None)
    account.catalogue.put(kind, name, body)
    if "COMMENT" in body:
        account.catalogue.put("COMMENT", f"{kind} {name}", {"text": body["COMMENT"]})
    return status()


def _drop(account: Account, session: Session, match: re.Match[str]) -> Result:
    kind, lenient, name, _ = match.groups()
    kind = kind.upper()
    name = full(session, kind, name)
    if name in session.temporary:
        session.engine.execute(f"DROP TABLE {place(session, name)}")
        del session.temporary[name]
        return status(f"{name.rpartition('.')[2]} successfully dropped.")
    if not account.exists(kind, name):
        if lenient:
            return status("Drop statement executed successfully.")
        raise problem.unknown(kind.title(), name)
    account.access(session).need_owner(kind, name)
    if kind in ("DATABASE", "SCHEMA"):
        _drop_container(account, kind, name)
        if session.database == name or f"{session.database}.{session.schema}" == name:
            session.stand_in("" if kind == "DATABASE" else session.database, "")
    else:
        session.engine.execute(f"DROP {kind} {quoted(name)}")
        if kind == "TABLE":
            forget_loads(session, name)
        account.catalogue.drop("TABLE", name)
        account.catalogue.forget(kind, name)
    return status(f"{name.rpartition('.')[2]} successfully dropped.")


def _check_new(account: Account, session: Session, prepared: preparation.Prepared, kind: str) -> Result | None:
    """Rights to create; a result where the object stands already and that is allowed."""
    from pipeline.sandbox.snowflake.execution import check

    name, create = prepared.target, prepared.expression
    schema = name.rpartition(".")[0]
    if schema not in account.schemas():
        raise problem.unknown("Schema", schema)
    standing = account.objects(session).get(name)
    if standing and create.args.get("exists") and account.access(session).sees(standing, name):
        return status(f"{name.rpartition('.')[2]} already exists, statement succeeded.")
    account.access(session).need_create(kind, schema)
    if standing:
        if not create.args.get("replace") or standing != kind:
            raise problem.exists(name)
        account.access(session).need_owner(kind, name)
    check(account, session, preparation.Prepared(create, "", prepared.reads))
    return None


def _create_table(account: Account, session: Session, prepared: preparation.Prepared) -> Result:
    create, name = prepared.expression, prepared.target
    temporary = create.find(exp.TemporaryProperty) is not None
    if not temporary and (done := _check_new(account, session, prepared, "TABLE")):
        return done
    if temporary:
        _check_temporary(account, session, prepared)
    comments = _strip(create)
    meta = _meta(create)
    if temporary:
        if create.args.get("exists") and name in session.temporary:
            return status(f"{name.rpartition('.')[2]} already exists, statement succeeded.")
        session.take_snapshot()
    session.engine.execute(translate(session, create))
    if temporary:
        session.temporary[name] = name
    else:
        _replace_record(account, session, "TABLE", name, copy_grants="copy grants" in comments)
        forget_loads(session, name)
        account.catalogue.put("TABLE", name, meta)
    return status(f"Table {name.rpartition('.')[2]} successfully created.")


def _check_temporary(account: Account, session: Session, prepared: preparation.Prepared) -> None:
    from pipeline.sandbox.snowflake.execution import check

    create, name = prepared.expression, prepared.target
    schema = name.rpartition(".")[0]
    if schema not in account.schemas() or not account.access(session).reaches(*schema.split(".")):
        raise problem.unknown("Schema", schema)
    check(account, session, preparation.Prepared(create, "", prepared.reads))
    target = preparation.target_of(create)
    if target is not None:
        target.replace(exp.Table(this=exp.to_identifier(name, quoted=True)))


def _strip(create: Any) -> str:
    """Takes off what the engine does not know: keys (Snowflake does not enforce them), options of the storage, COPY GRANTS."""
    said: str = create.sql(dialect="snowflake").lower()
    for constraint in list(create.find_all(exp.ColumnConstraint)):
        if isinstance(
            constraint.kind,
            exp.PrimaryKeyColumnConstraint | exp.UniqueColumnConstraint | exp.Reference | exp.CommentColumnConstraint,
        ):
            if isinstance(constraint.kind, exp.PrimaryKeyColumnConstraint):
                constraint.set("kind", exp.NotNullColumnConstraint())
            else:
                constraint.pop()
    for key in list(create.find_all(exp.PrimaryKey, exp.ForeignKey, exp.Constraint, exp.UniqueColumnConstraint)):
        key.pop()
    properties = create.args.get("properties")
    if properties:
        kept = [p for p in properties.expressions if isinstance(p, exp.TemporaryProperty | exp.LikeProperty)]
        create.set("properties", exp.Properties(expressions=kept) if kept else None)
    return said


def _meta(create: Any) -> dict[str, Any]:
    """Lengths of texts, which the engine does not keep."""
    lengths: dict[str, int] = {}
    for column in create.this.find_all(exp.ColumnDef) if isinstance(create.this, exp.Schema) else ():
        if (length := text_length(column.args.get("kind"))) is not None:
            lengths[fold(column.this)] = length
    return {"lengths": lengths}


def text_length(kind: Any) -> int | None:
    if isinstance(kind, exp.DataType) and kind.is_type(*exp.DataType.TEXT_TYPES) and kind.expressions:
        return int(kind.expressions[0].name)
    return None


def _create_view(account: Account, session: Session, prepared: preparation.Prepared) -> Result:
    create, name = prepared.expression, prepared.target
    if done := _check_new(account, session, prepared, "VIEW"):
        return done
    said = _strip(create)
    session.engine.execute(translate(session, create))
    _replace_record(account, session, "VIEW", name, copy_grants="copy grants" in said)
    account.catalogue.put("VIEW", name, {"secure": "secure" in said.partition(" as ")[0]})
    return status(f"View {name.rpartition('.')[2]} successfully created.")


def _replace_record(account: Account, session: Session, kind: str, name: str, *, copy_grants: bool) -> None:
    """A replaced object loses its grants unless they are copied; its owner is who made it."""
    if not copy_grants:
        for key, item in list(account.catalogue.every("GRANT")):
            if (item["kind"], item["name"]) == (kind, name):
                account.catalogue.drop("GRANT", key)
    account.catalogue.own(kind, name, session.role)
    hand_future_grants(account, kind, name)


def _alter(account: Account, session: Session, prepared: preparation.Prepared) -> Result:
    alter, name = prepared.expression, prepared.target
    standing = account.objects(session).get(name)
    if name not in session.temporary:
        if standing is None:
            raise problem.unknown("Table", name)
        account.access(session).need_owner(standing, name)
    for action in alter.args.get("actions") or []:
        _act(account, session, name, action)
    account.catalogue.version += 1
    return status()


def _act(account: Account, session: Session, name: str, action: exp.Expression) -> None:
    standing = {column.name: column for column in columns_of(account, session, name)}
    where = place(session, name)
    if isinstance(action, exp.ColumnDef):
        _add_column(account, session, name, action, standing)
    elif isinstance(action, exp.AlterColumn) and action.args.get("dtype"):
        _widen(account, session, name, action, standing)
    elif isinstance(action, exp.AlterColumn):
        verb = "DROP NOT NULL" if action.args.get("drop") else "SET NOT NULL"
        session.engine.execute(f'ALTER TABLE {where} ALTER COLUMN "{fold(action.this)}" {verb}')
    elif isinstance(action, exp.Drop):
        column = fold(action.this.this if isinstance(action.this, exp.Column) else action.this)
        if column not in standing and not action.args.get("exists"):
            raise problem.Problem(904, "42000", f"SQL compilation error:\ninvalid identifier '{column}'")
        session.engine.execute(f'ALTER TABLE {where} DROP COLUMN IF EXISTS "{column}"')
    elif isinstance(action, exp.RenameColumn):
        old, new = fold(action.this.this), fold(action.args["to"].this)
        session.engine.execute(f'ALTER TABLE {where} RENAME COLUMN "{old}" TO "{new}"')
    else:
        raise problem.unsupported(f"ALTER TABLE {action.key}")


def _add_column(account: Account, session: Session, name: str, action: exp.ColumnDef, standing: dict[str, Any]) -> None:
    column = fold(action.this)
    if column in standing:
        if action.args.get("exists"):
            return
        raise problem.Problem(1430, "42711", f"SQL compilation error:\ncolumn '{column}' already exists")
    length = text_length(action.args.get("kind"))
    type_ = translate_type(session, action.args["kind"])
    not_null = any(
        isinstance(c.kind, exp.NotNullColumnConstraint) and not c.kind.args.get("allow_null")
        for c in action.args.get("constraints") or []
    )
    session.engine.execute(f'ALTER TABLE {place(session, name)} ADD COLUMN "{column}" {type_}')
    if not_null:
        session.engine.execute(f'ALTER TABLE {place(session, name)} ALTER COLUMN "{column}" SET NOT NULL')
    if length:
        _set_length(account, name, column, length)


def translate_type(session: Session, kind: Any) -> str:
    select = exp.select(exp.cast(exp.Null(), kind))
    sql = translate(session, select)
    return sql[sql.upper().index(" AS ") + 4 : sql.rindex(")")]


def _set_length(account: Account, name: str, column: str, length: int) -> None:
    meta = account.catalogue.find("TABLE", name) or {}
    account.catalogue.put("TABLE", name, {**meta, "lengths": {**meta.get("lengths", {}), column: length}})


def _widen(account: Account, session: Session, name: str, action: exp.AlterColumn, standing: dict[str, Any]) -> None:
    """Only wider, as Snowflake allows."""
    column = fold(action.this.this if isinstance(action.this, exp.Column) else action.this)
    if column not in standing:
        raise problem.Problem(904, "42000", f"SQL compilation error:\ninvalid identifier '{column}'")
    old, sizes = type_parts(standing[column].type)
    dtype = action.args["dtype"]
    length = text_length(dtype)
    type_ = translate_type(session, dtype)
    is_text = isinstance(dtype, exp.DataType) and dtype.is_type(*exp.DataType.TEXT_TYPES)
    new, new_sizes = ("VARCHAR", (length or LONGEST,)) if is_text else type_parts(_number(type_))
    if old != new or new_sizes < sizes or (old == "NUMBER" and new_sizes[1] != sizes[1]):
        wanted = dtype.sql(dialect="snowflake")
        text = f"SQL compilation error: cannot change column {column} from type {standing[column].type} to {wanted}"
        raise problem.Problem(40052, "22000", text)
    if old == "VARCHAR":
        _set_length(account, name, column, new_sizes[0])
    else:
        session.engine.execute(f'ALTER TABLE {place(session, name)} ALTER COLUMN "{column}" SET DATA TYPE {type_}')


def _number(type_: str) -> str:
    return type_.replace("DECIMAL", "NUMBER").replace(" ", "") if type_.startswith("DECIMAL") else type_
