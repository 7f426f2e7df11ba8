"""A storm over one pipeline on a real engine: workers that crash, hang, are aborted and come late, deploys, revokes, renamed files.

`storm` returns every harm that it found; nothing when the fence stands.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.errors import AcmeError, Conflict
from pipeline.publish import fence, ledger, revoke
from pipeline.run import LandedObject
from pipeline.warehouse import Session
from tests.warehouse import Store, landed

PATIENCE_S = 60
STATEMENTS = 7  # of one publish, so that a crash may fall before any of them


class Crash(Exception):
    """The process is gone; the server does not know."""


@dataclass
class Weather:
    """Shared by all threads of one storm."""

    store: Store
    until: float
    enough: Mapping[str, int]
    hanging: list[Session] = field(default_factory=list)
    stale: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def count(self, what: str) -> None:
        with self.lock:
            self.seen[what] += 1

    @property
    def blows(self) -> bool:
        """Its time, and on a busy machine longer, until enough has happened; no longer than until a harm is seen."""
        now = time.monotonic()
        if self.refused:
            return False
        return now < self.until or (now < self.until + PATIENCE_S and bool(self.wanting()))

    def wanting(self) -> list[str]:
        """What happened less often than it should."""
        return [what for what, times in self.enough.items() if self.seen[what] < times]


class Unlucky(Session):
    """A session that crashes before its `fatal`-th statement, and whose transaction the server may end before the ledger row or
    before COMMIT."""

    def __init__(self, weather: Weather, tag: str, epoch: int, luck: random.Random) -> None:
        super().__init__(weather.store.connect(tag)._connection, autocommit=False)
        self.weather, self.tag, self.epoch = weather, tag, epoch
        self.fatal = luck.randint(1, STATEMENTS) if luck.random() < 0.3 else 0
        self.aborted_before = luck.choice(["INSERT", "COMMIT"]) if luck.random() < 0.4 else ""
        self.crashed = False

    def execute(self, sql, params=None):
        self._live_on()
        word = sql.partition(" ")[0]
        if word == self.aborted_before:
            self.weather.count(f"aborted before {word}")
            self.weather.store.server_aborts(self.tag)
            time.sleep(0.15)  # somebody else gets the mutex meanwhile
        if word == "INSERT":
            self._note_the_epoch()
        return super().execute(sql, params)

    def rows(self, sql, params=None):
        self._live_on()
        return super().rows(sql, params)

    def _live_on(self) -> None:
        self.fatal -= 1
        if self.fatal == 0:
            self.crashed = True
            raise Crash

    def _note_the_epoch(self) -> None:
        newest = super().rows(f"SELECT MAX(epoch) FROM {self.weather.store.tables.epoch}")[0][0]
        if newest != self.epoch:
            self.weather.stale[self.tag] = f"attempt {self.tag} of epoch {self.epoch} published at epoch {newest}"

    def close(self) -> None:
        if self.crashed:
            self.weather.hanging.append(Session(self._connection))
        else:
            super().close()


def storm(
    store: Store, enough: Mapping[str, int], *, seconds: float, workers: int = 4, objects: int = 4, seed: int = 1
) -> list[str]:
    """The harms. `enough`: what must happen how often at least. Afterwards a calm worker finishes what is left."""
    weather = Weather(store, time.monotonic() + seconds, enough)
    known = sources(objects)
    threads = [threading.Thread(target=work, args=(weather, known, seed * 100 + n)) for n in range(workers)]
    threads.append(threading.Thread(target=operate, args=(weather, seed)))
    undertaker = threading.Thread(target=bury, args=(weather,))
    for thread in (*threads, undertaker):
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds + PATIENCE_S + 120)
    weather.over.set()
    undertaker.join(timeout=60)
    if weather.refused:
        return weather.refused
    for one in known:
        store.publish(one, rows={one.source_key: rows_of(one)})
    assert not weather.wanting(), f"the storm had too few of {weather.wanting()}: {dict(weather.seen)}"
    return harms(weather, known)


def sources(count: int) -> list[LandedObject]:
    """Objects, each with a twin: the same bytes under another name."""
    return [landed(f"{n}{end}.csv", text=f"content {n}") for n in range(count) for end in ("", "-renamed")]


def rows_of(one: LandedObject) -> list[tuple]:
    number = int(one.source_key.split("-")[0].split(".")[0])
    return [(100 * number + n, n) for n in range(number + 2)]


def work(weather: Weather, known: list[LandedObject], seed: int) -> None:
    """Load, sometimes dawdle, publish; any way to die is met."""
    luck = random.Random(seed)
    while weather.blows:
        one = luck.choice(known)
        candidate = weather.store.candidate(one, rows={one.source_key: rows_of(one)})
        if luck.random() < 0.3:
            time.sleep(luck.random())
        try:
            outcome = fence.settle(candidate, lambda c=candidate: Unlucky(weather, c.attempt.id, c.binding.epoch, luck))
            weather.count(str(outcome.kind))
            weather.told += [receipt["hash"] for receipt in outcome.receipts]
        except Crash:
            weather.count("crashed")
        except Conflict as error:  # nobody here changes anything by hand: somebody came past the fence
            weather.refused.append(str(error))
        except AcmeError as error:
            weather.count(type(error).__name__)


def operate(weather: Weather, seed: int) -> None:
    """Deploys and revokes."""
    luck = random.Random(seed)
    while weather.blows:
        time.sleep(0.3)
        try:
            if luck.random() < 0.4:
                weather.store.deploy()
                weather.count("deployed")
            else:
                take_one_back(weather, luck)
        except Conflict:
            weather.count("changed meanwhile")
        except AcmeError as error:
            weather.count(type(error).__name__)


def take_one_back(weather: Weather, luck: random.Random) -> None:
    store = weather.store
    live = revoke.live(store.session, store.tables, store.pipeline)
    if live:
        revoke.take_back(store.session, store.binding(), [luck.choice(live).seq])
        weather.count("revoked")


def bury(weather: Weather) -> None:
    """The server ends sessions whose client is gone, some time later."""
    while not weather.over.wait(0.2) or weather.hanging:
        while weather.hanging:
            weather.hanging.pop().close()


def harms(weather: Weather, known: list[LandedObject]) -> list[str]:
    store = weather.store
    rows = ledger.read(store.session, store.tables)
    published = {row.attempt for row in rows if row.kind == "load"}
    return [
        *(what for attempt, what in weather.stale.items() if attempt in published),
        *twice(rows),
        *(f"a receipt without its row: {hash_}" for hash_ in set(weather.told) - {row.hash for row in rows}),
        *lost(store, known),
        *store.chain(),
    ]


def twice(rows: list[ledger.Row]) -> list[str]:
    """Content that was loaded while it was live, under whatever name."""
    found, live = [], set()
    for row in rows:
        if row.kind == "load":
            if row.content_sha256 in live:
                found.append(f"row {row.seq}: {row.source_key} counts twice")
            live.add(row.content_sha256)
        elif row.kind == "revoke":
            live.discard(row.content_sha256)
    return found


def lost(store: Store, known: list[LandedObject]) -> list[str]:
    """Readers see each content's rows exactly once."""
    wanted = sorted({row for one in known for row in rows_of(replace(one))})
    seen = store.visible()
    return [] if seen == wanted else [f"readers see {len(seen)} rows, not {len(wanted)}"]
