"""The policies as one thing: every Rego module, what the rules say of themselves, and the digest that names them all.

Reads a policies folder, or the policies of a commit. Fails with `Missing` where there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.errors import Missing
from pipeline.gate.catalog import Rule, read_catalog
from pipeline.gate.git import Repository
from pipeline.release import digest

WAIVERS = "waivers.yaml"
MAIN = "main.rego"


@dataclass(frozen=True)
class Bundle:
    """`modules`: path below policies/ → Rego, tests left out. `waivers`: the text of waivers.yaml."""

    modules: Mapping[str, str]
    waivers: str = ""

    @cached_property
    def digest(self) -> str:
        return digest({"modules": dict(self.modules)})

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return read_catalog(self.modules)


def read_bundle(policies: Path) -> Bundle:
    """The bundle of a folder."""
    files = {path.relative_to(policies).as_posix(): path.read_bytes() for path in policies.rglob("*.rego")}
    waivers = policies / WAIVERS
    return _bundle(files, waivers.read_bytes() if waivers.is_file() else b"", str(policies))


def read_bundle_at(repository: Repository, commit: str) -> Bundle:
    """The bundle of a commit: how a pull request is judged by its base."""
    entries = [e for e in repository.tree(commit, "policies") if e.path.endswith((".rego", WAIVERS))]
    files = {entry.path.removeprefix("policies/"): content for entry, content in repository.blobs(entries)}
    return _bundle(files, files.pop(WAIVERS, b""), f"policies/ of {commit[:12]}")


def _bundle(files: Mapping[str, bytes], waivers: bytes, where: str) -> Bundle:
    modules = {
        name: text.decode().replace("\r\n", "\n") for name, text in files.items() if not name.endswith("_test.rego")
    }
    if MAIN not in modules:
        raise Missing(f"there is no {MAIN}.", where=where, fix="name a checkout that holds policies/ by --rules")
    return Bundle(dict(sorted(modules.items())), waivers.decode())
