"""How long an apply takes, and how soon it lands while a load runs: `python -m benchmarks.apply [--rounds 3] [--rows 1000000]`.

Starts the sandbox's AWS, PostgreSQL, Snowflake and providers in a folder of its own, ends them. Prints seconds of whole
commands (start of Python, reading of the tenant and all), and of the engine alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.load import aws
from pipeline.cli.world import tenant_program_of
from pipeline.plan.engine import preview, up
from pipeline.publish import fence, schema
from pipeline.toolchain.setup import Toolset
from tests.conftest import program
from tests.faults.apply.test_overtaken import load
from tests.staging import Staging, standing
from tests.warehouse import Store, orders, running

TENANT, LANDS_WITHIN_S = "timed", 5


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def commands(staging: Staging, rounds: int) -> dict[str, float]:
    """Medians of whole commands. A change is the tenant's other tier: five resources, and the epochs of its pipelines."""
    staging.add_tenant(TENANT)
    found = {"first apply of a tenant": [seconds(lambda: staging.apply(TENANT))]}
    for _ in range(rounds):
        staging.change(TENANT)
        told = {
            "plan of one tenant": lambda: staging.run("plan", TENANT),
            "apply with a change": lambda: staging.apply(TENANT),
            "apply with nothing to do": lambda: staging.apply(TENANT),
            "apply of the platform": lambda: staging.apply("--platform"),
        }
        for name, work in told.items():
            found.setdefault(name, []).append(seconds(work))
    return {name: statistics.median(taken) for name, taken in found.items()}


def engine(staging: Staging, rounds: int) -> dict[str, float]:
    """Medians of the engine alone, on a stack with nothing to do."""
    desired = staging.hands.desired(TENANT)
    assert desired is not None
    stack = staging.hands.engine.stack(f"{TENANT}.staging", tenant_program_of(desired), stands=True)
    preview(stack)
    told = {"engine: preview": lambda: preview(stack), "engine: up": lambda: up(stack)}
    return {name: statistics.median(seconds(work) for _ in range(rounds)) for name, work in told.items()}


def landing(folder: Path, rows: int) -> float:
    """Until a deployment is live while a load of so many rows runs; the load must end as superseded."""
    with aws(folder / "aws") as endpoint, running(endpoint, folder) as world:
        store = Store(world, "overtaken", orders())
        store.build()
        store.deploy()
        landed = store.drop("orders.csv", "\n".join(["Id,Val", *(f"{n},{n}" for n in range(rows))]))
        begun = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(load, store, landed, begun)
            begun.wait()

            def land() -> None:
                schema.build(store.session, store.place, store.tenant, [store.pipeline])
                store.deploy()

            taken = seconds(land)
            _, outcome = work.result()
        assert outcome.kind is fence.Kind.SUPERSEDED, outcome
        return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    python = Path(sys.executable)
    pulumi = Path(os.environ.get("ACME_PULUMI_ROOT") or program("pulumi", "ACME_PULUMI").parents[1])
    tools = Toolset(python, python, program("ministack", "ACME_MINISTACK"), pulumi, Path("none"))
    with tempfile.TemporaryDirectory() as folder:
        with standing(Path(folder), tools) as staging:
            found = commands(staging, asked.rounds) | engine(staging, asked.rounds)
        lands = landing(Path(folder), asked.rows)
    lines = [f"{name:<28}{taken:>7.2f} s" for name, taken in found.items()]
    lines += [
        f"{'a deploy lands, load running':<28}{lands:>7.2f} s  (goal {LANDS_WITHIN_S}; {asked.rows:,} rows, superseded)"
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
