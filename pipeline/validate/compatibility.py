"""How far a contract moved from what its readers know: not at all, by more, by wider, or away from under them.

Pure. Additive and widening changes deploy beside older releases; a breaking one is expanded first and contracted later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.release import Column, Contract
from pipeline.spec import snowflake_type

Kind = Literal["none", "additive", "widening", "breaking"]
KINDS: Final[tuple[Kind, ...]] = ("none", "additive", "widening", "breaking")


@dataclass(frozen=True)
class Difference:
    """One thing that changed for readers, as a sentence without its end."""

    kind: Kind
    column: str
    what: str


def differences(before: Contract, after: Contract) -> list[Difference]:
    """By column, in the older order, then what is new."""
    old, new = _named(before), _named(after)
    gone = [Difference("breaking", name, f"`{name}` is gone") for name in old if name not in new]
    kept = [found for name in old if name in new for found in _between(old[name], new[name])]
    come = [Difference("additive", name, f"`{name}` {new[name].type} is new") for name in new if name not in old]
    return [*gone, *kept, *come]


def kind_of(found: list[Difference]) -> Kind:
    """The farthest of them."""
    return max((one.kind for one in found), key=KINDS.index, default="none")


def _named(contract: Contract) -> Mapping[str, Column]:
    return {column.name: column for column in contract.columns}


def _between(old: Column, new: Column) -> Iterator[Difference]:
    name = old.name
    if old.type != new.type:
        yield Difference(_type_kind(old.type, new.type), name, f"`{name}` turns from {old.type} into {new.type}")
    if old.required and not new.required:
        yield Difference("breaking", name, f"`{name}` may now be empty")
    if not old.required and new.required:
        yield Difference("additive", name, f"`{name}` is never empty from now on")
    if old.key != new.key:
        verb = "joins" if old.key is None else "leaves" if new.key is None else "changes its place in"
        yield Difference("breaking", name, f"`{name}` {verb} the key")


def _type_kind(old: str, new: str) -> Kind:
    was, now = snowflake_type.read(old), snowflake_type.read(new)
    return "widening" if was is not None and now is not None and now.holds(was) else "breaking"


def stands(old: str, new: str) -> bool:
    """A table's column of the older type can serve the newer one: it is the same, narrower, or can be widened in place.

    The warehouse widens a text, and a number by digits before its point; all else would need the rows written anew.
    """
    was, now = snowflake_type.read(old), snowflake_type.read(new)
    if was is None or now is None or was.name != now.name:
        return False
    same_fraction = was.scale == now.scale if was.family == "number" else True
    moments = was.family not in ("time", "timestamp", "timestamp_tz") or (was.size or 0) >= (now.size or 0)
    return same_fraction and moments
