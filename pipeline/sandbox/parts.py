"""The parts of the sandbox as data: how each is started, told to end, and asked whether it is well."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.naming import Place
from pipeline.sandbox import collector as collecting
from pipeline.sandbox import faults, postgres, process, snowflake_account, sources
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.ports import HOST, listens
from pipeline.toolchain.setup import Toolset

REGION = "eu-west-1"
PLACES = {
    "staging": Place("staging", REGION, "111111111111"),
    "production": Place("production", REGION, "222222222222"),
}
PROVIDERS = ("providers/aws", "providers/snowflake")  # the names of their ports
WITHOUT_A_PORT_OF_THEIR_NAME = {"sftp", "providers", collecting.NAME}
SOURCE_ROOT = Path(__file__).resolve().parents[2]  # where `pipeline` is imported from


@dataclass(frozen=True, eq=False)
class Part:
    """`is_well` answers at once, and never raises for a part that is merely not there yet. `finish` follows when it is well."""

    name: str
    command: tuple[str, ...]
    is_well: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    finish: Callable[[], None] = lambda: None
    start_within_s: float = 60

    @property
    def end_by(self) -> signal.Signals:
        return end_by(self.name)


def end_by(name: str) -> signal.Signals:
    """PostgreSQL takes TERM as "when the last client has gone", INT as "now"."""
    return signal.SIGINT if name == "postgres" else signal.SIGTERM


def names() -> tuple[str, ...]:
    snowflakes = [snowflake_name(environment) for environment in PLACES]
    return ("aws", "sftp", "erp_api", "opa", "postgres", "airflow", "providers", *snowflakes, collecting.NAME)


def port_names(folder: Folder) -> list[str]:
    """Everything that wants a port: the parts that listen on one, and each SFTP site."""
    sites = {source.port_name for source in sources.kept(folder) if source.kind == "sftp"}
    snowflakes = {snowflake_name(environment) for environment in PLACES}
    return sorted({*names(), *snowflakes, *sites, *PROVIDERS} - WITHOUT_A_PORT_OF_THEIR_NAME)


def running(folder: Folder) -> set[str]:
    """The names of the ports that our own running parts hold."""
    up = {name for name in names() if process.recorded(folder.process(name))}
    return {name for name in port_names(folder) if name.partition("/")[0] in up}


def snowflake_name(environment: str) -> str:
    return f"snowflake_{environment}"


def account_name(environment: str) -> str:
    """The account's identifier, as a connector is told it."""
    return f"acme-{environment}"


def every(folder: Folder, tools: Toolset, ports: Mapping[str, int]) -> list[Part]:
    """All parts, in no order: each can start without the others."""
    every = [
        aws(folder, tools, ports["aws"]),
        sftp(folder, tools, ports),
        erp_api(folder, tools, ports["erp_api"]),
        opa(tools, ports["opa"]),
        database(folder, ports["postgres"]),
        airflow(folder, tools, ports),
        providers(folder, tools, ports),
        *(snowflake(folder, tools, environment, ports) for environment in PLACES),
        collector(folder, tools),
    ]
    return [part for part in every if part.name in names()]


def aws(folder: Folder, tools: Toolset, port: int) -> Part:
    """ministack. Its default account is one that nobody uses; ours are named by their numbers."""
    settings = {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "S3_DATA_DIR": str(folder.aws / "s3"),
        "S3_PERSIST": "1",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder.aws / "state"),
        "TMPDIR": str(folder.aws),
    }
    command = (str(tools.ministack.with_name("python")), str(Path(__file__).with_name("aws_server.py")))
    return Part("aws", command, lambda: _says_ok(port, "/_ministack/health"), plain(settings))


def sftp(folder: Folder, tools: Toolset, ports: Mapping[str, int]) -> Part:
    def every_site_greets() -> bool:
        sites = [source for source in sources.kept(folder) if source.kind == "sftp"]
        up = [source for source in sites if not faults.is_on(folder, source.site, "sftp_down")]
        return all(greets(ports[source.port_name]) for source in up)

    return Part("sftp", module(tools, "sftp", str(folder.root)), every_site_greets, python_path())


def erp_api(folder: Folder, tools: Toolset, port: int) -> Part:
    command = module(tools, "erp_api", str(folder.root), str(port))
    return Part("erp_api", command, lambda: _says_ok(port, "/health"), python_path())


