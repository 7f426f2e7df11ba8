"""Where no state answers: the desired states of base and head against each other, path by path.

It says what the folder would ask for differently, not what the world would do; who reads it is told so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.spec.compilation import compile_release, settings_document
from pipeline.spec.tenant import Tenant

MISSING = object()


@dataclass(frozen=True)
class Difference:
    """`path`: `pipelines.<name>.…` of the release, or `settings.…`. `how`: added | changed | removed."""

    path: str
    how: str


def compare(base: Tenant | None, head: Tenant | None, environment: str) -> list[Difference]:
    """Every path at which the two desired states differ, sorted. None: the tenant does not stand there."""
    return sorted(_differences("", _state(base, environment), _state(head, environment)), key=lambda each: each.path)


def _state(tenant: Tenant | None, environment: str) -> dict[str, Any]:
    if tenant is None or environment not in tenant.environments:
        return {}
    pipelines = compile_release(tenant).document()["pipelines"]
    logic = {name: {key: value for key, value in body.items() if key != "digest"} for name, body in pipelines.items()}
    return {"pipelines": logic, "settings": settings_document(tenant, environment)}


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {*before, *after}:
            below = f"{path}.{key}" if path else str(key)
            yield from _differences(below, before.get(key, MISSING), after.get(key, MISSING))
    elif before is MISSING:
        yield Difference(path, "added")
    elif after is MISSING:
        yield Difference(path, "removed")
    elif before != after:
        yield Difference(path, "changed")
