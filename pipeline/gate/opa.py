"""One warm OPA: the one that runs already where it may be used, else one of our own, ended with us.

A server compiles its policies once, as it starts: handed over one by one, OPA would compile them all for each. The server
is stamped with their digest, and an answer under another stamp is never believed. Fails with `Missing` without a program,
`Unreachable` where no answer comes, `Conflict` where a server holds other policies.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import Conflict, Missing, Unreachable
from pipeline.gate.bundle import Bundle
from pipeline.gate.capability import write

HOST = "127.0.0.1"
START_S, ANSWER_S = 15.0, 60.0
# Nothing of ours: what a rule could read of it is nobody's business. Half the time for some more memory, within bounds.
ENVIRONMENT = {"GOGC": "400", "GOMEMLIMIT": "512MiB"}
MEMORY_B = 6 << 30  # of addresses; a fleet of 1,200 tenants takes 2 GB of them
STAMP = "bundle"

Answers = dict[str, list[dict[str, Any]]]  # name → [{code, where: {file, pointer}, what}]


@dataclass(frozen=True)
class Judge:
    """A server that holds this bundle."""

    client: Any
    bundle: Bundle

    def decide(self, batch: Mapping[str, Any], common: Mapping[str, Any] = MappingProxyType({})) -> Answers:
        """The findings of each input, under the same names. `common` are documents that all of these inputs have too."""
        asked = {"batch": batch, "common": dict(common)}
        answer = _asked(lambda: self.client.query_rule(asked, "main", "answer")).get("result", {})
        if answer.get("bundle") != self.bundle.digest:
            raise Conflict(
                "the policy server holds other policies than these.", fix="leave --opa out, then a fresh one is started"
            )
        found: Answers = answer["batch"]
        return found


@contextmanager
def warm(bundle: Bundle, *, program: Path | None = None, url: str = "", answer_s: float = ANSWER_S) -> Iterator[Judge]:
    """A judge for this bundle: the server at `url`, where it holds the same policies, else one of our own.

    An answer that takes longer than `answer_s` is `Unreachable`.
    """
    if url and (client := _joined(url, bundle)):
        yield Judge(client, bundle)
        return
    if program is None:
        raise Missing("no OPA runs, and none can be started.", fix="./acme doctor")
    with tempfile.TemporaryDirectory(prefix="acme-policies-") as folder:
        write(bundle.modules, Path(folder))
        with _started(program, folder, answer_s) as client:
            _put_stamp(client, bundle)
            yield Judge(client, bundle)


def _joined(url: str, bundle: Bundle) -> Any | None:
    """A client of the running server, or None where it does not answer or serves other policies than these."""
    parts = urlsplit(url)
    client = _client(parts.hostname or HOST, parts.port or 8181)
    if not client.check_health():
        return None
    held = _stamp(client)
    if held is None and _texts(client) == sorted(bundle.modules.values()):
        _put_stamp(client, bundle)
        return client
    return client if held == bundle.digest else None


def _stamp(client: Any) -> str | None:
    from opa_client.errors import PolicyNotFoundError

    try:
        stamp: str = _asked(lambda: client.get_data(STAMP))["result"]["digest"]
    except PolicyNotFoundError:
        return None
    return stamp


def _texts(client: Any) -> list[str]:
    """Every module that the server was started with, word for word: it says nothing of a digest by itself."""
    answer = _asked(lambda: client._session.get(f"{client.root_url}/policies", timeout=ANSWER_S))
    return sorted(module["raw"] for module in answer.json().get("result", []))


def _put_stamp(client: Any, bundle: Bundle) -> None:
    _asked(lambda: client.update_or_create_data({"digest": bundle.digest}, STAMP))


def _asked(question: Any) -> Any:
    """The answer to a question over the network, its failure as one of ours."""
    import requests

    try:
        return question()
    except requests.RequestException as error:
        raise Unreachable(
            f"OPA gave no answer ({type(error).__name__}).", fix="try again; `./acme doctor` shows what runs"
        ) from error


@contextmanager
def _started(program: Path, policies: str, answer_s: float = ANSWER_S) -> Iterator[Any]:
    """A client of a server that lives as long as this context. Another port is tried where somebody took ours."""
    for _ in range(3):
        port = _free_port()
        process = _spawn(program, port, policies)
        try:
            client = _client(HOST, port, answer_s)
            if _answers(process, client):
                yield client
                return
        finally:
            _end(process)
    raise Unreachable(
        "OPA did not start with these policies.",
        where=str(program),
        fix="run `opa run --server` by hand on the policies to see why",
    )


def _spawn(program: Path, port: int, policies: str) -> subprocess.Popen[bytes]:
    command = [
        str(program),
        "run",
        "--server",
        "--addr",
        f"{HOST}:{port}",
        "--log-level",
        "error",
        "--skip-version-check",
        policies,
    ]
    try:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
    except OSError as error:
        raise Missing(f"OPA cannot be started: {error.strerror}.", where=str(program), fix="./acme doctor") from None
    _bound(started.pid)
    return started


def _bound(pid: int) -> None:
    """A rule that eats memory ends its server, not this machine. Only Linux lets one process bound another."""
    import resource

    if hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):  # it ended at once, which is noticed when it does not answer
            resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY_B, MEMORY_B))


def _answers(process: subprocess.Popen[bytes], client: Any) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if client.check_health():
            return True
        time.sleep(0.01)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _client(host: str, port: int, answer_s: float = ANSWER_S) -> Any:
    from opa_client import create_opa_client

    client = create_opa_client(host=host, port=port, timeout=answer_s, retries=0)
    client._session.trust_env = False  # a proxy of the environment has no business between us and the loopback
    return client