def opa(tools: Toolset, port: int) -> Part:
    """OPA with this checkout's policies. Named by what they say, so that `up` starts it again when they changed."""
    policies = SOURCE_ROOT / "policies"
    left_out = ("--ignore", "*_test.rego", "--ignore", "*.yaml")
    named = ("--set", f"labels.policies={_digest(policies)}")
    command = (str(tools.opa), "run", "--server", "--addr", f"{HOST}:{port}", "--skip-version-check")
    return Part("opa", (*command, *named, *left_out, str(policies)), lambda: _says_ok(port, "/health"), plain({}))


def _digest(folder: Path) -> str:
    texts = sorted(path.read_bytes() for path in folder.rglob("*.rego"))
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def database(folder: Folder, port: int) -> Part:
    return Part(
        "postgres",
        tuple(postgres.command(folder, port)),
        lambda: postgres.answers(folder, port),
        plain({}),
        prepare=lambda: postgres.prepare(folder),
        finish=lambda: postgres.ensure_databases(folder, port),  # at once: Airflow waits for its own
    )


def airflow(folder: Folder, tools: Toolset, ports: Mapping[str, int]) -> Part:
    """Runs DAGs on demand. It listens at once and imports Airflow meanwhile: a request waits for that."""
    settings = {
        "ACME_ENVIRONMENTS": str(folder.environments),
        "AIRFLOW_HOME": str(folder.airflow),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.url(folder, ports["postgres"], "airflow", "psycopg2"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    command = (str(tools.airflow_python), "-m", "pipeline.sandbox.airflow.runner", "--port", str(ports["airflow"]))
    first_time_s = 180  # its database is made then
    return Part(
        "airflow", command, lambda: listens(ports["airflow"]), python_path(**settings), start_within_s=first_time_s
    )


def providers(folder: Folder, tools: Toolset, ports: Mapping[str, int]) -> Part:
    """Pulumi's providers for all engines, each on a port of its own."""
    words = [word for name in PROVIDERS for word in (f"--{name.partition('/')[2]}-port", str(ports[name]))]
    settings = {"AWS_SHARED_CREDENTIALS_FILE": str(folder.credentials), "AWS_CONFIG_FILE": os.devnull}

    def every_package_listens() -> bool:
        return all(listens(ports[name]) for name in PROVIDERS)

    return Part("providers", module(tools, "providers", *words), every_package_listens, python_path(**settings))


def debug_providers(ports: Mapping[str, int]) -> str:
    """The value of PULUMI_DEBUG_PROVIDERS."""
    return ",".join(f"{name.partition('/')[2]}:{ports[name]}" for name in PROVIDERS)


def snowflake(folder: Folder, tools: Toolset, environment: str, ports: Mapping[str, int]) -> Part:
    """One account: its own port, its own database file; logins are checked against AWS."""
    port = ports[snowflake_name(environment)]
    arguments = {
        "--account": account_name(environment),
        "--port": str(port),
        "--database-file": str(snowflake_account.database_file(folder, environment)),
        "--aws-endpoint": f"http://{HOST}:{ports['aws']}",
    }
    command = module(tools, "snowflake", *(word for pair in arguments.items() for word in pair))
    secrets = {
        snowflake_account.PASSWORD_VARIABLE: snowflake_account.password(folder, environment),
        snowflake_account.FAULT_TOKEN_VARIABLE: snowflake_account.fault_token(folder, environment),
    }
    return Part(snowflake_name(environment), command, lambda: _says_ok(port, "/sandbox/health"), python_path(**secrets))


def collector(folder: Folder, tools: Toolset) -> Part:
    """Brings what both environments tell into the records; it listens nowhere, its beats say that it is well.

    Its command names the version of its code: after an upgrade the old one must not go on writing the records.
    """
    command = module(tools, collecting.NAME, str(folder.root), collecting.version(SOURCE_ROOT))
    forget = partial(collecting.forget, folder)
    return Part(collecting.NAME, command, partial(collecting.beats, folder), python_path(), prepare=forget)


def module(tools: Toolset, name: str, *arguments: str) -> tuple[str, ...]:
    return (str(tools.tool_python), "-m", f"pipeline.sandbox.{name}", *arguments)


def plain(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what could lead a part astray: other credentials, other Python paths."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON", "PG", "SNOWFLAKE_"))}
    return {**kept, **settings}


def python_path(**settings: str) -> dict[str, str]:
    return plain({"PYTHONPATH": str(SOURCE_ROOT), "PYTHONUNBUFFERED": "1", **settings})


def greets(port: int) -> bool:
    """Whether an SSH server says its name."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _says_ok(port: int, path: str) -> bool:
    import httpx

    try:
        return httpx.get(f"http://{HOST}:{port}{path}", timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
