"""The lease: at most one apply works on a tenant's environment, and a dead one can be told from a slow one.

A holder on this machine is dead when its process is gone (pid and start time). Of a holder elsewhere only its heartbeat is
known. Its cloud session may outlive that by an hour, so it is the holder who ends first: without a beat for `CUT_OFF_S` it
kills its own engine, and nobody takes over before `FOREIGN_S`. Only a machine that slept through both may still send the call
that it was about to send; its next beat ends its engine, and a second create of anything fails.

The row's `holder` is who works now. One who failed or died leaves `since` in it: what was begun since then may be half done.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from pipeline.apply.records import leases
from pipeline.errors import Busy
from pipeline.toolchain.process import started_at

HEARTBEAT_S = 5.0
CUT_OFF_S = 600.0  # without a word from the records an apply ends itself
FOREIGN_S = 900.0  # and so much later another machine's is known to have ended
LONGEST = timedelta(hours=1)  # that an apply worked which did not write down when it began


class Heartbeat:
    """Keeps a lease warm from a thread of its own; `cut` is set when it is lost, and ends the engine.

    `killed` is since when one worked that died or failed: what it began may be half done.
    """

    def __init__(
        self, engine: Engine, tenant: str, environment: str, token: int, killed: datetime | None = None
    ) -> None:
        self._engine, self._key, self.token, self.killed = engine, (tenant, environment), token, killed
        self.since = killed or datetime.now(UTC)
        self.cut = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(HEARTBEAT_S)

    def _beat(self) -> None:
        beaten = time.monotonic()
        while not self._stop.wait(HEARTBEAT_S):
            try:
                self.check()
                beaten = time.monotonic()
            except Busy:
                self.cut.set()
            except OperationalError:  # the records may be back by the next beat
                if time.monotonic() - beaten > CUT_OFF_S:
                    self.cut.set()

    def check(self) -> None:
        """`Busy` where somebody took the lease over: this apply must not go on. Else the lease is fresh again."""
        if not self._write(heartbeat=func.now()):
            raise Busy("the lease was taken over by another apply.", fix="look at its deployment, then run this again")

    def settled(self) -> None:
        """Nothing of anybody's is half done. What is begun from now on may be."""
        self.since = datetime.now(UTC)
        self._write(holder={**this_process(), "since": self.since.isoformat()})

    def release(self, *, whole: bool) -> None:
        """Who comes next need not look for anything that was begun, or must."""
        self._write(holder=None if whole else {"since": self.since.isoformat()})

    def _write(self, **values: Any) -> bool:
        """Whether the lease was still ours to write."""
        with self._engine.begin() as connection:
            touched = connection.execute(leases.update().where(*mine(*self._key, self.token)).values(**values))
        return bool(touched.rowcount)


def mine(tenant: str, environment: str, token: int) -> tuple[Any, ...]:
    return (leases.c.tenant == tenant, leases.c.environment == environment, leases.c.token == token)


@contextmanager
def held(engine: Engine, tenant: str, environment: str) -> Iterator[Heartbeat]:
    """The lease while the block runs; `Busy` where somebody alive holds it. A dead holder's is taken over."""
    token, killed = _take(engine, tenant, environment)
    heartbeat, whole = Heartbeat(engine, tenant, environment, token, killed), False
    try:
        with heartbeat:
            yield heartbeat
        whole = True
    finally:
        heartbeat.release(whole=whole)


def _take(engine: Engine, tenant: str, environment: str) -> tuple[int, datetime | None]:
    """(the new token, since when a dead holder worked). Of several dead ones in a row, the first counts."""
    values = {"tenant": tenant, "environment": environment, "token": 0, "heartbeat": func.now()}
    mine_now = (leases.c.tenant == tenant, leases.c.environment == environment)
    age = func.extract("epoch", func.now() - leases.c.heartbeat)
    with engine.begin() as connection:
        connection.execute(insert(leases).values(values).on_conflict_do_nothing())
        row = connection.execute(
            select(leases.c.token, leases.c.holder, leases.c.heartbeat, age.label("age"))
            .where(*mine_now)
            .with_for_update()
        ).one()
        if row.holder and is_alive(row.holder, float(row.age)):
            raise Busy(
                f"{tenant} in {environment} is being deployed by process {row.holder['pid']} on {row.holder['host']}.",
                fix="wait for it, or stop it, then run this again",
            )
        killed = _worked_since(row.holder, row.heartbeat) if row.holder else None
        holder = {**this_process(), "since": (killed or datetime.now(UTC)).isoformat()}
        connection.execute(
            leases.update().where(*mine_now).values(token=row.token + 1, holder=holder, heartbeat=func.now())
        )
    return int(row.token) + 1, killed


def _worked_since(holder: Mapping[str, Any], heartbeat: datetime) -> datetime:
    """Leases of older versions do not say it."""
    return datetime.fromisoformat(str(holder["since"])) if "since" in holder else heartbeat - LONGEST


def this_process() -> dict[str, Any]:
    """{host, boot, pid, started}: a process that no later one can be taken for."""
    return {"host": socket.gethostname(), "boot": boot(), "pid": os.getpid(), "started": started_at(os.getpid())}


def is_alive(holder: Mapping[str, Any], age_s: float) -> bool:
    if "pid" not in holder:  # nobody: only what somebody left
        return False
    if (holder["host"], holder["boot"]) == (socket.gethostname(), boot()):
        return bool(holder["started"]) and started_at(int(holder["pid"])) == holder["started"]
    return age_s < FOREIGN_S


def boot() -> str:
    """This boot of this machine, where the system says it."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
