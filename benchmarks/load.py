"""A load of a million rows and more, publish included, against the same COPY, casts, transform and INSERT without the fence.

`python -m benchmarks.load [--rows 1200000] [--rounds 5]`: starts the sandbox's AWS and Snowflake, ends them. Prints seconds,
statements, rows a second and the ratio (goal: at most 1.05); verify is named apart. A statement is a round trip: some
milliseconds here, 50 to 100 in Snowflake, so the ratio is also told for such a network.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.framing import framed
from pipeline.load import copy, header, typed
from pipeline.load.cast import cast
from pipeline.load.scratch import LANDED
from pipeline.publish import fence
from pipeline.quality import any_broken, row_rules
from pipeline.release import Column, Contract, Field, FieldMapping
from pipeline.run import LandedObject
from pipeline.sandbox.folder import Folder
from pipeline.toolchain.setup import Toolset
from tests.conftest import program
from tests.conftest import running as parts
from tests.warehouse import Store, World, orders, running

T = TypeVar("T")
ROUND_TRIP_S = 0.075  # between AWS and Snowflake in one region
LOGIN = 2  # what opening and closing a session adds to its statements
FIELDS = (
    Field("PurchaseOrderID", "purchase_order_id", "NUMBER(38,0)", True),
    Field("RevisionNumber", "revision", "NUMBER(3,0)", True),
    Field("Status", "status_code", "NUMBER(3,0)", True),
    Field("VendorID", "vendor_id", "NUMBER(38,0)", True),
    Field("OrderDate", "ordered_on", "DATE", True, "YYYY-MM-DD HH24:MI:SS.FF3"),
    Field("SubTotal", "sub_total", "NUMBER(19,4)", True),
    Field("TaxAmt", "tax", "NUMBER(19,4)", True),
    Field("Freight", "freight", "NUMBER(19,4)", True),
)
COLUMNS = (
    Column("purchase_order_id", "NUMBER(38,0)", "integer", required=True, key=1),
    Column("revision", "NUMBER(3,0)", "integer", required=True),
    Column("status", "VARCHAR(16)", "string", required=True),
    Column("vendor_id", "NUMBER(38,0)", "integer", required=True),
    Column("ordered_on", "DATE", "date", required=True),
    Column("total_due", "NUMBER(19,4)", "number", required=True),
)
TRANSFORM = (
    "SELECT purchase_order_id, revision, CASE status_code WHEN 1 THEN 'pending' WHEN 2 THEN 'approved' ELSE 'complete' END "
    "AS status, vendor_id, ordered_on, (sub_total + tax + freight)::NUMBER(19,4) AS total_due FROM landed"
)


def text(rows: int) -> str:
    """Purchase orders as the ERP drops them."""
    lines = [",".join(field.source for field in FIELDS)]
    lines += [
        f"{n},{n % 9},{n % 4 + 1},{1000 + n % 997},201{n % 9}-0{n % 9 + 1}-15 00:00:00.000,{n % 5000}.25,{n % 400}.0150,{n % 90}.5"
        for n in range(rows)
    ]
    return "\n".join(lines) + "\n"


def plain(store: Store, landed: LandedObject) -> None:
    """The same COPY, casts, transform and INSERT, without attempt and publish."""
    session, pipeline = store.loader, store.pipeline
    raw = copied(store, landed)
    typed.fill(session, pipeline.mapping, [raw], [landed])
    names = ", ".join(typed.columns(pipeline.mapping))
    query = framed(pipeline.transform, "landed", f"SELECT {names} FROM {LANDED} WHERE _reasons IS NULL")
    insert(
        store,
        f"SELECT {contract_columns('o')} FROM ({query}) AS o WHERE NOT {any_broken(row_rules(pipeline.contract))}",
    )


def bare(store: Store, landed: LandedObject) -> None:
    """What one would write who trusts the source: broken values become NULL, nobody is told."""
    session, pipeline = store.loader, store.pipeline
    raw = copied(store, landed)
    casts = ", ".join(
        f"{cast(f, f'r.{raw.column(f.source)}', '').value} AS {f.column}" for f in pipeline.mapping.fields
    )
    session.execute(f"CREATE OR REPLACE TEMPORARY TABLE bare_landed AS SELECT {casts} FROM {raw.table} AS r")
    insert(store, pipeline.transform.replace("FROM landed", "FROM bare_landed"))


def copied(store: Store, landed: LandedObject) -> copy.Raw:
    (layout,) = header.layouts([landed])
    stage, format_ = store.place.stage(store.tenant), store.pipeline.mapping.format
    return copy.copy(store.loader, stage, store.tenant, "plain_raw", layout, format_)


def insert(store: Store, select: str) -> None:
    store.loader.execute(f"INSERT INTO {plain_table(store)} ({contract_columns()}) {select}")


def contract_columns(alias: str = "") -> str:
    return ", ".join(f"{alias}.{column.name}" if alias else column.name for column in COLUMNS)


def plain_table(store: Store) -> str:
    return store.place.table(store.tenant, "plain", "rows")


@dataclass(frozen=True)
class Cost:
    """`statements` is how many the tenant's user sent."""

    seconds: float
    statements: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.statements + other.statements)

    @property
    def far_s(self) -> float:
        """Seconds where each statement is a round trip of Snowflake's own."""
        return self.seconds + self.statements * ROUND_TRIP_S


