"""What can be made to go wrong, by name. A fault is switched on for one site, and off again by `clear`.

Flags stand in `faults.json`, which the servers read at every request; a fault that edits data keeps the whole file as it was.
"""

from __future__ import annotations

from typing import Any

from pipeline.sandbox.folder import Folder, read_json


def active(folder: Folder, site: str, name: str) -> dict[str, Any] | None:
    """The options of a fault that is on at this site, else None."""
    options: dict[str, Any] | None = read_json(folder.faults, {}).get(site, {}).get(name)
    return options
