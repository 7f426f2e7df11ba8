"""The ledger of one pipeline: append-only rows, numbered, each bearing the hash of the one before it.

A row's hash is the sha256 of its receipt's canonical JSON without `hash`, so a receipt proves itself; the watermark is the
run's own bookmark and no part of the evidence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipeline.attempt import Counts
from pipeline.errors import Busy, Conflict
from pipeline.live import Tables
from pipeline.publish.schema import COUNTS, LEDGER_COLUMNS
from pipeline.release import canonical, document_of
from pipeline.warehouse import Session

FIRST = "0" * 64  # what the first row calls previous
PER_INSERT = 100
_COLUMNS = ", ".join(LEDGER_COLUMNS)
_NAMES = tuple(name.strip('"').lower() for name in LEDGER_COLUMNS)

Kind = Literal["load", "revoke", "sweep"]


@dataclass(frozen=True)
class Row:
    """One row. `files` are [{key, sha256, size, records}] of the landed object; `at` is ISO 8601 in UTC."""

    kind: Kind
    source_key: str
    content_sha256: str
    attempt: str
    epoch: int
    release: str
    runtime: str
    deployment: str
    run: str
    at: str
    files: Sequence[Mapping[str, Any]] = ()
    rows: Counts = field(default_factory=Counts)
    watermark: str | None = None
    policy_bundle: str = ""
    seq: int = 0
    previous: str = ""
    hash: str = ""


def receipt(row: Row, tenant: str, environment: str, pipeline: str) -> dict[str, Any]:
    """The fixed JSON shape of a receipt."""
    body = document_of(row)
    del body["watermark"]
    return {"tenant": tenant, "environment": environment, "pipeline": pipeline, **body}


def sealed(row: Row, seq: int, previous: str, where: tuple[str, str, str]) -> Row:
    """The row with its place in the chain. `where` is (tenant, environment, pipeline)."""
    placed = replace(row, seq=seq, previous=previous, hash="")
    return replace(placed, hash=_hash(receipt(placed, *where)))


def _hash(document: Mapping[str, Any]) -> str:
    body = {key: value for key, value in document.items() if key != "hash"}
    return hashlib.sha256(canonical(body)).hexdigest()


def append(
    session: Session, t: Tables, rows: Iterable[Row], where: tuple[str, str, str], end: tuple[int, str]
) -> list[Row]:
    """Write rows behind the chain's end, (seq, hash). The caller holds the mutex and has read the end under it."""
    seq, previous = end
    done: list[Row] = []
    for row in rows:
        done.append(sealed(row, seq + 1, previous, where))
        seq, previous = done[-1].seq, done[-1].hash
    for start in range(0, len(done), PER_INSERT):
        _insert(session, t, done[start : start + PER_INSERT])
    return done


def confirm(session: Session, t: Tables, rows: Sequence[Row]) -> None:
    """`Busy` where rows that were appended do not stand after COMMIT: the server had ended the transaction before it."""
    if rows and not session.rows(
        f"SELECT 1 FROM {t.ledger} WHERE seq = %s AND hash = %s", (rows[-1].seq, rows[-1].hash)
    ):
        raise Busy("the warehouse ended this transaction before its time, and nothing was committed.", where=t.ledger)


def _insert(session: Session, t: Tables, rows: Sequence[Row]) -> None:
    marks = f"({', '.join(['%s'] * len(_NAMES))})"
    values = [value for row in rows for value in _record(row)]
    session.execute(f"INSERT INTO {t.ledger} ({_COLUMNS}) VALUES {', '.join([marks] * len(rows))}", values)


def _record(row: Row) -> list[Any]:
    body = {**document_of(row), **{f"rows_{name}": getattr(row.rows, name) for name in COUNTS}}
    body["files"] = canonical(body["files"]).decode()
    return [body[name] for name in _NAMES]


def row(record: Sequence[Any]) -> Row:
    """Out of a record that holds the ledger's columns in their order."""
    body = dict(zip(_NAMES, record, strict=True))
    counts = Counts(**{name: int(body.pop(f"rows_{name}")) for name in COUNTS})
    body |= {"seq": int(body["seq"]), "epoch": int(body["epoch"]), "files": tuple(json.loads(body["files"]))}
    return Row(**body, rows=counts)


def head(session: Session, t: Tables) -> tuple[int, str]:
    """(seq, hash) of the newest row; (0, FIRST) where there is none."""
    rows = session.rows(f"SELECT seq, hash FROM {t.ledger} ORDER BY seq DESC LIMIT 1")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, FIRST)


def read(session: Session, t: Tables, condition: str = "TRUE", params: Sequence[Any] = ()) -> list[Row]:
    """Rows in the order of the chain."""
    sql = f"SELECT {_COLUMNS} FROM {t.ledger} WHERE {condition} ORDER BY seq"
    return [row(record) for record in session.rows(sql, list(params) or None)]


def demand_proof(rows: Sequence[Row], t: Tables, where: tuple[str, str, str]) -> None:
    """`Conflict` where one of these rows, in order of seq, is not what was once written. Not all of the chain needs to be here."""
    for number, one in enumerate(rows):
        before = rows[number - 1] if number else None
        follows = before is None or before.seq + 1 < one.seq or (before.seq + 1, before.hash) == (one.seq, one.previous)
        if not follows or one.hash != _hash(receipt(one, *where)):
            raise changed(f"row {one.seq} is not what was written.", t)


def changed(what: str, t: Tables) -> Conflict:
    """Nobody publishes on such a ledger."""
    return Conflict(
        what,
        where=t.ledger,
        why="Somebody has written past the fence or changed the ledger by hand: nobody can say what counts.",
        fix="put the table back as it was (Snowflake's Time Travel), then run again",
    )


def verify_chain(receipts: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with a whole chain of receipts, sweeps included, in order: empty where nothing is."""
    wrong: list[str] = []
    seq, previous = 0, FIRST
    for entry in receipts:
        seq += 1
        if entry["seq"] != seq:
            wrong.append(f"row {entry['seq']} stands where {seq} belongs.")
        if entry["previous"] != previous:
            wrong.append(f"row {entry['seq']} does not follow the row before it.")
        if entry["hash"] != _hash(entry):
            wrong.append(f"row {entry['seq']} is not what its hash says.")
        seq, previous = int(entry["seq"]), str(entry["hash"])
    return wrong
