"""What the real providers know of each resource type: its inputs, their types, which are required, which replace.

Reads `schemas/<package>.json`, cut out of the packages' own schemas. An input that the real provider would refuse is refused
in its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.sandbox.providers.wire import UNKNOWN

FOLDER = Path(__file__).with_name("schemas")
PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True)
class Schema:
    """One package. `resources` and `types` are keyed by token, as published."""

    version: str
    resources: Mapping[str, Mapping[str, Any]] = field(repr=False)
    types: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def inputs(self, token: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resources[token]["inputProperties"]
        return found

    def replaces(self, token: str) -> frozenset[str]:
        """The inputs whose change replaces the resource."""
        return frozenset(key for key, spec in self.inputs(token).items() if spec.get("willReplaceOnChanges"))

    def computed(self, token: str) -> frozenset[str]:
        """The outputs that are always there, so unknown until the resource is made."""
        return frozenset(self.resources[token].get("required", ()))

    def problems(self, token: str, name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(property, what is wrong) for each input that the real provider refuses."""
        resource = self.resources[token]
        whole = {"properties": resource["inputProperties"], "required": resource.get("requiredInputs", ())}
        visible = {key: value for key, value in values.items() if not key.startswith("__")}
        return list(self._object(name, whole, visible))

    def _object(self, path: str, spec: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        properties = spec.get("properties", {})
        for key in spec.get("required") or ():
            if value.get(key) is None:
                yield (
                    key,
                    (
                        f'Missing required argument. The argument "{key}" is required, but no definition was found. '
                        f"Examine values at '{path}.{key}'."
                    ),
                )
        for key, item in value.items():
            if key not in properties:
                yield key, f"Invalid or unknown key. Examine values at '{path}.{key}'."
            elif item is not None:
                yield from self._value(f"{path}.{key}", properties[key], item)

    def _value(self, path: str, spec: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str]]:
        if value == UNKNOWN:
            return
        if choices := spec.get("oneOf"):
            yield from min((list(self._value(path, choice, value)) for choice in choices), key=len)
            return
        spec = self._resolved(spec)
        kind = spec.get("type", "")
        if kind and not _is(kind, value):
            yield path.rpartition(".")[2], f"expected {kind}, got {_kind(value)}. Examine values at '{path}'."
        elif kind == "object" and "properties" in spec:
            yield from self._object(path, spec, value)
        else:
            for inner, inner_spec, item in _inner(path, kind, spec, value):
                yield from self._value(inner, inner_spec, item)

    def _resolved(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference stands for; an asset is not looked into."""
        named = str(spec.get("$ref", "")).removeprefix("#/types/").replace("%2F", "/")
        if not named:
            return spec
        return {"type": "object", **self.types[named]} if named in self.types else {}


def _inner(path: str, kind: str, spec: Mapping[str, Any], value: Any) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """The items of a list or of a map."""
    if kind == "array":
        yield from ((f"{path}[{index}]", spec.get("items", {}), item) for index, item in enumerate(value))
    elif kind == "object":
        yield from ((f"{path}.{key}", spec.get("additionalProperties", {}), item) for key, item in value.items())


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _kind(value: Any) -> str:
    return next(kind for kind, types in PYTHON.items() if _is(kind, value)) if value is not None else "nothing"


@cache
def load(package: str) -> Schema:
    """The schema of `aws` or `snowflake`."""
    document = json.loads((FOLDER / f"{package}.json").read_text(encoding="utf-8"))
    return Schema(document["version"], document["resources"], document["types"])
