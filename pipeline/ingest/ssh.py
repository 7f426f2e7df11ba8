"""An SFTP session with a customer's server: pinned host key, key login, time-outs on every step.

The calls are plain; between them asyncssh's loop stands still, so nothing is read that nobody asked for.
Fails with `Denied` (host key, login, rights), `Missing` and `Unreachable`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.cloud import Secret
from pipeline.errors import AcmeError, Conflict, Denied, Missing, Unreachable
from pipeline.ingest.lake import PART

CONNECT_S, LOGIN_S, IDLE_S = 15, 15, 120
MAX_ENTRIES = 10_000
T = TypeVar("T")


@dataclass(frozen=True)
class Server:
    """Who is asked (`host`, as the settings say), where it answers, by which host keys it is known, and as whom we come."""

    host: str
    to_host: str
    to_port: int
    host_keys: tuple[str, ...]
    user: str
    key: Secret = field(repr=False)


@dataclass(frozen=True, order=True)
class Entry:
    """A regular file of the directory. `mtime` in seconds of the Unix clock."""

    mtime: int
    name: str
    size: int


class Session:
    """One connection. `close` it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._runner = asyncio.Runner()
        self._connection: Any = None
        try:
            self._client = self._run(self._open(), CONNECT_S + LOGIN_S)
        except BaseException:
            self.close()
            raise

    def entries(self, directory: str) -> list[Entry]:
        """Its regular files, oldest first."""
        return sorted(self._run(self._list(directory), IDLE_S, directory))

    @property
    def user(self) -> str:
        return self._server.user

    def refuses_changes(self, directory: str) -> bool:
        """Whether the server refuses to remove a name that nobody has given: asked so, nothing can change."""
        try:
            self._run(self._client.remove(f"{directory}/.acme-{uuid.uuid4().hex}"), IDLE_S, directory)
        except Missing:
            return False
        except AcmeError:
            return True  # not permitted, or not known at all
        return False

    def size(self, path: str) -> int:
        attributes = self._run(self._client.stat(path), IDLE_S, path)
        return int(attributes.size)

    def parts(self, path: str, size: int = PART) -> Iterator[bytes]:
        """The file in parts of `size` bytes; the last one is shorter."""
        file = self._run(self._client.open(path, "rb"), IDLE_S, path)
        try:
            offset = 0
            while part := self._run(file.read(size, offset), IDLE_S, path):
                offset += len(part)
                yield part
        finally:
            if not self._connection.is_closed():
                self._run(file.close(), IDLE_S, path)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.abort()
            self._runner.run(self._connection.wait_closed())
        self._runner.close()

    async def _open(self) -> Any:
        import asyncssh

        server = self._server
        self._connection = await asyncssh.connect(
            server.to_host,
            server.to_port,
            username=server.user,
            client_keys=[private_key(server.key)],
            client_factory=_pinned(server.host_keys),
            known_hosts=([], [], []),  # nobody is known but by fingerprint
            preferred_auth="publickey",
            config=None,
            agent_path=None,
            x509_trusted_certs=None,
            encryption_algs="^aes128-gcm@openssh.com,aes256-gcm@openssh.com",  # three times as fast as the default
            connect_timeout=CONNECT_S,
            login_timeout=LOGIN_S,
            keepalive_interval=IDLE_S / 4,
        )
        return await self._connection.start_sftp_client(path_encoding="utf-8", path_errors="surrogateescape")

    async def _list(self, directory: str) -> list[Entry]:
        import asyncssh

        found = []
        async for entry in self._client.scandir(directory):
            if entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR:
                found.append(Entry(int(entry.attrs.mtime or 0), entry.filename, int(entry.attrs.size or 0)))
            if len(found) > MAX_ENTRIES:
                raise Conflict(f"{directory} holds more than {MAX_ENTRIES} files.", where=self._server.host)
        return found

    def _run(self, work: Coroutine[Any, Any, T], timeout_s: float, what: str = "") -> T:
        import asyncssh

        async def bounded() -> T:
            return await asyncio.wait_for(work, timeout_s)

        try:
            return self._runner.run(bounded())
        except (asyncssh.Error, OSError, TimeoutError) as error:
            raise self._failure(error, what) from error

    def _failure(self, error: Exception, what: str) -> AcmeError:
        import asyncssh

        server, host = self._server, self._server.host
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            why = "the server shows another host key than the settings name."
            return Denied(
                "host key verification failed.", where=host, why=why, fix="ask the customer, then change host_keys"
            )
        if isinstance(error, asyncssh.PermissionDenied):
            fix = "compare the secret's key with the one the customer trusts"
            return Denied(f"Permission denied for user {server.user} on host {host}.", where=host, fix=fix)
        if isinstance(error, asyncssh.SFTPNoSuchFile):
            return Missing(f"No such file or directory: {what}.", where=host)
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            return Denied(f"SFTPPermissionDenied: {server.user} may not read {what}.", where=host)
        return Unreachable(f"the connection failed: {type(error).__name__}: {error}.", where=host)


def private_key(secret: Secret) -> Any:
    """The secret's `private_key`. The text of what is wrong with it stays out of the message."""
    import asyncssh

    try:
        return asyncssh.import_private_key(secret.fields()["private_key"])
    except (KeyError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise Denied(
            f"the secret {secret.name} holds no valid private key.", fix="put {private_key: …} as its value"
        ) from None


def _pinned(fingerprints: tuple[str, ...]) -> Callable[[], Any]:
    import asyncssh

    class Pinned(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:  # noqa: ARG002
            return key.get_fingerprint() in fingerprints

    return Pinned
