"""The sandbox goes up and down: each part a process of its own, started side by side, asked whether it is well.

`up` may be called at any time: what runs well is left alone, what died is started again. State lies below one folder
(folder.py); `down` ends what `up` recorded there, and nothing else. Fails with `Unreachable` where a part does not start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Missing, Unreachable
from pipeline.sandbox import bootstrap, environments, parts, ports, process, seed
from pipeline.sandbox import folder as folders
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.parts import Part
from pipeline.toolchain.setup import Toolset

ATTEMPTS = 3  # a port may be taken between our look and the part's; what a killed part left may still be ending
AGAIN_AFTER_S = 0.5

STILL_WELL_S = 5  # how long a running part may take to answer before it counts as hung

Progress = Callable[[str, float], None]


def quiet(name: str, seconds: float) -> None:
    """The progress that says nothing."""


@dataclass(frozen=True)
class Standing:
    """How one part stands."""

    name: str
    running: bool
    pid: int | None
    port: int | None
    log: str


def up(repository: Path, tools: Toolset, *, progress: Progress = quiet) -> Folder:
    """Everything runs, knows its identities, and holds the seed. Returns the folder; the environments' files are in it."""
    folder = folders.of(repository)
    folders.make(folder)
    with folders.locked(folder):
        seed.seed(folder)
        start(folder, tools, progress=progress)
        environments.write(folder, ports.kept(folder))
        bootstrap.bootstrap(folder)
    return folder


def start(
    folder: Folder, tools: Toolset, only: Collection[str] = parts.names(), *, progress: Progress = quiet
) -> set[str]:
    """Starts, side by side, what does not run well. Returns the names of what was started."""
    started: set[str] = set()
    for attempt in range(1, ATTEMPTS + 1):
        chosen = ports.choose(folder, parts.port_names(folder), running=parts.running(folder))
        every = [part for part in parts.every(folder, tools, chosen) if part.name in only]
        with ThreadPoolExecutor(max_workers=len(every)) as pool:
            outcomes = dict(zip(every, pool.map(lambda part: _ensure(folder, part, progress), every), strict=True))
        started |= {part.name for part, outcome in outcomes.items() if outcome == "started"}
        failed = [part for part, outcome in outcomes.items() if outcome in ("died", "hung")]
        if not failed:
            return started
        if attempt == ATTEMPTS or "hung" in outcomes.values():
            raise _did_not_start(folder, failed[0])
        time.sleep(AGAIN_AFTER_S)
    return started


def _ensure(folder: Folder, part: Part, progress: Progress) -> str:
    """`ran` where it was well already, else `started`, `died` or `hung`."""
    began = time.monotonic()
    old = process.recorded(folder.process(part.name))
    same = process.command(folder.process(part.name)) == list(part.command)  # not so after an upgrade of its program
    if old and same and _becomes_well(part, old, STILL_WELL_S):
        return "ran"
    if old:
        process.end(old, how=part.end_by)
    part.prepare()
    new = process.start(part.command, part.environment, folder.log(part.name), folder.process(part.name))
    if not _becomes_well(part, new, part.start_within_s):
        outcome = "hung" if new.alive else "died"
        process.end(new, how=part.end_by)
        return outcome
    part.finish()
    progress(part.name, time.monotonic() - began)
    return "started"


def _did_not_start(folder: Folder, part: Part) -> Unreachable:
    log = folder.log(part.name)
    return Unreachable(f"the sandbox's part `{part.name}` did not start.", why=_last_line(log), fix=f"read {log}")


def _becomes_well(part: Part, running: process.Process, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while running.alive and time.monotonic() < deadline:
        if part.is_well():
            return True
        time.sleep(0.05)
    return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"Its log ends: {lines[-1].strip()[:300]}" if lines else "Its log is empty."


def down(repository: Path) -> list[str]:
    """Ends every part that this folder started; returns their names. Data stays."""
    folder = folders.of(repository)
    if not folder.root.is_dir():
        return []
    with folders.locked(folder), ThreadPoolExecutor(max_workers=len(parts.names())) as pool:
        ended = list(pool.map(lambda name: stop(folder, name), parts.names()))
    return [name for name, was in zip(parts.names(), ended, strict=True) if was]


def stop(folder: Folder, name: str) -> bool:
    """Ends one part. Whether it ran."""
    running = process.recorded(folder.process(name))
    if running is not None:
        process.end(running, how=parts.end_by(name), patience_s=20)
    folder.process(name).unlink(missing_ok=True)
    return running is not None


def status(repository: Path) -> list[Standing]:
    """How every part stands, running or not."""
    folder = folders.of(repository)
    known = ports.kept(folder)
    return [_standing(folder, name, known.get(name)) for name in parts.names()]


def _standing(folder: Folder, name: str, port: int | None) -> Standing:
    running = process.recorded(folder.process(name))
    return Standing(name, running is not None, running.pid if running else None, port, str(folder.log(name)))


def logs(repository: Path, name: str, *, lines: int = 50) -> str:
    """The end of a part's log. `Missing` where there is none."""
    path = folders.of(repository).log(name)
    if not path.exists():
        raise Missing(f"the sandbox has no log of `{name}`.", fix=f"name one of {', '.join(parts.names())}")
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
