"""Parts of the sandbox for every test that wants a real one: started once a worker, on free ports, ended by the fixture.

`./acme test` says where the programs are; without it they are looked for beside this interpreter and on PATH.
"""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from pipeline.naming import Place
from pipeline.sandbox import folder as folders
from pipeline.sandbox import lifecycle, parts, ports, postgres, seed, sources
from pipeline.sandbox.bootstrap import Account
from pipeline.sandbox.folder import Folder
from pipeline.toolchain.setup import Toolset

# The same examples each time, so that a merge does not hang on luck; `ACME_SEARCH=1` looks for new ones.
settings.register_profile("acme", derandomize=not os.environ.get("ACME_SEARCH"))
settings.load_profile("acme")

pytest_plugins = ("tests.warehouse",)  # the fixtures `world` and `store`: a Snowflake account, a tenant in it


STEERING = ("ACME_", "AWS_", "PULUMI_", "PYTHON", "PATH", "HOME")  # what a command or a client is led by
BEFORE = pytest.StashKey[dict[str, str]]()


def steering() -> dict[str, str]:
    """This process's variables that lead commands and clients, each test's own ones aside."""
    return {name: value for name, value in os.environ.items() if name.startswith(STEERING)}


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BEFORE] = steering()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A fixture that outlives its test and leads every later test elsewhere is found at its first test."""
    answer = yield
    assert steering() == item.config.stash[BEFORE], "a fixture that lives longer than its test changed the environment"
    return answer


def program(name: str, variable: str) -> Path:
    """The program that the variable names, else beside this interpreter, else on PATH. A missing one fails, never skips."""
    named = os.environ.get(variable)
    candidates = [named, str(Path(sys.executable).with_name(name)), shutil.which(name)]
    found = next((Path(c) for c in candidates if c and Path(c).exists()), None)
    if found is None:
        pytest.fail(f"`{name}` is missing: run the tests by `./acme test`, or name it by ${variable}", pytrace=False)
    return found


@pytest.fixture(scope="session")
def toolset() -> Toolset:
    """Where the programs are that the sandbox starts."""
    return Toolset(
        tool_python=Path(os.environ.get("ACME_TOOL_PYTHON", sys.executable)),
        airflow_python=Path(os.environ.get("ACME_AIRFLOW_PYTHON", sys.executable)),
        ministack=program("ministack", "ACME_MINISTACK"),
        pulumi_root=Path(os.environ.get("ACME_PULUMI_ROOT", "pulumi")),
        opa=program("opa", "ACME_OPA"),
    )


@contextmanager
def running(folder: Folder, tools: Toolset, *names: str) -> Iterator[dict[str, int]]:
    """These parts alone, and their ports."""
    folders.make(folder)
    try:
        lifecycle.start(folder, tools, names)
        yield ports.kept(folder)
    finally:
        for name in names:
            lifecycle.stop(folder, name)


@dataclass(frozen=True)
class Aws:
    """A running AWS: `root(service)` asks as the account's owner, `client(service, keys)` as whoever holds the keys."""

    endpoint: str
    place: Place

    def root(self, service: str) -> Any:
        return Account(self.place, self.endpoint).client(service)

    def client(self, service: str, keys: tuple[str, ...]) -> Any:
        return Account(self.place, self.endpoint).client(service, keys)


@pytest.fixture(scope="session")
def ministack_ports(toolset, tmp_path_factory) -> Iterator[dict[str, int]]:
    """The AWS stand-in, empty."""
    with running(Folder(tmp_path_factory.mktemp("aws")), toolset, "aws") as known:
        yield known


@pytest.fixture
def ministack(ministack_ports) -> Aws:
    """An AWS account of the test's own, empty; accounts share nothing."""
    account = str(uuid.uuid4().int % 10**12).zfill(12)
    return Aws(f"http://127.0.0.1:{ministack_ports['aws']}", Place("staging", parts.REGION, account))


@pytest.fixture(scope="session")
def postgres_server(toolset, tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """PostgreSQL: called with a name, it makes that database and returns its SQLAlchemy URL."""
    folder = Folder(tmp_path_factory.mktemp("postgres"))
    with running(folder, toolset, "postgres") as known:

        def database(name: str) -> str:
            postgres.ensure_databases(folder, known["postgres"], (name,))
            return postgres.url(folder, known["postgres"], name)

        yield database


@pytest.fixture
def database(postgres_server) -> str:
    """The SQLAlchemy URL of an empty database of the test's own."""
    url: str = postgres_server(f"t{uuid.uuid4().hex}")
    return url


@dataclass(frozen=True)
class Customers:
    """The customers' systems as they run: where each source answers."""

    folder: Folder
    ports: dict[str, int]

    def source(self, tenant: str, environment: str = "staging") -> sources.Source:
        return sources.find(self.folder, tenant, environment)

    def sftp_port(self, source: sources.Source) -> int:
        return self.ports[source.port_name]

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports['erp_api']}"


@pytest.fixture(scope="session")
def customers(toolset, tmp_path_factory) -> Iterator[Customers]:
    """Globex's SFTP servers and Initech's APIs, seeded. A test that changes something there puts it back."""
    folder = Folder(tmp_path_factory.mktemp("customers"))
    folders.make(folder)
    seed.seed(folder)
    with running(folder, toolset, "sftp", "erp_api") as known:
        yield Customers(folder, known)
