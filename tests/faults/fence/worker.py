"""A process that loads, verifies and publishes one object when it is told to go; made to be killed.

`python -m tests.faults.fence.worker`: reads one JSON line {world, tenant, epoch, tag, manifest}, says `ready`,
waits for a line, works.
"""

from __future__ import annotations

import json
import sys

from pipeline.run import read_manifest
from tests.warehouse import Store, World, orders


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    told = json.loads(sys.stdin.readline())
    store = Store(World(**told["world"]), told["tenant"], orders(), epoch=told["epoch"])
    store.tag = told["tag"]
    store.loader.rows("SELECT 1")
    store.rows("SELECT 1")
    manifest = read_manifest(told["manifest"].encode())
    tell("ready")
    sys.stdin.readline()
    tell(store.run(*manifest.objects).kind)


if __name__ == "__main__":
    main()
