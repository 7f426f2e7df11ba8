"""One Snowflake account: its engine, its catalogue, and whoever is logged in."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from duckdb import DuckDBPyConnection
from fakesnow import info_schema, macros
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.instance import FakeSnow
from fakesnow.transforms import show, stage

from pipeline.sandbox.snowflake.access import Access
from pipeline.sandbox.snowflake.catalogue import Catalogue
from pipeline.sandbox.snowflake.faults import Faults
from pipeline.sandbox.snowflake.functions import install
from pipeline.sandbox.snowflake.history import History
from pipeline.sandbox.snowflake.locks import Locks
from pipeline.sandbox.snowflake.naming import quoted
from pipeline.sandbox.snowflake.session import Session

HIDDEN_SCHEMAS = ("main", "_fs_information_schema", "acme", "information_schema", "pg_catalog")


class Account:
    """Databases are files beside the account's own file, which holds the catalogue."""

    def __init__(self, name: str, file: Path, aws_endpoint: str) -> None:
        self.name, self.file, self.aws_endpoint = name, file, aws_endpoint
        self.folder = file.with_suffix(".databases")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._fake = FakeSnow()
        shutil.rmtree(
            stage.LOCAL_BUCKET_PATH, ignore_errors=True
        )  # made in the temporary folder by every import, for nothing
        self.engine: DuckDBPyConnection = self._fake.duck_conn
        self._open()
        self.catalogue = Catalogue(self.engine.cursor())
        self.locks, self.history, self.faults = Locks(), History(), Faults()
        self.sessions: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def _open(self) -> None:
        self.engine.execute("SET autoinstall_known_extensions = false")
        self.engine.execute("DETACH _fs_global")
        self.engine.execute(f"ATTACH '{self.file}' AS _fs_global")
        self.engine.execute(info_schema.fs_global_creation_sql())
        self.engine.execute(show.fs_global_creation_sql())
        self.engine.execute(macros.creation_sql("_fs_global"))
        install(self.engine)
        for path in sorted(self.folder.glob("*.db")):
            self.engine.execute(f"ATTACH '{path}' AS {quoted(path.stem)}")

    def log_in(self, user: str, role: str, parameters: dict[str, object], *, secondary: bool) -> Session:
        engine = self.engine.cursor()
        engine.execute("SET schema = '_fs_global.main'")
        connection = FakeSnowflakeConnection(engine, self._fake.results_cache)
        session = Session(next(self._numbers), connection, user, role, secondary, parameters=dict(parameters))
        with self._lock:
            self.sessions[session.token] = session
        return session

    def log_out(self, session: Session) -> None:
        with self._lock:
            self.sessions.pop(session.token, None)
        session.close(self.locks)

    def everyone(self) -> list[Session]:
        with self._lock:
            return list(self.sessions.values())

    def access(self, session: Session) -> Access:
        return Access(self.catalogue, session.roles(self.catalogue))

    def create_database(self, name: str) -> None:
        self.engine.cursor().execute(f"ATTACH '{self.folder / f'{name}.db'}' AS {quoted(name)}")
        self.engine.cursor().execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(f'{name}.acme')}")
        self.engine.cursor().execute(
            f"CREATE TABLE IF NOT EXISTS {quoted(f'{name}.acme.loaded')} (table_name VARCHAR, file VARCHAR, etag VARCHAR)"
        )
        self.engine.cursor().execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(f'{name}.PUBLIC')}")

    def drop_database(self, name: str) -> None:
        self.engine.cursor().execute(f"DETACH {quoted(name)}")
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()

    def databases(self) -> list[str]:
        rows = (
            self.engine.cursor().execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
        )
        return sorted(row[0] for row in rows if row[0] not in ("memory", "_fs_global"))

    def schemas(self) -> list[str]:
        rows = self.engine.cursor().execute("SELECT database_name, schema_name FROM duckdb_schemas()").fetchall()
        wanted = set(self.databases())
        return sorted({f"{d}.{s}" for d, s in rows if d in wanted and s not in HIDDEN_SCHEMAS})

    def objects(self, session: Session | None = None) -> dict[str, str]:
        """Full name → TABLE or VIEW, as the session's transaction sees them."""
        engine = session.engine if session else self.engine.cursor()
        sql = (
            "SELECT database_name, schema_name, table_name, 'TABLE' FROM duckdb_tables() "
            "UNION ALL SELECT database_name, schema_name, view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal"
        )
        rows: Iterable[tuple[str, str, str, str]] = engine.execute(sql).fetchall()
        return {
            f"{d}.{s}.{n}": kind for d, s, n, kind in rows
            if s not in HIDDEN_SCHEMAS and d not in ("temp", "memory", "system", "_fs_global")
        }  # fmt: skip

    def exists(self, kind: str, name: str) -> bool:
        if kind == "DATABASE":
            return name in self.databases()
        if kind == "SCHEMA":
            return name in self.schemas()
        if kind in ("TABLE", "VIEW"):
            return self.objects().get(name) == kind
        return self.catalogue.find(kind, name) is not None

    def close(self) -> None:
        for session in self.everyone():
            self.log_out(session)
        self.engine.close()
