"""The transform's output into `p__rows`: under the attempt, by name of column, each row with the source row that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.attempt import Fault
from pipeline.errors import Final
from pipeline.framing import carries_identity, framed
from pipeline.live import Tables
from pipeline.load import quarantine
from pipeline.load.quarantine import Tally, tallies
from pipeline.load.reasons import told
from pipeline.load.scratch import LANDED, REFUSED
from pipeline.load.typed import columns
from pipeline.quality import Rule, any_broken, row_rules
from pipeline.release import Pipeline
from pipeline.warehouse import Session, is_about_data, literal

IDENTITY = ("_object", "_row")


@dataclass
class Written:
    """By source key: rows that stand in the table, rows that the contract refused, and why an object waits."""

    written: dict[str, int] = field(default_factory=dict)
    refused: dict[str, Tally] = field(default_factory=dict)
    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)


def write(session: Session, pipeline: Pipeline, t: Tables, attempt: str, good: Mapping[str, int]) -> Written:
    """`good`: source key → rows that the transform gets. A value that the transform cannot take holds its object."""
    by_row = pipeline.rows in ("one_to_one", "filters") and carries_identity(pipeline.transform)
    try:
        return (_by_row if by_row else _by_object)(session, pipeline, t, attempt, good)
    except Final as error:
        if not is_about_data(error):
            raise
        fault = Fault("load", "transformation", f"the transform cannot compute a row. {error.why}")
        return Written(faults=dict.fromkeys(good, (fault,)))


def _landed(pipeline: Pipeline, keys: Mapping[str, int], *, identity: bool) -> str:
    names = [*columns(pipeline.mapping), *(IDENTITY if identity else ())]
    listed = ", ".join(literal(key) for key in keys)
    return f"SELECT {', '.join(names)} FROM {LANDED} WHERE _reasons IS NULL AND _object IN ({listed})"


def _by_row(session: Session, pipeline: Pipeline, t: Tables, attempt: str, good: Mapping[str, int]) -> Written:
    """All objects in one statement; each written row bears its source row."""
    rules = row_rules(pipeline.contract)
    output = framed(pipeline.transform, "landed", _landed(pipeline, good, identity=True), first=IDENTITY)
    count = _insert(session, pipeline, t, attempt, output, "o._object, o._row", rules)
    done = Written()
    if rules and count < sum(good.values()):
        done.refused = _refused(session, output, rules)
    done.written = dict.fromkeys(good, count) if len(good) == 1 else _counts(session, t, attempt)
    return done


def _refused(session: Session, output: str, rules: list[Rule]) -> dict[str, Tally]:
    """Keeps the rows that the contract refuses, to be quarantined where their object does not wait."""
    broken = f"SELECT o._object, o._row, {told(rules)} AS _reasons FROM ({output}) AS o WHERE {any_broken(rules)}"
    session.execute(f"CREATE OR REPLACE TEMPORARY TABLE {REFUSED} AS {broken}")
    rows = session.rows(f"SELECT _object, _reasons, COUNT(*) FROM {REFUSED} GROUP BY _object, _reasons")
    return tallies((str(key), str(reasons), int(count)) for key, reasons, count in rows)


def _by_object(session: Session, pipeline: Pipeline, t: Tables, attempt: str, good: Mapping[str, int]) -> Written:
    """Object by object: what groups, dedupes or multiplies rows has no single source row. A refused row holds the object."""
    done, rules = Written(), row_rules(pipeline.contract)
    number = f"ROW_NUMBER() OVER (ORDER BY {pipeline.contract.columns[0].name})"
    for key, count in good.items():
        output = framed(pipeline.transform, "landed", _landed(pipeline, {key: count}, identity=False))
        if faults := _refusals(session, output, rules):
            done.faults[key] = faults
        else:
            done.written[key] = _insert(session, pipeline, t, attempt, output, f"{literal(key)}, {number}", [])
    return done


def _refusals(session: Session, output: str, rules: list[Rule]) -> tuple[Fault, ...]:
    if not rules:
        return ()
    counts = ", ".join(f"COUNT_IF({rule.broken})" for rule in rules)
    total, *found = session.rows(f"SELECT COUNT(*), {counts} FROM ({output}) AS o")[0]
    return tuple(
        quarantine.fault(rule.field, rule.name, int(count), int(total))
        for rule, count in zip(rules, found, strict=True)
        if count
    )


def _insert(
    session: Session, pipeline: Pipeline, t: Tables, attempt: str, output: str, identity: str, rules: list[Rule]
) -> int:
    names = [column.name for column in pipeline.contract.columns]
    kept = f" WHERE NOT {any_broken(rules)}" if rules else ""
    return session.execute(
        f"INSERT INTO {t.rows} ({', '.join(names)}, _attempt, _object, _row) "
        f"SELECT {', '.join(f'o.{name}' for name in names)}, {literal(attempt)}, {identity} FROM ({output}) AS o{kept}"
    )


def _counts(session: Session, t: Tables, attempt: str) -> dict[str, int]:
    rows = session.rows(f"SELECT _object, COUNT(*) FROM {t.rows} WHERE _attempt = %s GROUP BY _object", (attempt,))
    return {str(key): int(count) for key, count in rows}
