"""A load of a million rows and more, publish included, against the same COPY, casts, transform and INSERT without the fence.

`python -m benchmarks.load [--rows 1200000] [--rounds 3]`: starts the sandbox's AWS and Snowflake, ends them. Prints seconds,
rows a second and the ratio (goal: at most 1.05); verify is named apart.
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
from pathlib import Path

from pipeline.attempt import Attempt
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


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def round_(store: Store, landed: LandedObject) -> dict[str, float]:
    """Seconds of each part, once."""
    bare_s, _ = timed(lambda: bare(store, landed))
    plain_s, _ = timed(lambda: plain(store, landed))
    load_s, attempt = timed(lambda: store.load(landed))
    assert isinstance(attempt, Attempt)
    verify_s, audit = timed(lambda: store.verify(attempt))
    candidate = fence.Candidate(store.binding(), store.manifest(landed), attempt, audit)  # type: ignore[arg-type]
    publish_s, outcome = timed(lambda: fence.settle(candidate, store.connect))
    assert isinstance(outcome, fence.Outcome)
    assert outcome.kind is fence.Kind.PUBLISHED, outcome
    return {"bare": bare_s, "plain": plain_s, "load": load_s, "verify": verify_s, "publish": publish_s}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_200_000)
    parser.add_argument("--rounds", type=int, default=3)
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


def measure(world: World, rows: int, rounds: int) -> list[dict[str, float]]:
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


def report(rows: int, rounds: list[dict[str, float]]) -> str:
    best = {part: statistics.median(one[part] for one in rounds) for part in rounds[0]}
    fenced = best["load"] + best["publish"]
    ratio = statistics.median((one["load"] + one["publish"]) / one["plain"] for one in rounds)
    lines = [
        f"rows              {rows:>12,}",
        f"without the fence {best['plain']:>12.2f} s  {rows / best['plain']:>12,.0f} rows/s",
        f"load              {best['load']:>12.2f} s",
        f"publish           {best['publish']:>12.2f} s",
        f"load + publish    {fenced:>12.2f} s  {rows / fenced:>12,.0f} rows/s",
        f"ratio             {ratio:>12.3f}    (goal 1.05)",
        f"verify            {best['verify']:>12.2f} s",
        f"bare SQL          {best['bare']:>12.2f} s  without quarantine: for information",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
