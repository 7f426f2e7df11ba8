"""How long the gate takes, and on what: `python -m benchmarks.gate [--tenants 1 10 100] [--conftest PROGRAM] [--colds N]`.

Writes made-up fleets below a scratch folder, as git repositories. Whole processes, their children included: wall and CPU seconds,
and the largest one's memory. Cold has an empty cache; warm has one changed pipeline, and what was found of the others before.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fleet import write_fleet
from pipeline.gate.bundle import read_bundle
from pipeline.gate.change import read_change
from pipeline.gate.documents import read_documents
from pipeline.gate.opa import warm
from pipeline.gate.question import about_tenants
from pipeline.toolchain import programs
from pipeline.toolchain.cache import folder

ROOT = Path(__file__).parents[1]
IDENTITY = ("-c", "user.name=Acme", "-c", "user.email=acme@acme.example")
LIMIT_S = 7200


@dataclass(frozen=True)
class Taken:
    """Wall and CPU seconds of a process and its children, MiB of the largest of them."""

    wall: float
    cpu: float
    peak: float
    said: str

    def row(self, name: str) -> str:
        return f"{name:<44}{self.wall:>9.2f}{self.cpu:>9.2f}{self.peak:>8.0f}  {self.said[-60:]}"


def taken(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> Taken:
    """What one command takes, as the operating system counts it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    said = process.stdout.read() if process.stdout else b""
    _, _, used = os.wait4(process.pid, 0)
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return Taken(
        time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines[-1] if lines else ""
    )


def acme(fleet: Path, cache: Path, *words: str) -> Taken:
    if not cache.is_dir():
        cache.mkdir(parents=True)
        (cache / "programs").symlink_to(folder() / "programs")  # what is measured is the gate, not the building of OPA
    command = [sys.executable, "-m", "pipeline.cli", f"--repo={fleet}", "gate", f"--rules={ROOT}", *words]
    return taken(command, {"ACME_CACHE": str(cache)})


def repository(folder: Path, tenants: int) -> int:
    """A fleet of this size as a git repository; returns its pipelines."""
    pipelines = write_fleet(folder, tenants)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*IDENTITY, "commit", "-qm", "fleet")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, timeout=600)
    return pipelines


def change_one(folder: Path) -> None:
    """One pipeline starts at another hour: its cell's whole fleet is looked at."""
    file = min((folder / "tenants").glob("*/pipelines/*.yaml"))
    lines = file.read_text(encoding="utf-8").splitlines()
    other = [f'schedule: "{time.time_ns() % 59} 3 * * *"' if line.startswith("schedule:") else line for line in lines]
    file.write_text("\n".join(other) + "\n", encoding="utf-8")


def curve(scratch: Path, sizes: Sequence[int], colds: int) -> None:
    """Cold: all tenants; warm: one change. Cold is left out above `colds` tenants."""
    for size in sizes:
        fleet, cache = scratch / f"fleet-{size}", scratch / f"cache-{size}"
        pipelines = repository(fleet, size)
        names = [path.name for path in sorted((fleet / "tenants").iterdir())]
        if size <= colds:
            print(acme(fleet, cache, *names).row(f"{size:,} tenants, {pipelines:,} pipelines: cold"))
            print(acme(fleet, cache, *names).row("  all again, nothing changed"))
        change_one(fleet)
        if size > colds:
            print(acme(fleet, cache).row(f"{size:,} tenants, {pipelines:,} pipelines: first look"))
            change_one(fleet)
        print(acme(fleet, cache).row("  warm, one pipeline changed"))


def starts() -> None:
    """The start of the command line, and one tenant."""
    print(taken([sys.executable, "-m", "pipeline.cli", "gate", "--help"]).row("start: acme gate --help"))


def rules(scratch: Path, conftest: Path | None) -> None:
    """Policies in bulk on one warm server; the same documents and rules with conftest."""
    fleet = scratch / "fleet-rules"
    repository(fleet, 100)
    change = read_change(fleet, tenants=[path.name for path in (fleet / "tenants").iterdir()])
    documents = read_documents(change.head_files)
    tenants = sorted(path.name for path in (fleet / "tenants").iterdir())
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with warm(read_bundle(ROOT / "policies"), program=programs.ensure(programs.OPA)) as judge:
        asked = list(about_tenants(change, documents, tenants, {}))
        walls = []
        for _ in range(3):
            began = time.perf_counter()
            for batch, common in asked:
                judge.decide(batch, common)
            walls.append(time.perf_counter() - began)
    each = 1000 / len(tenants)
    cpu = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / len(walls)
    print(
        f"{'policies in bulk, ms a tenant':<44}{min(walls) * each:>9.2f}{cpu * each:>9.2f}          {len(tenants)} tenants"
    )
    if conftest:
        print(beside(scratch / "asked", conftest, asked).row(f"conftest, the same of {len(tenants)} tenants"))


def beside(folder: Path, conftest: Path, asked: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Taken:
    """conftest on the same documents, a file for each tenant, and the same rules."""
    folder.mkdir()
    for batch, common in asked:
        for name, one in batch.items():
            whole = {**one, "documents": {**common, **one["documents"]}}
            (folder / f"{name}.json").write_text(json.dumps(whole), encoding="utf-8")
    policies = [word for part in ("tenant", "lib") for word in ("--policy", ROOT / "policies" / part)]
    quiet = ("--all-namespaces", "--no-color", "--quiet")
    return taken([conftest, "test", *quiet, *policies, folder])


def style(scratch: Path) -> None:
    """sqlfluff's own command line on the same SQL as the gate's."""
    fleet = scratch / "fleet-style"
    pipelines = repository(fleet, 10)
    command = [
        Path(sys.executable).parent / "sqlfluff",
        "lint",
        "--config",
        ROOT / ".sqlfluff",
        "-q",
        "--disable-progress-bar",
    ]
    found = taken([*command, fleet / "tenants"])
    print(found.row(f"sqlfluff's own command line, {pipelines} files"))
    print(f"{'  CPU ms a file':<44}{'':>9}{found.cpu / pipelines * 1000:>9.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, nargs="+", default=[1, 10, 100, 1200])
    parser.add_argument("--colds", type=int, default=1200, metavar="N", help="no cold run of a fleet larger than this")
    parser.add_argument("--conftest", type=Path, metavar="PROGRAM", help="a conftest to put beside it")
    asked = parser.parse_args()
    print(f"{'':<44}{'wall s':>9}{'CPU s':>9}{'MiB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        starts()
        rules(Path(folder), asked.conftest)
        style(Path(folder))
        curve(Path(folder), asked.tenants, asked.colds)


if __name__ == "__main__":
    main()
