"""Every kind of mutation, and every kind of valid variant."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.gate.mutation import (
    access,
    changes,
    contracts,
    designs,
    files,
    mappings,
    meaning,
    plans,
    schedules,
    settings,
    transforms,
    variants,
)
from pipeline.gate.mutation.kind import Kind

ROOMS = (files, settings, schedules, contracts, mappings, transforms, meaning, changes, access, plans)
MUTATIONS: Sequence[Kind] = tuple(kind for room in ROOMS for kind in room.KINDS)
VARIANTS: Sequence[Kind] = (*variants.KINDS, *designs.KINDS)
EVERY: Sequence[Kind] = (*MUTATIONS, *VARIANTS)
