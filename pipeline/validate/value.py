"""What is known of an expression: its type, whether it may be empty or zero, and the columns out of which it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.spec.snowflake_type import MAX_VARCHAR, SnowflakeType

_ANY: Final = (18, 38, MAX_VARCHAR)  # sizes of counts, and of what nobody bounded


@dataclass(frozen=True)
class Value:
    """Type (None: not certain; without size: its size is not certain), whether it may be empty, and whether it may be zero.

    `sources` are the (table, column) out of which it is made. `digits`: of a sum or product, whose size is not certain, how
    many stand before the point in the largest of its parts.
    """

    type: SnowflakeType | None
    nullable: bool = True
    zero: bool = True
    sources: frozenset[tuple[str, str]] = frozenset()
    digits: int = 0

    @property
    def room(self) -> int:
        """Digits before the point, or characters; 0 where it is not certain, or may be anything."""
        if self.type is None or self.type.size in (None, *_ANY):
            return self.digits
        return (self.type.size or 0) - self.type.scale


Parts = Mapping[int, Value]


def part(node: Any, parts: Parts) -> Value:
    """A part that is no expression of its own is not certain."""
    return parts.get(id(node), Value(None))


def grouped(node: Any) -> bool:
    """An aggregate over a window, or of a SELECT with GROUP BY: it sees a row at least."""
    from sqlglot import exp

    select = node.find_ancestor(exp.Select)
    return isinstance(node.parent, exp.Window) or bool(select is not None and select.args.get("group"))
