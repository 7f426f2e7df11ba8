"""What the customers' systems hold: files in SFTP homes, records behind APIs. Deterministic, and the same bytes every time.

Writes below the sources' own folders. A file appears whole or not at all, as a careful customer would drop it.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache

from pipeline.sandbox import records, sources
from pipeline.sandbox.folder import Folder, write
from pipeline.sandbox.sources import Source

DIRECTORY = "/outbound/purchasing"
SETTLED_S = 3600  # seeded and dropped files look as old as this, so that nobody waits for their size to rest
EXPORTED_ON = "20140101"
ORDERS, LINES = "PurchaseOrderHeader", "PurchaseOrderDetail"


def seed(folder: Folder, *, only: Iterable[Source] = sources.SEEDED) -> None:
    """Globex's drops and Initech's API hold the ERP's data. What is there already stays as it is."""
    for source in only:
        sources.add(folder, source)
        fill_api(folder, source) if source.kind == "api" else fill_home(folder, source, purchasing_files())


def fill_api(folder: Folder, source: Source) -> None:
    for resource, (table, _) in sources.RESOURCES.items():
        path = sources.records_file(folder, source, resource)
        if not path.exists():
            write(path, "".join(f"{record}\n" for record in records.json_records(table)).encode())


def fill_home(folder: Folder, source: Source, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if not sources.inside(folder, source, name).exists():
            drop(folder, source, name, content)


def drop(folder: Folder, source: Source, path: str, content: bytes, *, age_s: float = SETTLED_S) -> None:
    """One more file in the home, all of it at once. `path` is as the user sees it: `/outbound/…`."""
    target = sources.inside(folder, source, path)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = sources.site_folder(folder, source) / source.user / "arriving"
    write(arriving, content)
    at = time.time() - age_s
    os.utime(arriving, (at, at))
    arriving.replace(target)


@cache
def purchasing_files() -> dict[str, bytes]:
    """{path: gzipped CSV}: orders and their lines by the year of the order, and all vendors."""
    years = order_years()
    return {
        **_by_group(ORDERS, lambda record: years[record[0]]),
        **_by_group(LINES, lambda record: years[record[0]]),
        **_by_group("Vendor", lambda _: EXPORTED_ON),
    }


def order_years() -> dict[str, str]:
    """{PurchaseOrderID: year of the order}."""
    names, orders = records.rows(records.table(ORDERS))
    ordered = names.index("OrderDate")
    return {order[0]: order[ordered][:4] for order in orders}


def night_of_orders(number: int, count: int = 214) -> tuple[str, bytes]:
    """(path, gzipped CSV) of what globex drops in the night of this number, from 1: `count` new orders of that day."""
    names, orders = records.rows(records.table(ORDERS))
    day = date(2015, 1, 1) + timedelta(days=number - 1)
    at, first = f"{day} 00:00:00.000", max(int(order[0]) for order in orders) + 1 + (number - 1) * count
    new = {"RevisionNumber": "1", "Status": "1", "OrderDate": at, "ShipDate": "", "ModifiedDate": at}
    lines = [
        ",".join({**dict(zip(names, order, strict=True)), **new, "PurchaseOrderID": str(first + i)}.values())
        for i, order in enumerate(orders[:count])
    ]
    return f"{DIRECTORY}/{ORDERS}_{day:%Y%m%d}.csv.gz", pack("\n".join([",".join(names), *lines, ""]))


def whole_table(table: str, directory: str) -> dict[str, bytes]:
    """{path: gzipped CSV} of one table in one file, for a source that is not seeded."""
    return {f"{directory}/{table}_{EXPORTED_ON}.csv.gz": pack(records.table(table))}


def _by_group(table: str, group: Callable[[list[str]], str]) -> dict[str, bytes]:
    header, *lines = records.table(table).splitlines(keepends=True)
    parsed = records.rows(records.table(table))[1]
    groups: dict[str, list[str]] = {}
    for line, record in zip(lines, parsed, strict=True):  # no record of these tables spans lines
        groups.setdefault(group(record), [header]).append(line)
    return {f"{DIRECTORY}/{table}_{name}.csv.gz": pack("".join(groups[name])) for name in sorted(groups)}


def pack(text: str) -> bytes:
    """Gzip without a clock in it."""
    return gzip.compress(text.encode("utf-8"), mtime=0)
