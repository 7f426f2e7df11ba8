"""A staging of its own: the sandbox's parts that an apply needs, a checkout that nobody else edits, and `acme` run on them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import naming, settings
from pipeline.cli.world import Hands
from pipeline.live import Tables
from pipeline.plan import state
from pipeline.sandbox import bootstrap, environments, parts, ports, snowflake_account
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.folder import write as write_file
from pipeline.toolchain.process import end_session
from pipeline.toolchain.setup import Toolset
from tests.conftest import running

ROOT = Path(__file__).parents[1]
CODE = ("pipeline", "stacks", "requirements", "tenants", "policies")
FILES = (".gitignore", ".sqlfluff", "CODEOWNERS")
PARTS = ("aws", "postgres", "providers", "snowflake_staging")
PLACE = parts.PLACES["staging"]
TIMEOUT_S = 300


@dataclass(frozen=True)
class Staging:
    """Where `acme apply` is run and what it is told."""

    checkout: Path
    variables: dict[str, str] = field(repr=False)
    hands: Hands = field(repr=False)  # the deployer's, to look with
    owner: bootstrap.Account = field(repr=False)

    def add_tenant(self, name: str) -> None:
        """One more tenant: globex's documents under another name."""
        target = self.checkout / "tenants" / name
        shutil.copytree(self.checkout / "tenants" / "globex", target)
        for document in (target / "contracts").glob("*.yaml"):
            document.write_text(document.read_text().replace(":globex:", f":{name}:"))
        owners = self.checkout / "CODEOWNERS"
        rows = owners.read_text()
        globex = next(row for row in rows.splitlines() if row.startswith("/tenants/globex/"))
        owners.write_text(f"{rows}{globex.replace('globex', name)}\n")

    def change(self, tenant: str) -> None:
        """The other tier: the user, its time-out, a grant and the DAG file change, and every pipeline's binding with them."""
        document = self.checkout / "tenants" / tenant / "tenant.yaml"
        text = document.read_text()
        now, then = ("standard", "priority") if "tier: standard" in text else ("priority", "standard")
        document.write_text(text.replace(f"tier: {now}", f"tier: {then}"))

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`acme …` as the leader of a process group of its own."""
        command = [sys.executable, "-m", "pipeline.cli", *words, "--repo", str(self.checkout), "--json"]
        return subprocess.Popen(
            command,
            cwd=self.checkout,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> Any:
        """The document of a command that must succeed."""
        with self.start(*words) as process:
            out, err = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0, out + err
        return json.loads(out)

    def apply(self, *words: str) -> Any:
        return self.run("apply", *words)

    def kill(self, tenant: str, is_time: Callable[[], bool], *, group: bool) -> bool:
        """Kills an apply when it is time, alone or with its engine. Whether it was still at work."""
        with self.start("apply", tenant) as process:
            deadline = time.monotonic() + TIMEOUT_S
            while process.poll() is None and not is_time():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            if process.poll() is not None:
                return False
            engines = children(process.pid) if group else []
            process.kill()
            for engine in engines:
                end_session(engine)
            self.end_transactions()
            return True

    def end_transactions(self) -> None:
        """What Snowflake does to the transaction of a dead client that blocks others for five minutes, without the wait."""
        folder = Folder(self.checkout / settings.SANDBOX_FOLDER)
        port = ports.kept(folder)["snowflake_staging"]
        snowflake_account.strike(folder, "staging", port, "abort", '"task":"apply"')

    def checkpoints(self, tenant: str) -> int:
        """How often an engine has written the tenant's state: its bucket keeps every version."""
        key = naming.engine_state_key(naming.stack(tenant, "staging"))
        found = self.owner.client("s3").list_object_versions(Bucket=PLACE.state_bucket, Prefix=key).get("Versions", [])
        return len([version for version in found if version["Key"] == key])

    def state(self, tenant: str) -> dict[str, Any]:
        """The engine's state of the tenant's stack."""
        found = state.read(self.hands.aws("s3"), PLACE.state_bucket, naming.stack(tenant, "staging"))
        assert found is not None
        return found

    def locks(self, tenant: str) -> list[str]:
        prefix = naming.engine_locks_prefix(naming.stack(tenant, "staging"))
        found = self.hands.aws("s3").list_objects_v2(Bucket=PLACE.state_bucket, Prefix=prefix).get("Contents", [])
        return [entry["Key"] for entry in found]

    def epoch_rows(self, tenant: str, pipeline: str) -> list[tuple[int, str]]:
        """(epoch, deployment) of every row, oldest first."""
        table = Tables(PLACE, tenant, pipeline).epoch
        with self.hands.warehouse() as session:
            return [
                (int(row[0]), str(row[1])) for row in session.rows(f"SELECT epoch, deployment FROM {table} ORDER BY 1")
            ]


def children(pid: int) -> list[int]:
    """The processes that this one started, whichever of its threads did."""
    found: list[int] = []
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found += [int(word) for word in each.read_text().split()]
    return found


@contextmanager
def standing(root: Path, toolset: Toolset) -> Iterator[Staging]:
    """Staging with its platform applied; everything below `root`, ended on leaving. This process's environment stays as it is."""
    checkout = copy_of_the_checkout(root / "checkout")
    folder = Folder(checkout / settings.SANDBOX_FOLDER)
    with running(folder, toolset, *PARTS) as known:
        owner = bootstrap.Account(PLACE, f"http://127.0.0.1:{known['aws']}")
        keys = bootstrap.prepare(owner, {})
        bootstrap.write_credentials(folder, keys)
        account = parts.account_name("staging")
        snowflake_account.prepare(folder, PLACE, account, "127.0.0.1", known["snowflake_staging"])
        described = environments.render(environments.describe(folder, "staging", ports.kept(folder)))
        write_file(folder.environments / "staging.toml", described.encode())
        told = {
            "ACME_CACHE": str(root / "cache"),
            "PATH": os.pathsep.join([str(toolset.pulumi_root / "bin"), str(toolset.opa.parent), os.environ["PATH"]]),
            "PYTHONPATH": str(checkout),
            "PYTHONSAFEPATH": "1",
        }
        made = Staging(checkout, {**os.environ, **told}, Hands(checkout, "staging"), owner)
        made.apply("--platform")
        yield made
        made.hands.records.dispose()


def copy_of_the_checkout(target: Path) -> Path:
    """What an apply reads, committed: its record names a commit."""
    for name in CODE:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    git = ["git", "-C", str(target), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run([*git, *words], check=True, timeout=60, capture_output=True)
    return target
