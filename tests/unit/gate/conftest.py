"""A scratch git repository with one tenant in it, and the gate asked about it by the project's own rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.gate.catalog import FAMILIES
from pipeline.gate.request import Request, answer
from pipeline.gate.verdict import Verdict

PROJECT = Path(__file__).parents[3]

SETTINGS = """\
cell: eu1
status: active
connectors:
  erp_in:
    endpoint: {host: sftp.globex.example, port: 22}
    user: acme
    secret: erp_in
    host_keys: [SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]
"""
FILES = {
    "CODEOWNERS": "* @acme/platform\n/tenants/globex/ @acme/emea\n/tenants/initech/ @acme/emea\n",
    "tenants/globex/tenant.yaml": "title: Globex\ntier: standard\nowners: [emea]\npromotion: manual\n",
    "tenants/globex/environments/staging.yaml": SETTINGS,
    "tenants/globex/environments/production.yaml": SETTINGS.replace("sftp.", "sftp-live."),
    "tenants/globex/connectors/erp_in.yaml": "kind: sftp\ndirectory: /out\ncomplete_when: {size_stable_s: 30}\n",
    "tenants/globex/pipelines/invoices.yaml": 'connector: erp_in\nfiles: "o_*.csv"\nschedule: "H * * * *"\nwrite: merge\n',
    "tenants/globex/mappings/invoices.yaml": """\
format: {kind: csv, encoding: utf-8, delimiter: ",", header: true, nulls: [""]}
fields:
  Id: {column: id, type: "NUMBER(38,0)", required: true}
  Note: {column: note, type: VARCHAR(20)}
""",
    "tenants/globex/contracts/invoices.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: urn:acmeconnect:globex:invoices
name: invoices
version: 1.2.0
status: active
schema:
  - name: invoices
    physicalType: table
    properties:
      - {name: id, logicalType: integer, physicalType: "NUMBER(38,0)", required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: note, logicalType: string, physicalType: VARCHAR(20)}
    quality:
      - {type: library, metric: rowCount, mustBeGreaterThan: 0}
slaProperties:
  - {property: latency, value: 2, unit: h}
""",
    "tenants/globex/transforms/invoices.sql": "SELECT\n    id,\n    note\nFROM landed\n",
    "tenants/globex/tests/invoices/input.csv": "Id,Note\n1,\n2,two\n",
    "tenants/globex/tests/invoices/expected.csv": "id,note\n2.0,two\n1,\n",
}


@dataclass(frozen=True)
class Scratch:
    """A repository to write into, commit, and judge."""

    folder: Path
    opa: Path
    cache: Path

    def git(self, *words: str) -> str:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        environment = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))

    def commit(self, message: str = "globex: a change") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def judge(self, *tenants: str, **more: object) -> Verdict:
        settings = {"rules": PROJECT, "opa_program": self.opa, "cache": self.cache, **more}
        return answer(Request(self.folder, tenants, **settings))


@pytest.fixture(scope="session")
def opa() -> Path:
    """The program alone: the gate needs no other part of the sandbox."""
    found = os.environ.get("ACME_OPA") or shutil.which("opa")
    if found is None:
        pytest.fail("`opa` is missing: run the tests by `./acme test`, or name it by $ACME_OPA", pytrace=False)
    return Path(found)


@pytest.fixture
def scratch(tmp_path, opa) -> Scratch:
    """One clean tenant, committed on main, with a branch for the change."""
    folder = tmp_path / "repository"
    folder.mkdir()
    made = Scratch(folder, opa, tmp_path / "cache")
    made.git("init", "-q", "-b", "main")
    made.git("config", "user.name", "Dana")
    made.git("config", "user.email", "dana@acme.example")
    for path, text in FILES.items():
        made.write(path, text)
    made.commit("globex: first")
    made.git("checkout", "-qb", "change")
    return made


@pytest.fixture
def codes() -> Callable[[Verdict], list[str]]:
    """The codes of a verdict's findings."""
    return lambda verdict: [finding.code for finding in verdict.findings]


@pytest.fixture
def ruled() -> Callable[[Verdict], list[str]]:
    """The codes that policies found: validate says some of it in its own words too."""
    return lambda verdict: [f.code for f in verdict.findings if f.code.split(".")[0] in FAMILIES]
