"""Cells that settings name and nobody makes.

The list of cells is the platform's, so whoever has it at hand passes it in; nothing heavy is loaded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from pipeline.findings import Finding
from pipeline.spec.document import Document
from pipeline.spec.wording import deny, did_you_mean, listed

CELLS_FILE: Final = "stacks/cells.yaml"


def cells_of(declared: Document | None) -> Collection[str] | None:
    """The cells that there are, or None where nobody knows."""
    value = declared.value if declared else None
    cells = value.get("cells") if isinstance(value, dict) else None
    return list(cells) if isinstance(cells, dict) else None


def unknown_cells(settings: Iterable[Document], cells: Collection[str] | None) -> Iterator[Finding]:
    """Settings whose cell nobody makes: their pipelines would have no Airflow to run in."""
    if cells is None:
        return
    for document in settings:
        cell = document.value.get("cell") if isinstance(document.value, dict) else None
        if isinstance(cell, str) and cell not in cells:
            what = f"there is no cell `{cell}`.{did_you_mean(cell, cells)}"
            why = "its pipelines would have no Airflow to run in."
            fix = f"write one of {listed(sorted(cells))}, or add it to {CELLS_FILE} in a change of its own"
            yield deny("reference.cell_unknown", document.where(("cell",)), what, why, fix)
