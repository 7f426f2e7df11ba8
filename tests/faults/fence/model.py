"""The fence as a small world that can be explored whole: every order of every step, crash, abort, deploy, revoke and sweep.

One pipeline, one object, some attempts at it. `without` takes a part of the protocol out; `explore` then finds the harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

ALL_ROWS = 2
PARTS = (
    "mutex",
    "epoch check",
    "ledger check",
    "revoke check",
    "transaction check",
    "confirmation",
    "autocommit off",
    "mutex of the deploy",
    "sweep check",
    "sweep row first",
)


class Entry(NamedTuple):
    """A ledger row."""

    kind: str
    attempt: int


class Attempt(NamedTuple):
    """`at`: what it does next. `tx`: its open transaction, 0 none; `first`: the one that it read in. `state`: it works, hangs
    (its process is gone, the server does not know) or is over."""

    at: str = "start"
    epoch: int = 0
    seen: int = 0
    rows: int = 0
    tx: int = 0
    first: int = 0
    inserted: bool = False
    state: str = "works"


class World(NamedTuple):
    attempts: tuple[Attempt, ...]
    epoch: int = 1
    ledger: tuple[Entry, ...] = ()
    holder: int = 0  # the transaction that has the mutex
    deploys: int = 0
    aborts: int = 0
    revokes: int = 0
    swept: tuple[int, ...] = ()

    def live(self) -> int | None:
        """The attempt that readers see."""
        last = next((entry for entry in reversed(self.ledger) if entry.kind != "sweep"), None)
        return last.attempt if last and last.kind == "load" else None

    def put(self, number: int, attempt: Attempt, **changes) -> World:
        others = (*self.attempts[:number], attempt, *self.attempts[number + 1 :])
        return self._replace(attempts=others, **changes)


class Step(NamedTuple):
    label: str
    world: World
    harm: str = ""


class Found(NamedTuple):
    """`harm` is empty where no state does any; `path` leads to it."""

    states: int
    harm: str
    path: tuple[str, ...]


def explore(attempts: int = 2, deploys: int = 1, aborts: int = 1, revokes: int = 1, without: str = "") -> Found:
    """Breadth first over all reachable states, so a harm is found by a shortest path."""
    start = World(tuple(Attempt() for _ in range(attempts)), deploys=deploys, aborts=aborts, revokes=revokes)
    came: dict[World, tuple[World, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        world = queue.popleft()
        for step in steps(world, without):
            harm = step.harm or seen_harm(step.world)
            if harm:
                return Found(len(came), harm, (*path(came, world), step.label))
            if step.world not in came:
                came[step.world] = (world, step.label)
                queue.append(step.world)
    return Found(len(came), "", ())


def path(came, world) -> tuple[str, ...]:
    labels = []
    while came[world]:
        world, label = came[world]
        labels.append(label)
    return tuple(reversed(labels))


def seen_harm(world: World) -> str:
    live = world.live()
    return "readers miss rows" if live is not None and world.attempts[live].rows < ALL_ROWS else ""


def steps(world: World, without: str) -> Iterator[Step]:
    for number, attempt in enumerate(world.attempts):
        if attempt.state == "works":
            yield from troubles(world, number, attempt)
            yield from WORK[attempt.at](world, number, attempt, without)
        elif attempt.state == "hangs" and attempt.tx:
            yield Step(f"the server ends {number}", dropped(world, number, attempt))
    yield from operators(world, without)


def troubles(world: World, number: int, attempt: Attempt) -> Iterator[Step]:
    yield Step(f"crash {number}", world.put(number, attempt._replace(state="hangs")))
    if attempt.tx and world.aborts:
        yield Step(f"abort {number}", dropped(world, number, attempt)._replace(aborts=world.aborts - 1))


def dropped(world: World, number: int, attempt: Attempt) -> World:
    """The server rolled its transaction back; the attempt has not noticed."""
    return world.put(number, attempt._replace(tx=0, inserted=False), holder=freed(world, attempt))


def freed(world: World, attempt: Attempt) -> int:
    return 0 if attempt.tx and world.holder == attempt.tx else world.holder


def over(world: World, number: int, attempt: Attempt, **changes) -> World:
    ended = attempt._replace(state="over", at="end", tx=0, inserted=False)
    return world.put(number, ended, holder=freed(world, attempt), **changes)


def start(world, number, attempt, _without):
    yield Step(
        f"begin {number}", world.put(number, attempt._replace(at="write", epoch=world.epoch, seen=len(world.ledger)))
    )


def write(world, number, attempt, _without):
    """One of two statements. What a swept attempt writes is deleted again."""
    at = "write" if attempt.rows + 1 < ALL_ROWS and number not in world.swept else "lock"
    rows = attempt.rows + (number not in world.swept)
    yield Step(f"row of {number}", world.put(number, attempt._replace(at=at, rows=rows)))


def lock(world, number, attempt, without):
    tx = 2 * number + 1
    if without == "mutex":
        yield Step(f"no lock {number}", world.put(number, attempt._replace(at="read", tx=tx)))
    elif not world.holder:
        yield Step(f"lock {number}", world.put(number, attempt._replace(at="read", tx=tx), holder=tx))


def read(world, number, attempt, without):
    """One statement: the transaction, the epoch, the ledger. Where the transaction is gone already, there is none to tell."""
    if not attempt.tx and without != "transaction check":
        yield Step(f"no transaction {number}", over(world, number, attempt))
    elif attempt.epoch != world.epoch and without != "epoch check":
        yield Step(f"superseded {number}", over(world, number, attempt))
    elif turned_away(world, number, attempt, without):
        yield Step(f"turned away {number}", over(world, number, attempt))
    else:
        yield Step(f"read {number}", world.put(number, attempt._replace(at="insert", first=attempt.tx)))


def turned_away(world: World, number: int, attempt: Attempt, without: str) -> bool:
    mine = [entry.kind for entry in world.ledger if entry.attempt == number]
    revoked = any(entry.kind == "revoke" for entry in world.ledger[attempt.seen :])
    return (
        (world.live() is not None and without != "ledger check")
        or ("sweep" in mine and without != "sweep check")
        or (revoked and without != "revoke check")
    )


def insert(world, number, attempt, without):
    if not attempt.tx and without == "autocommit off":
        yield committed(world, number, attempt)
    else:
        tx = attempt.tx or 2 * number + 2  # an aborted session begins a new transaction by itself
        yield Step(f"insert {number}", world.put(number, attempt._replace(at="compare", tx=tx, inserted=True)))


def compare(world, number, attempt, without):
    if attempt.tx != attempt.first and without != "transaction check":
        yield Step(f"not its transaction {number}", over(world, number, attempt))
    else:
        yield Step(f"its transaction {number}", world.put(number, attempt._replace(at="commit")))


def commit(world, number, attempt, without):
    if attempt.inserted:
        yield committed(world, number, attempt)
    elif without == "confirmation":
        yield Step(f"commit of nothing {number}", over(world, number, attempt), "it said published, and nothing stands")
    else:
        yield Step(f"commit of nothing {number}, and seen", over(world, number, attempt))


def committed(world: World, number: int, attempt: Attempt) -> Step:
    """The instant at which the rows count: whatever is wrong now is harm."""
    harm = ""
    if attempt.epoch != world.epoch:
        harm = "an older deployment published"
    elif world.live() is not None:
        harm = "published twice"
    elif any(entry.kind == "revoke" for entry in world.ledger[attempt.seen :]):
        harm = "a revoke was undone"
    return Step(f"commit {number}", over(world, number, attempt, ledger=(*world.ledger, Entry("load", number))), harm)


def end(*_):
    return iter(())


WORK = {
    "start": start, "write": write, "lock": lock, "read": read, "insert": insert, "compare": compare, "commit": commit,
    "end": end,
}  # fmt: skip


def operators(world: World, without: str) -> Iterator[Step]:
    """A deploy, a person's revoke, the sweeper: each a whole transaction under the mutex."""
    if world.deploys and (not world.holder or without == "mutex of the deploy"):
        yield Step("deploy", world._replace(epoch=world.epoch + 1, deploys=world.deploys - 1))
    live = world.live()
    if world.revokes and not world.holder and live is not None:
        yield Step("revoke", world._replace(ledger=(*world.ledger, Entry("revoke", live)), revokes=world.revokes - 1))
    for number, attempt in enumerate(world.attempts):
        if attempt.rows and number not in world.swept:
            yield from sweeps(world, number, attempt, without)


def sweeps(world: World, number: int, attempt: Attempt, without: str) -> Iterator[Step]:
    kinds = {entry.kind for entry in world.ledger if entry.attempt == number}
    gone = world.put(number, attempt._replace(rows=0), swept=(*world.swept, number))
    if without == "sweep row first" and not kinds:
        yield Step(f"delete {number}", gone)
    elif not kinds and not world.holder:
        yield Step(f"sweep row {number}", world._replace(ledger=(*world.ledger, Entry("sweep", number))))
    elif "sweep" in kinds:
        yield Step(f"delete {number}", gone)
