"""Which new field is an old one under another name: alike in name, in what its values read as, and in its place.

Pure. A field is one other field's new name at most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.gate.probes.reading import reader
from pipeline.release import Field, shape_of

ALIKE = 0.55  # below it two fields are two fields
NAME, CONTENT, PLACE = 0.6, 0.4, 0.15
TELLING = {"VARCHAR": 0.5, "NUMBER": 0.75}  # what fits many columns tells less


@dataclass(frozen=True)
class Seen:
    """One new field: its texts, and its place among the source's fields, from 0."""

    name: str
    texts: Sequence[str]
    place: int


def renamed(missing: Sequence[Field], new: Sequence[Seen], places: Mapping[str, int]) -> dict[str, str]:
    """old field → its new name. `places` are where the source showed its fields earlier."""
    scored = [(_score(field, seen, places), field.source, seen.name) for field in missing for seen in new]
    found: dict[str, str] = {}
    for score, old, name in sorted(scored, key=lambda one: (-one[0], one[1:])):
        if score >= ALIKE and old not in found and name not in found.values():
            found[old] = name
    return found


def _score(field: Field, seen: Seen, places: Mapping[str, int]) -> float:
    """From 0 to 1.15."""
    content = _content(field, seen.texts)
    if seen.texts and not content:
        return 0.0
    stayed = places.get(field.source) == seen.place
    return NAME * _names(field.source, seen.name) + CONTENT * content + PLACE * stayed


def _names(one: str, other: str) -> float:
    shorter, longer = sorted((re.sub(r"[^a-z0-9]", "", name.lower()) for name in (one, other)), key=len)
    inside = 0.8 if len(shorter) >= 3 and shorter in longer else 0.0
    return max(inside, SequenceMatcher(None, shorter, longer).ratio())


def _content(field: Field, texts: Sequence[str]) -> float:
    """The share of values that read as the old field's type; a type that fits many tells less."""
    if not texts:
        return 0.0
    share = sum(map(reader(field), texts)) / len(texts)
    return share * TELLING.get(shape_of(field.type)[0], 1.0)
