"""Rules of a transform: it is one safe SELECT over what is landed, and its columns are exactly the contract's.

What is missing in it is the contract's word (`contract.column_unfilled`); all else is a `transform.…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.findings import Finding, Where
from pipeline.release import Column, Contract
from pipeline.spec import snowflake_type
from pipeline.spec.snowflake_type import MAX_VARCHAR
from pipeline.spec.tenant import Tenant
from pipeline.spec.wording import deny, did_you_mean, listed, nearest, shown
from pipeline.validate import clause, grouping, rows
from pipeline.validate.columns import Reading
from pipeline.validate.fault import Fault
from pipeline.validate.scope import ANY_TABLE, Table, table_of
from pipeline.validate.statement import Projection, Statement, offset, read
from pipeline.validate.value import Value

LANDED = "landed"


@dataclass(frozen=True)
class Transform:
    """A transform as far as it could be read. `reads` are the (table, column) that it needs, `landed` among the tables."""

    file: str
    statement: Statement
    outputs: Mapping[str, Value]
    reads: frozenset[tuple[str, str]]
    known: bool = True  # all that it reads is known, so that of what it leaves out can be spoken

    def where(self, projection: Projection) -> Where:
        return place(self.file, self.statement.sql, projection.start)


def place(file: str, text: str, offset: int) -> Where:
    """Line and column of an offset."""
    return Where(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def published(tenant: Tenant) -> dict[str, Table]:
    """What a SELECT may read beside `landed`: the tenant's own tables, as their contracts say.

    Of a contract that cannot be read its own findings tell; whoever reads the table is not told of it again.
    """
    return dict.fromkeys(_unreadable(tenant), ANY_TABLE) | {
        name: table_of(name, {column.name: (column.type, column.required) for column in contract.columns})
        for name, contract in tenant.contracts.items()
        if tenant.has("pipelines", name)
    }


def _unreadable(tenant: Tenant) -> set[str]:
    """Tables whose contract is there and broken."""
    return {entry.name for entry in tenant.files.values() if entry.part == "contracts"} - set(tenant.contracts)


def read_transform(tenant: Tenant, table: str) -> tuple[Transform | None, list[Finding]]:
    """The transform of a table, and what is wrong with it by itself."""
    file, sql = tenant.file(f"transforms/{table}.sql"), tenant.transforms[table]
    statement, faults = read(sql)
    if statement is None:
        return None, [_finding(file, sql, fault) for fault in faults]
    reading = Reading({LANDED: _landed(tenant, table), **published(tenant)})
    outputs = reading.select(statement.tree)
    faults = [
        *reading.faults,
        *clause.faults(statement.tree),
        *grouping.faults(statement.tree),
        *_own_faults(statement, reading),
    ]
    known = not any(fault.rule in ("source", "column_unknown", "star", "syntax") for fault in faults)
    return Transform(file, statement, outputs, frozenset(reading.used), known), [
        _finding(file, sql, fault) for fault in faults
    ]


def _landed(tenant: Tenant, table: str) -> Table:
    fields = tenant.mappings[table].model.fields.values()
    return table_of(LANDED, {one.column: (one.type, one.required) for one in fields})


def _finding(file: str, sql: str, fault: Fault) -> Finding:
    found = deny(f"transform.{fault.rule}", place(file, sql, fault.offset), fault.what, fault.why, fault.fix)
    return replace(found, level=fault.level)


def _own_faults(statement: Statement, reading: Reading) -> Iterator[Fault]:
    if LANDED not in reading.read and not any(fault.rule == "source" for fault in reading.faults):
        yield Fault(
            "source", 0, "the transform does not read `landed`.", "that is where a run's rows are.", "write FROM landed"
        )
    seen: set[str] = set()
    for projection in statement.projections:
        if not projection.name:
            fix = f"write `{statement.text(projection)} AS name`"
            yield Fault("column_unnamed", projection.start, "a computed column has no name.", "", fix)
        elif projection.name in seen:
            yield Fault(
                "column_twice", projection.start, f"`{projection.name}` comes twice.", fix="remove one, or rename it"
            )
        seen.add(projection.name)


def against_contract(tenant: Tenant, transform: Transform, contract: Contract, table: str) -> Iterator[Finding]:
    """What the transform gives against what the contract promises."""
    yield from _extra(transform, contract)
    yield from _order(transform, contract)
    promised = {column.name: column for column in contract.columns}
    for projection in transform.statement.projections:
        column, value = promised.get(projection.name), transform.outputs.get(projection.name)
        if column is not None and value is not None:
            yield from _type(transform, projection, column, value)
            yield from _nullable(transform, projection, column, value)
            yield from _allowed(transform, projection, column, contract)
    yield from _rows(tenant, transform, table)


def _extra(transform: Transform, contract: Contract) -> Iterator[Finding]:
    known = [column.name for column in contract.columns]
    for projection in transform.statement.projections:
        if projection.name and projection.name not in known:
            what = f"the contract has no column `{projection.name}`.{did_you_mean(projection.name, known)}"
            fix = "remove it, or add it to the contract"
            yield deny("transform.column_extra", transform.where(projection), what, f"it has {listed(known)}.", fix)


def _order(transform: Transform, contract: Contract) -> Iterator[Finding]:
    """Told once, at the first column that stands elsewhere, and only where both have the same columns."""
    wanted = [column.name for column in contract.columns]
    given = [projection.name for projection in transform.statement.projections]
    if given == wanted or sorted(given) != sorted(wanted):
        return
    index = next(i for i, (one, other) in enumerate(zip(given, wanted, strict=True)) if one != other)
    where = transform.where(transform.statement.projections[index])
    what = f"`{given[index]}` stands where the contract has `{wanted[index]}`."
    yield deny(
        "transform.column_order", where, what, "both are read side by side.", f"select in this order: {listed(wanted)}"
    )


def _type(transform: Transform, projection: Projection, column: Column, value: Value) -> Iterator[Finding]:
    wanted, given = snowflake_type.read(column.type), value.type
    if wanted is None or given is None or given.family == "null":
        if given is None and wanted is not None:
            yield _uncast(transform, projection, column)
        return
    if given.family != wanted.family:
        what = f"`{column.name}` is {_said(given)} here and {column.type} in the contract."
        fix = f"cast it, or change the mapping: {_cast(transform, projection, column)}"
        yield deny("transform.type", transform.where(projection), what, "", fix)
    elif given.size is None and wanted.size is not None:
        yield _uncast(transform, projection, column)
    elif not wanted.holds(given):
        what = f"`{column.name}` may be as large as {_said(given)} here, and the contract holds {column.type}."
        wider = f"widen the contract to {_said(given)}, or " if given.size not in (38, MAX_VARCHAR) else ""
        fix = f"{wider}narrow the field in the mapping, or cast: {_cast(transform, projection, column)}"
        yield deny(
            "transform.type", transform.where(projection), what, "a value that does not fit stops the load.", fix
        )


def _uncast(transform: Transform, projection: Projection, column: Column) -> Finding:
    what = f"the type of `{column.name}` follows from no column or cast."
    why = "sums, products and functions give another size than their parts."
    return deny(
        "transform.uncast", transform.where(projection), what, why, f"write `{_cast(transform, projection, column)}`"
    )


def _said(kind: snowflake_type.SnowflakeType) -> str:
    if kind.size is None:
        return kind.name
    return f"{kind.name}({kind.size},{kind.scale})" if kind.family == "number" else f"{kind.name}({kind.size})"


def _cast(transform: Transform, projection: Projection, column: Column) -> str:
    from sqlglot import exp

    text = transform.statement.text(projection)
    if isinstance(projection.node, exp.Cast):  # another cast, not a cast of a cast
        text = projection.node.this.sql("snowflake")
    plain = text if text.replace("_", "a").isalnum() or text.startswith("(") else f"({text})"
    return f"{' '.join(plain.split())}::{column.type.replace(',', ', ')} AS {column.name}"


def _nullable(transform: Transform, projection: Projection, column: Column, value: Value) -> Iterator[Finding]:
    if column.required and value.nullable:
        what = f"`{column.name}` may be empty here, and the contract requires it."
        fix = f"mark its field `required: true` in the mapping, write COALESCE, or drop `required` of `{column.name}`"
        yield deny("transform.nullable", transform.where(projection), what, "", fix)


def _allowed(transform: Transform, projection: Projection, column: Column, contract: Contract) -> Iterator[Finding]:
    """A THEN that the contract's valid values refuse. ELSE may: it is how rows that nobody foresaw are sent to quarantine."""
    from sqlglot import exp

    rules = [check for check in contract.checks if check.column == column.name and check.metric == "invalidValues"]
    valid = [str(one) for rule in rules for one in (rule.arguments or {}).get("validValues", ())]
    given = [branch.args["true"] for case in projection.node.find_all(exp.Case) for branch in case.args["ifs"]]
    for node in given if valid else ():
        if isinstance(node, exp.Literal) and node.is_string and node.name not in valid:
            where = place(transform.file, transform.statement.sql, offset(node))
            what = f"{shown(node.name)} is none of the contract's valid values.{did_you_mean(node.name, valid)}"
            close = nearest(node.name, valid)
            fix = (
                f"write '{close}'"
                if close
                else f"add it to `validValues` of `{column.name}`, or write one of {listed(valid)}"
            )
            yield replace(deny("transform.value", where, what, "its rows are quarantined.", fix), level="warn")


def _rows(tenant: Tenant, transform: Transform, table: str) -> Iterator[Finding]:
    keys = {name: tuple(c.name for c in contract.columns if c.key) for name, contract in tenant.contracts.items()}
    found, declared = rows.effect(transform.statement.tree, keys), tenant.pipelines[table].model.rows
    if found != declared and transform.known and not transform.statement.tables & set(_unreadable(tenant)):
        file = tenant.file(f"pipelines/{table}.yaml")
        where = tenant.documents[file].where(("rows",)) if file in tenant.documents else Where(file)
        what = f"the pipeline says `rows: {declared}`, and its transform {_does(found)}."
        why = "each way to count rows has its own audit."
        yield deny("transform.rows", where, what, why, f"write `rows: {found}`, or change transforms/{table}.sql")


def _does(effect: str) -> str:
    return "keeps each row" if effect == "one_to_one" else f"{effect.removesuffix('s')}s rows"
