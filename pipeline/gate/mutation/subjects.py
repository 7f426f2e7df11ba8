"""The valid tenants that are broken: as many of a repository's as are asked for, each with what the gate would read beside it.

Reads a checkout. Fails with `Usage` where a tenant is not there, or where there are not two to tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from pipeline.errors import Usage
from pipeline.gate.change import PLATFORM, SHARED, tenant_of
from pipeline.gate.mutation.draft import Subject
from pipeline.gate.mutation.history import FORMER
from pipeline.naming import EXAMPLE
from pipeline.spec.folder import read_folder

MOST = 8  # tenants of a large fleet; more of them show nothing new
PlanOf = Callable[[str, Mapping[str, bytes]], Sequence[Mapping[str, Any]]]


def read_subjects(folder: Path, named: Sequence[str], seed: int, plan_of: PlanOf) -> list[Subject]:
    """The tenants that are named, else some of them by the seed. `plan_of` gives the steps that would make a tenant's stack."""
    every = sorted(path.name for path in (folder / "tenants").glob("*") if path.is_dir() and path.name != EXAMPLE)
    if unknown := sorted(set(named) - set(every)):
        raise Usage(f"there is no tenant {', '.join(unknown)}.", fix="name a folder below tenants/")
    if len(every) < 2:
        raise Usage("two tenants are needed, for much is about keeping them apart.", fix="name a checkout by --repo")
    chosen = list(named) or sorted(Random(seed).sample(every, min(MOST, len(every))))  # noqa: S311  reproducible
    around = chosen if len(chosen) > 1 else [*chosen, next(name for name in every if name not in chosen)]
    files = {tenant: read_folder(folder, tenant)[0] for tenant in around}
    common = _common(folder, files)
    return [
        Subject(tenant, around[around.index(tenant) - 1], {**common, **files[tenant]}, plan_of(tenant, files[tenant]))
        for tenant in chosen
    ]


def _common(folder: Path, files: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    """The platform's files, and of every tenant what it shares a cell by."""
    found = {path: content for own in files.values() for path, content in own.items() if SHARED.fullmatch(path)}
    for name in PLATFORM:
        top = folder / name
        for path in [top] if top.is_file() else sorted(top.glob("*")):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def all_files(subjects: Sequence[Subject]) -> dict[str, bytes]:
    """What main holds. A table that a mutation calls by its former name must not be there."""
    files = {path: content for subject in subjects for path, content in subject.files.items()}
    if any(path.endswith(f"/pipelines/{FORMER}.yaml") for path in files):
        raise Usage(
            f"a tenant has a table `{FORMER}`, which mutations need for themselves.", fix="name others by --tenant"
        )
    return files


def tenants_of(subjects: Sequence[Subject]) -> list[str]:
    return sorted({tenant for subject in subjects for path in subject.files if (tenant := tenant_of(path))})
