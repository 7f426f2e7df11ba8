"""The contract's rules over a set of rows, asked of the attempt.

Append: of all objects of the attempt together, since they will stand together. Replace: of each object alone. Merge: counts
and keys of each object alone, SQL rules and uniqueness of what readers would see with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.attempt import Fault
from pipeline.live import Tables, visible
from pipeline.quality import counted, duplicates, holds, is_for_rows
from pipeline.release import Check, Pipeline
from pipeline.warehouse import Session, literal


@dataclass(frozen=True)
class Scope:
    """Where the rules are asked."""

    session: Session
    t: Tables
    pipeline: Pipeline
    attempt: str

    def own(self, keys: Sequence[str]) -> str:
        """The rows of these objects under the attempt, in the contract's columns."""
        names = ", ".join(column.name for column in self.pipeline.contract.columns)
        listed = ", ".join(literal(key) for key in keys)
        return f"SELECT {names} FROM {self.t.rows} WHERE _attempt = {literal(self.attempt)} AND _object IN ({listed})"

    def seen(self, keys: Sequence[str]) -> str:
        """What a rule over the table is asked of: with `merge`, the table as readers would see it."""
        if self.pipeline.write != "merge":
            return self.own(keys)
        return visible(self.t, self.pipeline, also=(literal(self.attempt), literal(keys[0])))

    def number(self, sql: str) -> Decimal:
        value = self.session.rows(sql)[0][0]
        return Decimal(str(value if value is not None else 0))


@dataclass(frozen=True)
class Rule:
    """`ask` gives the SELECT of a number for some objects; `passes` judges it; `fault` says what it means that it does not."""

    ask: Callable[[Sequence[str]], str]
    passes: Callable[[Decimal], bool]
    fault: Callable[[Decimal], Fault]
    together: bool = True


def broken(scope: Scope, keys: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """(source key, fault) of each rule that an object breaks. Objects that only break it together all do."""
    for rule in rules(scope):
        together = rule.together and scope.pipeline.write == "append"
        if together and rule.passes(scope.number(rule.ask(keys))):
            continue
        alone = [(key, scope.number(rule.ask([key]))) for key in keys]
        guilty = [(key, number) for key, number in alone if not rule.passes(number)]
        if together and not guilty:
            number = scope.number(rule.ask(keys))
            guilty = [(key, number) for key in keys]
        yield from ((key, rule.fault(number)) for key, number in guilty)


def rules(scope: Scope) -> Iterator[Rule]:
    """The key's, the unique columns', and every check that is not one for rows."""
    pipeline = scope.pipeline
    if pipeline.key:
        versions = pipeline.version if pipeline.write == "merge" else ()
        names = list(dict.fromkeys([*pipeline.key, *versions]))
        yield _unique(lambda keys: duplicates(scope.own(keys), names), ", ".join(names))
    for column in pipeline.contract.columns:
        if column.unique:
            yield _unique(lambda keys, name=column.name: duplicates(scope.seen(keys), [name]), column.name)  # type: ignore[misc]
    for check in pipeline.contract.checks:
        if not is_for_rows(check):
            yield _of_check(scope, check)


def _unique(ask: Callable[[Sequence[str]], str], names: str) -> Rule:
    def fault(number: Decimal) -> Fault:
        return Fault("load", "duplicate", f"{number} values of `{names}` stand more than once.", int(number))

    return Rule(ask, lambda number: number == 0, fault)


def _of_check(scope: Scope, check: Check) -> Rule:
    relation = scope.seen if check.metric == "sql" else scope.own

    def ask(keys: Sequence[str]) -> str:
        return counted(check, relation(keys), scope.pipeline.name)

    def fault(number: Decimal) -> Fault:
        cause = "duplicate" if check.metric == "duplicateValues" else "quality"
        about = check.description or (f"{check.metric} of `{check.column}`" if check.column else check.metric)
        return Fault("load", cause, f"{about}: found {number}, {check.comparison} {check.value}.")

    return Rule(ask, lambda number: holds(check, number), fault, together=check.metric != "rowCount")
