"""A kind of mutation: what is broken, by which hand, and which rules must refuse it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from pipeline.findings import Level
from pipeline.gate.mutation.draft import Draft, Subject

ANY_KIND: Final = ""
Hand = Callable[[Draft], str]  # changes the draft and says what it did


@dataclass(frozen=True)
class Kind:
    """`killers`: each of these codes is the right one; none at all makes it a valid variant, which nothing may refuse.

    `level`: what the right finding weighs. A warning is heard by a reviewer and does not refuse.
    """

    name: str
    killers: Sequence[str]
    hand: Hand
    level: Level = "deny"

    def apply(self, subject: Subject, seed: int) -> tuple[Draft, str]:
        """The broken repository and what was done. The same for the same tenant, kind and seed; `Unfit` where nothing fits."""
        draft = Draft.of(subject, Random(f"{seed}/{self.name}/{subject.tenant}"))  # noqa: S311  reproducible, no secret
        return draft, self.hand(draft)
