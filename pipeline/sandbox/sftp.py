"""The customers' SFTP servers in one process: `python -m pipeline.sandbox.sftp FOLDER`.

Each site listens on its own loopback port with its own host key; its users log in by key alone, see their own home and
read it. Sites are opened and closed as `sources.json`, `ports.json` and `faults.json` say, while the process runs.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import asyncssh

from pipeline.sandbox import faults, ports, sources
from pipeline.sandbox.folder import Folder

LOOK_EVERY_S = 0.2


@dataclass
class Site:
    """One customer's server as it is open now."""

    port: int
    acceptor: asyncssh.SSHAcceptor
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def close(self) -> None:
        self.acceptor.close()
        for connection in list(self.connections):
            connection.abort()


def users(folder: Folder, site: str) -> dict[str, sources.Source]:
    return {s.user: s for s in sources.kept(folder) if s.kind == "sftp" and s.site == site}


class Door(asyncssh.SSHServer):
    """Who may come in: a known user with the key on file. No password, no command, no shell."""

    def __init__(self, folder: Folder, site: str, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._folder, self._site, self._connections = folder, site, connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncssh's signature
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  everybody must show a key
        return True

    def password_auth_supported(self) -> bool:
        return False

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        source = users(self._folder, self._site).get(username)
        fault = faults.active(self._folder, self._site, "wrong_key")
        if source is None or (fault is not None and fault["user"] in ("", username)):
            _log(f"{self._site}: refused {username!r}")
            return False
        known = asyncssh.read_public_key(sources.client_key(self._folder, source).with_suffix(".pub"))
        return bool(key.public_data == known.public_data)


def _refuse(*_: object) -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("this drop is read-only")


REFUSED: Any = _refuse  # stands in for methods of many shapes


class ReadOnlyHome(asyncssh.SFTPServer):
    """A user's home as the whole world, to be listed and read: a customer's drop is not ours to change."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], folder: Folder, site: str) -> None:
        source = users(folder, site)[channel.get_extra_info("username")]
        super().__init__(channel, chroot=os.fsencode(sources.home(folder, source)))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & ~asyncssh.FXF_READ:
            _refuse()
        return super().open(path, pflags, attrs)

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> object:  # noqa: ARG002
        _refuse()

    setstat = lsetstat = fsetstat = remove = mkdir = rmdir = rename = posix_rename = symlink = link = REFUSED


async def open_site(folder: Folder, site: str, port: int) -> Site:
    """Listening, with the site's own key."""
    some = next(iter(users(folder, site).values()))
    connections: set[asyncssh.SSHServerConnection] = set()
    acceptor = await asyncssh.listen(
        ports.HOST,
        port,
        server_factory=lambda: Door(folder, site, connections),
        server_host_keys=[str(sources.host_key(folder, some))],
        sftp_factory=lambda channel: ReadOnlyHome(channel, folder, site),
        allow_scp=False,
        reuse_address=True,
        login_timeout=30,
    )
    _log(f"{site}: listening on {port}")
    return Site(port, acceptor, connections)


def wanted(folder: Folder) -> dict[str, int]:
    """{site: port} of the sites that are up today."""
    known = ports.kept(folder)
    every = {s.site: known[s.port_name] for s in sources.kept(folder) if s.kind == "sftp" and s.port_name in known}
    return {site: port for site, port in every.items() if not faults.is_on(folder, site, "sftp_down")}


async def settle(folder: Folder, sites: dict[str, Site]) -> None:
    """Close what should not be open, open what should."""
    target = wanted(folder)
    for site in [name for name, open_now in sites.items() if target.get(name) != open_now.port]:
        sites.pop(site).close()
        _log(f"{site}: closed")
    for site in target.keys() - sites.keys():
        sites[site] = await open_site(folder, site, target[site])


async def serve(folder: Folder) -> None:
    sites: dict[str, Site] = {}
    while True:
        await settle(folder, sites)
        await asyncio.sleep(LOOK_EVERY_S)


def _log(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    asyncio.run(serve(Folder(Path(sys.argv[1]))))
