"""How much memory and time landing one large file takes: `python -m benchmarks.ingest [MEBIBYTES]`. Prints one line.

Starts the sandbox's AWS and SFTP parts on free ports in a folder of its own, lands the file in a process of its own, ends them.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from pipeline.cloud import assume_tenant
from pipeline.naming import Place
from pipeline.sandbox import folder as folders
from pipeline.sandbox import lifecycle, parts, ports, seed
from pipeline.sandbox.folder import Folder
from pipeline.toolchain.setup import Toolset
from tests import ingest as world
from tests.conftest import Aws, Customers, program

NAME = "PurchaseOrderHeader_large.csv"
PARTS = ("aws", "sftp")


def tools() -> Toolset:
    python = Path(sys.executable)
    return Toolset(python, python, program("ministack", "ACME_MINISTACK"), Path("pulumi"), Path("opa"))


def large(target: Path, mebibytes: int) -> None:
    row = b"1234567890," * 94 + b"\n"
    with target.open("wb") as file:
        file.write(row)
        for _ in range(mebibytes):
            file.write(row * (2**20 // len(row)))


def measure(root: Path, mebibytes: int) -> dict[str, float]:
    folder = Folder(root)
    folders.make(folder)
    seed.seed(folder)
    try:
        lifecycle.start(folder, tools(), PARTS)
        tenant = prepared(folder, root)
        large(tenant.file(NAME), mebibytes)
        rested = time.time() - seed.SETTLED_S
        os.utime(tenant.file(NAME), (rested, rested))
        binding = tenant.binding("purchase_orders", fetch={"files": NAME})
        credentials = assume_tenant(tenant.environment, tenant.name, "ingest", binding.run)
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.landing"],
            input=pickle.dumps((binding, credentials)), capture_output=True, check=True, timeout=900,
        ).stdout  # fmt: skip
        return dict(json.loads(told))
    finally:
        for part in PARTS:
            lifecycle.stop(folder, part)


def prepared(folder: Folder, root: Path) -> world.Tenant:
    known = ports.kept(folder)
    account = str(uuid.uuid4().int % 10**12).zfill(12)
    aws = Aws(f"http://{ports.HOST}:{known['aws']}", Place("staging", parts.REGION, account))
    return world.prepare(aws, world.cloud_of(aws, root), Customers(folder, {**known, "erp_api": 0}), "globex")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    with tempfile.TemporaryDirectory() as scratch:
        told = measure(Path(scratch), size)
    mib, seconds = told["size"] / 2**20, told["seconds"]
    rate, most, before = mib / seconds, told["most"], told["before"]
    sys.stdout.write(f"{mib:.0f} MiB in {seconds:.1f} s, {rate:.0f} MiB/s, peak {most:.0f} MiB ({before:.0f} before)\n")
