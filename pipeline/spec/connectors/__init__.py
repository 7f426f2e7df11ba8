"""Connector kinds: one module a kind, found by its file. A new kind is one file here and its tests.

A module offers `KIND`: the models of what a tenant says of it in three places.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.spec.model import Model


@dataclass(frozen=True)
class Kind:
    """`options` read connectors/<name>.yaml, `settings` its part of an environment's file, `fetch` its part of a pipeline."""

    name: str
    options: type[Model]
    settings: type[Model]
    fetch: type[Model]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.KIND.name: module.KIND for module in modules}
