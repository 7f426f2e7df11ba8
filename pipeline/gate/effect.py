"""What a change does, in the order in which a reviewer asks: lost, access, contracts, loads, resources, and the way back.

Reads the files of base and head that were handed in; what only a plan or a rehearsal knows is brought by those who made one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from pipeline.gate.change import Change, Files, tenant_of
from pipeline.gate.contract_change import changes_of, lost_columns
from pipeline.gate.rehearsal import rehearse
from pipeline.gate.rehearsal import sentence as rehearsed
from pipeline.release import Release
from pipeline.spec.compilation import compile_release
from pipeline.spec.tenant import Tenant, read_files


@dataclass(frozen=True)
class Effects:
    """Sentences, one for each thing. `unread` names tenants whose files could not be understood on both sides."""

    lost: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    way_back: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def and_also(self, other: Effects) -> Effects:
        """Both, this one first."""
        return Effects(*((*getattr(self, one.name), *getattr(other, one.name)) for one in fields(self)))


# Where nobody asked the world, resources and rights in it are not known; to say "nothing" would be a guess.
UNPLANNED = Effects(resources=("no plan was made here: `./acme check` makes one",))


@dataclass(frozen=True)
class Sides:
    """A tenant before and after; None where its folder is not there. A release is None where it cannot be compiled."""

    name: str
    base: Tenant | None
    head: Tenant | None
    base_release: Release | None
    head_release: Release | None

    @property
    def unread(self) -> bool:
        return bool((self.base and not self.base_release) or (self.head and not self.head_release))


def effects(change: Change) -> Effects:
    """What the files alone tell. Nothing where there is no base: all of it would be new."""
    if change.base is None:
        return Effects()
    tenants = {tenant for path in change.changed if (tenant := tenant_of(path))}
    sides = [_sides(change, tenant) for tenant in sorted(tenants)]
    return Effects(
        lost=tuple(sentence for one in sides for sentence in _lost(one)),
        access=tuple(sentence for one in sides for sentence in _access(one)),
        contracts=tuple(sentence for one in sides for sentence in _contracts(one)),
        loads=tuple(sentence for one in sides for sentence in _loads(one)),
        way_back=tuple(_way_back(change, sides)),
        unread=tuple(one.name for one in sides if one.unread),
    )


def _sides(change: Change, name: str) -> Sides:
    base, head = (_tenant(files, name) for files in (change.base_files, change.head_files))
    return Sides(name, base, head, _release(base), _release(head))


def _tenant(files: Files, name: str) -> Tenant | None:
    own = {path: content for path, content in _own(files, name).items() if content is not None}
    return read_files(own, name)[0] if own else None


def _own(files: Files, name: str) -> Files:
    return {path: content for path, content in files.items() if tenant_of(path) == name}


def _release(tenant: Tenant | None) -> Release | None:
    try:
        return compile_release(tenant) if tenant else None
    except KeyError:  # a file that another refers to is missing or cannot be read: validate says which
        return None


def _lost(sides: Sides) -> Iterator[str]:
    if sides.head is None:
        yield f"{sides.name}: the whole folder is gone"
        return
    if sides.base is None:
        return
    for name in sorted({*sides.base.pipelines} - {*sides.head.pipelines}):
        yield f"{sides.name}: pipeline `{name}` is gone, its table is filled no more"
    for name in sorted({*sides.base.environments} - {*sides.head.environments}):
        yield f"{sides.name}: `{name}` is gone"
    for table in _shared_tables(sides):
        yield from (f"{sides.name}: {lost}" for lost in lost_columns(sides.base, sides.head, table))


def _shared_tables(sides: Sides) -> list[str]:
    before, after = (side.contracts if side else {} for side in (sides.base, sides.head))
    return sorted({*before} & {*after})


def _access(sides: Sides) -> Iterator[str]:
    """Who is asked for rows, as whom and with which secret; never a value of one."""
    before, after = (dict(_entries(side)) for side in (sides.base, sides.head))
    for place in sorted(after):
        if before.get(place) != after[place]:
            was = f", it was `{before[place]}`" if place in before else ""
            yield f"{sides.name}: {place} is now `{after[place]}`{was}"


def _entries(tenant: Tenant | None) -> Iterator[tuple[str, str]]:
    for environment, settings in (tenant.environments if tenant else {}).items():
        for name, connector in settings.connectors.items():
            for key, value in connector.model_dump(mode="json").items():
                if key in {"endpoint", "user", "secret"}:
                    yield f"{key} of connector `{name}` in {environment}", _told(value)


def _told(value: object) -> str:
    return ":".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)


def _contracts(sides: Sides) -> Iterator[str]:
    if sides.base and sides.head:
        yield from (f"{sides.name}: {said}" for said in changes_of(sides.base, sides.head, _shared_tables(sides)))
    before = sides.base.contracts if sides.base else {}
    new = {*sides.head.contracts} - {*before} if sides.head else set()
    yield from (f"{sides.name}: table `{table}` is new" for table in sorted(new))


def _loads(sides: Sides) -> Iterator[str]:
    """Which pipelines get a new epoch, and what that does to their objects."""
    if sides.head_release is None:
        return
    before = {one.name: one.digest for one in sides.base_release.pipelines} if sides.base_release else {}
    for one in sides.head_release.pipelines:
        if one.name not in before:
            yield f"{sides.name}: `{one.name}` starts, and loads all that its source offers"
        elif before[one.name] != one.digest:
            yield (
                f"{sides.name}: `{one.name}` gets a new epoch: runs under way start again over the same objects, "
                "what is published is not loaded again"
            )


def _way_back(change: Change, sides: Iterable[Sides]) -> Iterator[str]:
    """What `git revert` of the change does, as far as files tell."""
    owners = {tenant_of(path) or "the platform" for path in change.changed}
    if not change.changed:
        return
    files = f"{len(change.changed)} file{'s' if len(change.changed) != 1 else ''}"
    whole = "nobody else is taken along" if len(owners) == 1 else f"it takes along {', '.join(sorted(owners))}"
    yield f"restores {files}, {whole}"
    for one in sides:
        if one.base is None:
            yield f"{one.name}: the tenant is paused, its rows stay"
        elif one.base_release and one.head_release:
            yield from _digests_back(one, one.base_release, one.head_release)
        if one.base and one.head and not one.unread:
            before, after = (_own(files, one.name) for files in (change.base_files, change.head_files))
            yield rehearsed(rehearse(before, after, one.name), one.name)


def _digests_back(sides: Sides, base: Release, head: Release) -> Iterator[str]:
    if base.digest == head.digest:
        yield f"{sides.name}: the release stays {head.digest[:12]}, only settings return"
        return
    yield f"{sides.name}: release {head.digest[:12]} returns to {base.digest[:12]}, which can still be compiled"
    if new := sorted({one.name for one in head.pipelines} - {one.name for one in base.pipelines}):
        yield f"{sides.name}: {', '.join(f'`{name}`' for name in new)} is paused, its rows stay"
    if any(one.name in {p.name for p in base.pipelines} for one in head.pipelines if one not in base.pipelines):
        yield f"{sides.name}: rows published meanwhile stay until `acme recover replay` takes them back"
