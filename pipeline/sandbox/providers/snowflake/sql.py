"""How inputs become SQL: quoted names, and `NAME = value` lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.sandbox.providers.resource_type import Inputs, Refused
from pipeline.warehouse import literal

Options = Mapping[str, str]  # {input: how Snowflake spells it}


def quoted(*parts: str) -> str:
    """`"DB"."SCHEMA"`: the case stays as it is."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def unquoted(name: str) -> tuple[str, ...]:
    """The parts of a quoted or a plain name."""
    return tuple(part.strip('"') for part in name.split("."))


def assignments(inputs: Inputs, options: Options, known: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """`NAME = value` for each option that is given. `Refused` for an input that nobody would act on."""
    given = {key: value for key, value in inputs.items() if value not in (None, "") and not key.startswith("__")}
    if strange := sorted(set(given) - set(options) - known):
        raise Refused(f"the sandbox's provider does not act on {', '.join(strange)}")
    return [f"{options[key]} = {value_of(given[key])}" for key in sorted(set(given) & set(options))]


def value_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list):
        return "(" + ", ".join(value_of(item) for item in value) + ")"
    if value in ("true", "false"):  # the provider's three-valued booleans
        return str(value).upper()
    return str(value) if isinstance(value, int) else literal(value)


def changes(
    old: Inputs, new: Inputs, options: Options, known: frozenset[str] | set[str]
) -> tuple[list[str], list[str]]:
    """(assignments of what changed, names of what is no longer given)."""
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    gone = [options[key] for key in sorted(options) if old.get(key) not in (None, "") and new.get(key) in (None, "")]
    return assignments(changed, options, known), gone


def alter(
    kind: str, name: str, old: Inputs, new: Inputs, options: Options, known: frozenset[str] | set[str]
) -> list[str]:
    """The statements that carry a change over; none where nothing changed."""
    sets, unsets = changes(old, new, options, known)
    statements = [f"ALTER {kind} {name} SET {' '.join(sets)}"] if sets else []
    return [*statements, *([f"ALTER {kind} {name} UNSET {', '.join(unsets)}"] if unsets else [])]


def enabled(value: Any) -> bool:
    """A boolean as SHOW tells it."""
    return value is True or str(value).lower() in {"true", "y", "yes", "on"}


def renamed(old: Inputs, new: Inputs) -> frozenset[str]:
    """The real provider renames in place and changes the identifier; the protocol cannot tell of that, so this one replaces."""
    return frozenset({"name"}) if old.get("name") != new.get("name") else frozenset()
