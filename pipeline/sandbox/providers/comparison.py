"""Old inputs beside new ones: what changed, path by path, and whether that means a new resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from pipeline.sandbox.providers.resource_type import Inputs, Type, is_empty, is_same

Kind = provider_pb2.PropertyDiff.Kind
Change = tuple[str, str]  # (path, ADD | DELETE | UPDATE)


def differences(type_: Type, replacing: frozenset[str], old: Inputs, new: Inputs, ignored: frozenset[str]) -> Any:
    """The answer to Diff. A resource whose name stays is deleted before it is made again."""
    # an input left out is its default, and the other way round
    changes = [
        change
        for change in compare({**type_.defaults, **old}, {**type_.defaults, **new})
        if _top(change[0]) not in ignored
    ]
    changed = sorted({_top(path) for path, _ in changes})
    replaces = [key for key in changed if key in replacing | type_.replaces(old, new)]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=changed,
        replaces=replaces,
        detailedDiff={path: _detail(verb, replaces=_top(path) in replaces) for path, verb in changes},
        hasDetailedDiff=True,
        deleteBeforeReplace=bool(replaces) and _keeps_name(type_, old, new),
    )


def compare(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[Change]:
    """Every path that differs in meaning, sorted; objects are entered, lists are not."""
    for key in sorted({*old, *new}):
        was, is_ = old.get(key), new.get(key)
        if key.startswith("__") or is_same(was, is_):
            continue
        if isinstance(was, Mapping) and isinstance(is_, Mapping):
            yield from compare(was, is_, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", "ADD" if is_empty(was) else "DELETE" if is_empty(is_) else "UPDATE"


def _top(path: str) -> str:
    return path.partition(".")[0]


def _detail(verb: str, *, replaces: bool) -> provider_pb2.PropertyDiff:
    return provider_pb2.PropertyDiff(kind=Kind.Value(f"{verb}_REPLACE" if replaces else verb), inputDiff=True)


def _keeps_name(type_: Type, old: Inputs, new: Inputs) -> bool:
    return not type_.named or old.get(type_.named) == new.get(type_.named)
