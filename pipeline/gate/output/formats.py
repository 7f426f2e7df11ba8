"""Which formats there are, and which one a file's ending asks for. Writes files whole or not at all.

Each writer is loaded when it is asked for. `Usage` where a file cannot be written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pipeline.errors import Usage
from pipeline.gate.verdict import Verdict

if TYPE_CHECKING:
    from pipeline.gate.effect import Effects

FORMATS: Final = ("human", "json", "sarif", "junit", "markdown")
ENDINGS: Final = {".txt": "human", ".json": "json", ".sarif": "sarif", ".xml": "junit", ".md": "markdown"}


def written(verdict: Verdict, format_: str, more: Effects | None = None) -> str:
    """The verdict in this format. `more`: what a plan or a rehearsal adds to what the files tell a reviewer."""
    if format_ == "json":
        return json.dumps(verdict.document(), ensure_ascii=False)
    if format_ == "sarif":
        from pipeline.gate.output.sarif import sarif

        return sarif(verdict)
    if format_ == "junit":
        from pipeline.gate.output.junit import junit

        return junit(verdict)
    if format_ == "markdown":
        return _markdown(verdict, more)
    from pipeline.gate.output.human import human

    return human(verdict)


def _markdown(verdict: Verdict, more: Effects | None) -> str:
    from pipeline.gate.effect import UNPLANNED, effects
    from pipeline.gate.output.markdown import markdown

    if verdict.change is None:
        return markdown(verdict)
    return markdown(verdict, effects(verdict.change).and_also(more or UNPLANNED))


def write(verdict: Verdict, files: Sequence[Path], format_: str, more: Effects | None = None) -> None:
    """Each of these files in the format of its ending, one whose ending says nothing in `format_`."""
    for file in files:
        _replace(file, written(verdict, ENDINGS.get(file.suffix, format_), more))


def _replace(file: Path, text: str) -> None:
    half = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        half.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise Usage(f"{file} cannot be written: {error.strerror}.", fix="name another file by --output") from None
