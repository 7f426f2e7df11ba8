"""Casts that do not hold all of what they are given: one such value stops the load of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.spec.snowflake_type import SnowflakeType
from pipeline.validate.fault import Fault
from pipeline.validate.statement import offset
from pipeline.validate.value import Parts, part


def faults(node: Any, parts: Parts, wanted: SnowflakeType | None) -> Iterator[Fault]:
    """What is wrong with a CAST to the type `wanted`. Fractions may be cut: that is rounding, and it is written down."""
    given = part(node.this, parts)
    if wanted is None or wanted.size is None or given.type is None or given.type.family != wanted.family:
        return
    if wanted.family in ("number", "text") and given.room > (room := wanted.size - wanted.scale):
        unit = "digits before the point" if wanted.family == "number" else "characters"
        what = f"`{node.this.sql('snowflake')}` may have {given.room} {unit}, and the cast holds {room}."
        why = "one value that does not fit stops the whole load; a narrower field of the mapping quarantines its row."
        fix = "narrow the field in the mapping, or cast to what holds it"
        yield Fault("narrowed", offset(node), what, why, fix, level="warn")
