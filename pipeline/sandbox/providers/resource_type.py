"""What a resource type is to the provider: four functions and what the schema does not say.

A new type is one file with one `Type`, and a row in its package's table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Inputs = Mapping[str, Any]
Outputs = Mapping[str, Any]
Problem = tuple[str, str]  # (property, what is wrong)


class Refused(Exception):
    """The cloud said no; the message is its own, `code` its short word."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class HalfMade(Exception):
    """The resource exists, but what had to follow its creation failed."""

    def __init__(self, identifier: str, reason: str) -> None:
        super().__init__(reason)
        self.identifier, self.reason = identifier, reason


def _no_update(_world: Any, _identifier: str, _old: Inputs, _new: Inputs) -> None:
    raise Refused("doesn't support update")


def _nothing_wrong(_inputs: Inputs) -> list[Problem]:
    return []


@dataclass(frozen=True)
class Type:
    """`world` is the package's connection; `acts_on` are the inputs that the sandbox makes, of all that the schema knows.

    `create` returns the identifier and fails where the cloud fails on a second create. `read` returns what the world says, in
    Pulumi's names, without what the world does not tell; None where the resource is gone. It is given the inputs as they were,
    none at an import. `delete` succeeds where it is gone.
    `defaults` are what the world says of an input that nobody gave; `named` is the input that autonaming fills; `replaces` tells
    what replaces beyond the schema's word, from the old inputs and the new.
    """

    token: str
    acts_on: frozenset[str]
    create: Callable[[Any, Inputs], str]
    read: Callable[[Any, str, Inputs], Outputs | None]
    delete: Callable[[Any, str, Inputs], None]
    update: Callable[[Any, str, Inputs, Inputs], None] = _no_update
    check: Callable[[Inputs], list[Problem]] = _nothing_wrong
    defaults: Mapping[str, Any] = field(default_factory=dict)
    named: str = ""
    replaces: Callable[[Inputs, Inputs], frozenset[str]] = lambda _old, _new: frozenset()


def is_same(old: Any, new: Any) -> bool:
    """Equal as the real providers see it: JSON by meaning, lists of plain values as sets, nothing as empty."""
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[" and new[:1] in "{[":
        return bool(_json(old) == _json(new))
    if isinstance(old, list) and isinstance(new, list):
        return _same_lists(old, new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(is_same(old.get(key), new.get(key)) for key in {*old, *new} if not key.startswith("__"))
    return bool(old == new or (is_empty(old) and is_empty(new)))


def _same_lists(old: list[Any], new: list[Any]) -> bool:
    if all(isinstance(item, str) for item in [*old, *new]):
        return sorted(old) == sorted(new)
    return len(old) == len(new) and all(map(is_same, old, new))


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _json(text: str) -> Any:
    """AWS gives a list of one back as its one."""
    try:
        return _plain(json.loads(text or "null"))
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_plain(item) for item in value), key=repr)
        return items[0] if len(items) == 1 else items
    return value