def timed(store: Store, work: Callable[[], T]) -> tuple[Cost, T]:
    before, began = said(store), time.perf_counter()
    done = work()
    seconds = time.perf_counter() - began
    return Cost(seconds, said(store) - before), done


def said(store: Store) -> int:
    """How many statements the tenant's user has sent so far."""
    user = store.place.snowflake_user(store.tenant)
    sql = "SELECT COUNT(*) FROM TABLE(information_schema.query_history()) WHERE user_name = %s"
    return int(store.rows(sql, (user,))[0][0])


def round_(store: Store, landed: LandedObject) -> dict[str, Cost]:
    """What each part costs, once."""
    store.loader.rows("SELECT 1")  # its login is no part of anything
    costs = {
        "bare": timed(store, lambda: bare(store, landed))[0],
        "plain": timed(store, lambda: plain(store, landed))[0],
    }
    costs["load"], attempt = timed(store, lambda: store.load(landed))
    costs["verify"], audit = timed(store, lambda: store.verify(attempt))
    candidate = fence.Candidate(store.binding(), store.manifest(landed), attempt, audit)
    costs["publish"], outcome = timed(store, lambda: fence.settle(candidate, store.connect))
    assert outcome.kind is fence.Kind.PUBLISHED, outcome
    costs["publish"] += Cost(0.0, LOGIN)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_200_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        aws(Path(folder) / "aws") as endpoint,
        running(endpoint, Path(folder)) as world,
    ):
        rounds = measure(world, asked.rows, asked.rounds)
    sys.stdout.write(report(asked.rows, rounds))


@contextmanager
def aws(root: Path) -> Iterator[str]:
    """The AWS stand-in, and where it answers."""
    python, none = Path(sys.executable), Path("none")
    with parts(
        Folder(root), Toolset(python, python, program("ministack", "ACME_MINISTACK"), none, none), "aws"
    ) as ports:
        yield f"http://127.0.0.1:{ports['aws']}"


def measure(world: World, rows: int, rounds: int) -> list[dict[str, Cost]]:
    mapping = FieldMapping(orders().mapping.format, "quarantine", FIELDS)
    pipeline = orders(
        write="merge", version=("revision",), mapping=mapping, contract=Contract("1.0.0", COLUMNS), transform=TRANSFORM
    )
    store = Store(world, f"t{uuid.uuid4().hex[:12]}", pipeline)
    store.build()
    store.deploy()
    types = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
    store.session.execute(f"CREATE TABLE {plain_table(store)} ({types})")
    store.session.execute(
        f"GRANT INSERT ON TABLE {plain_table(store)} TO ROLE {store.place.snowflake_user(store.tenant)}"
    )
    content = text(rows)
    return [round_(store, store.drop(f"{n}.csv", content + extra(n))) for n in range(rounds)]


def extra(number: int) -> str:
    """One more row, so that every round's bytes are its own."""
    return f"{10**9 + number},1,1,1000,2019-01-15 00:00:00.000,1.25,0.0150,0.5\n"


def report(rows: int, rounds: list[dict[str, Cost]]) -> str:
    fenced = [one["load"] + one["publish"] for one in rounds]
    lines = [
        f"rows              {rows:>10,}",
        line("without the fence", [one["plain"] for one in rounds], rows),
        line("load", [one["load"] for one in rounds], rows),
        line("publish", [one["publish"] for one in rounds]),
        line("load + publish", fenced, rows),
        f"ratio             {ratio(rounds, fenced, lambda cost: cost.seconds):>10.3f}    (goal 1.05)",
        f"ratio, far away   {ratio(rounds, fenced, lambda cost: cost.far_s):>10.3f}    at {ROUND_TRIP_S * 1000:.0f} ms a statement",
        line("verify", [one["verify"] for one in rounds]),
        line("bare SQL", [one["bare"] for one in rounds]) + "  without quarantine: for information",
    ]
    return "\n".join(lines) + "\n"


def line(name: str, costs: list[Cost], rows: int = 0) -> str:
    seconds = statistics.median(cost.seconds for cost in costs)
    rate = f"  {rows / seconds:>12,.0f} rows/s" if rows else ""
    return f"{name:17} {seconds:>10.2f} s  {costs[-1].statements:>3} statements{rate}"


def ratio(rounds: list[dict[str, Cost]], fenced: list[Cost], cost: Callable[[Cost], float]) -> float:
    """The median of load and publish against the same without the fence, round by round."""
    return statistics.median(cost(ours) / cost(one["plain"]) for one, ours in zip(rounds, fenced, strict=True))


if __name__ == "__main__":
    main()
