"""The customers' SFTP servers behave as an SSH server does."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess

import asyncssh
import pytest

from pipeline.sandbox import records, seed, sources
from tests.conformance.customers import run, session


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


def test_openssh_gets_a_whole_file(customers, tmp_path):
    """The client that customers' administrators use understands the server: keys, listing, transfer."""
    client = shutil.which("sftp") or install_openssh()
    source, file = customers.source("globex"), "PurchaseOrderHeader_2012.csv.gz"
    host_key = sources.host_key(customers.folder, source).with_suffix(".pub").read_text()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{customers.sftp_port(source)} {host_key}")
    options = {
        "UserKnownHostsFile": tmp_path / "known_hosts",
        "StrictHostKeyChecking": "yes",
        "IdentityFile": sources.client_key(customers.folder, source),
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    command = [client, "-F", "none", *words, "-P", str(customers.sftp_port(source))]
    remote = f"{source.user}@127.0.0.1:{seed.DIRECTORY}/{file}"
    done = subprocess.run(
        [*command, remote, str(tmp_path / file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / file).read_bytes() == seed.purchasing_files()[f"{seed.DIRECTORY}/{file}"]


def install_openssh() -> str:
    """The path of `sftp`, installed where we may; a machine without it fails by the line that mends it."""
    line = ["apt-get", "install", "-y", "--no-install-recommends", "openssh-client"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(line, capture_output=True, timeout=300, check=False)
    return shutil.which("sftp") or pytest.fail(f"`sftp` is missing. fix: {' '.join(line)}", pytrace=False)
