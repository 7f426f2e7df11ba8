"""Where mutants stand: a scratch repository of valid tenants, in whose past a pipeline of each was removed.

Writes a git repository below the folder that is given, runs git in it. Fails with `Missing` where git does not.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import Missing
from pipeline.gate.git import Repository

FORMER = "former"
IDENTITY = ("-c", "user.name=Acme", "-c", "user.email=acme@acme.example", "-c", "commit.gpgsign=false")


def write_history(folder: Path, files: Mapping[str, bytes], tenants: list[str]) -> tuple[Repository, str]:
    """The repository and the commit that stands for its main."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "-q", "-b", "main")
    former = [folder / f"tenants/{tenant}/pipelines/{FORMER}.yaml" for tenant in tenants]
    for path in former:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("schedule: H * * * *\n", encoding="utf-8")
    _commit(folder)
    for path in former:
        path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _commit(folder)
    repository = Repository(folder)
    return repository, repository.commit("main")


def _commit(folder: Path) -> None:
    _git(folder, "add", "-A")
    _git(folder, *IDENTITY, "commit", "-qm", "main", "--no-verify")


def _git(folder: Path, *words: str) -> None:
    try:
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Missing("git cannot write a scratch repository.", where=str(folder), fix="./acme doctor") from error
