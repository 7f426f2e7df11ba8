"""The customers' SFTP servers behave as an SSH server does."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import asynccontextmanager

import asyncssh
import pytest

from pipeline.sandbox import records, seed, sources


@asynccontextmanager
async def session(customers, source, *, key=None, known_hosts=None, **options):
    """An SFTP session as this source's user."""
    key = key or sources.client_key(customers.folder, source)
    host_key = sources.host_key(customers.folder, source).with_suffix(".pub").read_text()
    trusted = asyncssh.import_known_hosts(f"[127.0.0.1]:{customers.sftp_port(source)} {host_key}")
    async with (
        asyncssh.connect(
            "127.0.0.1",
            customers.sftp_port(source),
            username=source.user,
            client_keys=[str(key)],
            known_hosts=known_hosts or trusted,
            config=None,
            agent_path=None,
            **options,
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def test_the_drop_holds_the_whole_of_purchasing(customers):
    """Every order of the ERP stands in exactly one file."""

    async def read():
        async with session(customers, customers.source("globex")) as client:
            names = [n for n in await client.listdir(seed.DIRECTORY) if n.startswith("PurchaseOrderHeader_")]
            return [await (await client.open(f"{seed.DIRECTORY}/{name}", "rb")).read() for name in sorted(names)]

    files = [records.rows(gzip.decompress(content).decode()) for content in run(read())]
    assert len(files) == 4
    assert sum(len(orders) for _, orders in files) == 4012
    assert len({order[0] for _, orders in files for order in orders}) == 4012


def test_staging_and_production_are_two_servers(customers):
    """Same user name, yet another host key, another client key, another home."""
    staging, production = customers.source("globex"), customers.source("globex", "production")
    assert sources.fingerprint(customers.folder, staging) != sources.fingerprint(customers.folder, production)

    async def enter_with_the_other_key():
        async with session(customers, production, key=sources.client_key(customers.folder, staging)):
            pass

    with pytest.raises(asyncssh.PermissionDenied):
        run(enter_with_the_other_key())


def test_an_unknown_host_key_is_noticed(customers):
    """A client that trusts another server's key does not connect."""
    other = sources.host_key(customers.folder, customers.source("globex", "production")).with_suffix(".pub").read_text()
    source = customers.source("globex")
    wrong = asyncssh.import_known_hosts(f"[127.0.0.1]:{customers.sftp_port(source)} {other}")

    async def enter():
        async with session(customers, source, known_hosts=wrong):
            pass

    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        run(enter())


def test_there_is_no_login_by_password(customers):
    """Only keys open the door."""
    source = customers.source("globex")

    async def enter():
        await asyncssh.connect(
            "127.0.0.1",
            customers.sftp_port(source),
            username=source.user,
            password="guess",
            client_keys=None,
            known_hosts=None,
            config=None,
            agent_path=None,
        )

    with pytest.raises(asyncssh.PermissionDenied):
        run(enter())


@pytest.mark.parametrize("path", ["/../../host_key", "/outbound/../../../client_key", "/etc/passwd"])
def test_a_home_is_the_whole_world(customers, path):
    """No path leads out of it."""

    async def read():
        async with session(customers, customers.source("globex")) as client:
            await client.open(path, "rb")

    with pytest.raises(asyncssh.SFTPNoSuchFile):
        run(read())


@pytest.mark.parametrize("change", ["put", "remove", "rename", "mkdir"])
def test_a_drop_is_read_only(customers, change):
    """The user may list and read, and change nothing."""
    file = f"{seed.DIRECTORY}/Vendor_20140101.csv.gz"

    async def act():
        async with session(customers, customers.source("globex")) as client:
            if change == "put":
                await client.open(f"{seed.DIRECTORY}/new.csv", "wb")
            elif change == "remove":
                await client.remove(file)
            elif change == "rename":
                await client.rename(file, f"{file}.done")
            else:
                await client.mkdir("/inbound")

    with pytest.raises(asyncssh.SFTPPermissionDenied):
        run(act())


def test_it_runs_no_command(customers):
    """SFTP is all there is."""
    source = customers.source("globex")

    async def execute():
        async with asyncssh.connect(
            "127.0.0.1",
            customers.sftp_port(source),
            username=source.user,
            client_keys=[str(sources.client_key(customers.folder, source))],
            known_hosts=None,
            config=None,
            agent_path=None,
        ) as connection:
            return await connection.run("id", check=False)

    with pytest.raises(asyncssh.ChannelOpenError):
        run(execute())
