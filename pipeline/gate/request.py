"""The front door of the gate: a folder and plain words in, a verdict out. What `acme gate` and the workflow call.

Reads the repository, the policies and .sqlfluff; a pull request's are those of its base. Writes the cache only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import Usage
from pipeline.gate.bundle import MAIN, read_bundle, read_bundle_at
from pipeline.gate.cache import Cache
from pipeline.gate.change import Change, read_change, tenant_of
from pipeline.gate.sql_fix import Mended, fix
from pipeline.gate.successor import read_successor
from pipeline.gate.verdict import Check, Pace, Rules, Verdict, gate


@dataclass(frozen=True)
class Request:
    """What is asked. `base`, `head`: revisions; without a head the work tree is judged as it lies there.

    `rules`: the folder that holds policies/ and .sqlfluff; without it they come out of the base when a head is named (the head
    is then data, and nothing in it judges), else out of the folder itself. A change of policy is judged by the base's and by
    its own. `opa_program` is started unless one answers at `opa_url`. `cache`, `workers` and `fast` are those of `Pace`.
    `checks`: name → (tenant, files) → findings, asked about every tenant. `plans`: tenant → {steps: […]}.
    """

    folder: Path
    tenants: Collection[str] = ()
    base: str | None = None
    head: str | None = None
    pushed: bool = False
    rules: Path | None = None
    opa_program: Path | None = None
    opa_url: str = ""
    cache: Path | None = None
    workers: int = 0
    fast: bool = False
    checks: Mapping[str, Check] = field(default_factory=dict)
    plans: Mapping[str, Any] = field(default_factory=dict)


def answer(request: Request) -> Verdict:
    """The verdict. `Usage` where a tenant is asked for that base and head do not have."""
    change = read_change(
        request.folder, base=request.base, head=request.head, tenants=request.tenants, pushed=request.pushed
    )
    _refuse_unknown(request, change)
    return gate(
        change,
        _rules(request, change),
        tenants=request.tenants,
        checks=request.checks,
        plans=request.plans,
        pace=Pace(request.cache, request.workers, request.fast),
    )


def mend(request: Request) -> list[Mended]:
    """What was mended in how the transforms of the work tree are written, and what was left. `Usage` where a head is named."""
    if request.head is not None:
        raise Usage("--fix writes files, and a revision has none.", fix="leave --head out")
    change = read_change(request.folder, base=request.base, tenants=request.tenants)
    _refuse_unknown(request, change)
    named = request.tenants or change.tenants
    files = {path: content for path, content in change.head_files.items() if tenant_of(path) in named}
    return list(fix(request.folder, files, _rules(request, change).sqlfluff, Cache(request.cache)))


def _rules(request: Request, change: Change) -> Rules:
    brought = read_successor(change)
    if (
        request.rules is None
        and change.base is not None
        and (change.head or (brought and _judges(change, change.base)))
    ):
        bundle = read_bundle_at(change.repository, change.base)
        style = change.repository.content(change.base, ".sqlfluff")
    else:
        folder = request.rules or request.folder
        bundle, style = read_bundle(folder / "policies"), _bytes(folder / ".sqlfluff")
    return Rules(bundle, style.decode("utf-8"), request.opa_program, request.opa_url, brought)


def _judges(change: Change, commit: str) -> bool:
    """Whether there are policies in this commit."""
    return change.repository.run("cat-file", "-e", f"{commit}:policies/{MAIN}") is not None


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _refuse_unknown(request: Request, change: Change) -> None:
    known = {tenant for path in (*change.head_files, *change.base_files) if (tenant := tenant_of(path))}
    for name in request.tenants:
        if name not in known:
            folder = request.folder / "tenants"
            there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
            close = get_close_matches(name, there, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise Usage(f"there is no tenant `{name}`.{hint}", fix="name a folder below tenants/")
