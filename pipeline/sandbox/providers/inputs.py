"""Inputs on their way in and out: checked against the schema, completed, and read back from the world."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pipeline.sandbox.providers.resource_type import Inputs, Outputs, Problem, Type, is_empty, is_same
from pipeline.sandbox.providers.schema import Schema
from pipeline.sandbox.providers.wire import UNKNOWN, Values

DEFAULTED = "__defaults"  # where the real providers note which inputs nobody gave


def checked(
    type_: Type, schema: Schema, name: str, old: Inputs, new: Inputs, seed: bytes
) -> tuple[Values, list[Problem]]:
    """The inputs with their defaults, and what is wrong with them."""
    given = {key: value for key, value in new.items() if key != DEFAULTED}
    problems = schema.problems(type_.token, name, given)
    known = given.keys() & schema.inputs(type_.token).keys()
    problems += [
        (key, f"the sandbox's provider does not act on this input. Examine values at '{name}.{key}'.")
        for key in sorted(known - type_.acts_on)
        if not key.startswith("__")
    ]
    added = {key: value for key, value in type_.defaults.items() if given.get(key) is None}
    if type_.named and not given.get(type_.named):
        added[type_.named] = _autoname(type_, name, old, seed)
    return {**given, **added, DEFAULTED: sorted(added)}, problems + ([] if problems else type_.check(given))


def _autoname(type_: Type, name: str, old: Inputs, seed: bytes) -> str:
    """What it was called before, else the logical name and seven characters."""
    if type_.named in old.get(DEFAULTED, ()):
        return str(old[type_.named])
    return f"{name}-{hashlib.sha256(seed or name.encode()).hexdigest()[:7]}"


def outputs_at_preview(computed: Iterable[str], inputs: Inputs) -> Values:
    """What the world alone decides is not known yet."""
    return {**dict.fromkeys(computed, UNKNOWN), **inputs}


def read_inputs(type_: Type, schema: Schema, old: Inputs, found: Outputs) -> Values:
    """The inputs as the world has them: an old one as it was written where it still means the same.

    Nobody's input shows where the world has something that no default explains; after an import that is all of them.
    """
    kept = {key: _read(value, key, found) for key, value in old.items()}
    computed = schema.computed(type_.token) if old else frozenset()
    new = {
        key: found[key]
        for key in type_.acts_on & found.keys() - old.keys() - computed
        if not is_empty(found[key]) and not is_same(found[key], type_.defaults.get(key))
    }
    return {DEFAULTED: [], **{key: value for key, value in kept.items() if value is not None}, **new}


def _read(value: object, key: str, found: Mapping[str, object]) -> object:
    if key not in found or is_same(value, found[key]):
        return value
    return found[key]
