"""Free loopback ports: chosen once, kept in the folder, changed where somebody else has taken them."""

from __future__ import annotations

import random
import socket

from pipeline.errors import Conflict
from pipeline.sandbox.folder import Folder, read_json, write_json

# below the range from which systems take the ports of outgoing connections, so that none of those lands on ours
RANGE = range(20_000, 32_000)
HOST = "127.0.0.1"


def kept(folder: Folder) -> dict[str, int]:
    """{name: port} as last written."""
    ports: dict[str, int] = read_json(folder.ports, {})
    return ports


def choose(folder: Folder, names: list[str], *, running: set[str]) -> dict[str, int]:
    """A port for each name: the kept one where it is free or our own part holds it, else another."""
    ports = kept(folder)
    for name in names:
        if name not in ports or (name not in running and not is_free(ports[name])):
            ports[name] = _another(set(ports.values()))
    write_json(folder.ports, ports)
    return ports


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what just closed is free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Whether anybody takes a connection there."""
    try:
        with socket.create_connection((HOST, port), timeout=2):
            return True
    except OSError:
        return False


def _another(taken: set[int]) -> int:
    for _ in range(1000):
        port = random.choice(RANGE)  # noqa: S311  no secret hangs on it
        if port not in taken and is_free(port):
            return port
    raise Conflict(f"no free port between {RANGE.start} and {RANGE.stop}.")
