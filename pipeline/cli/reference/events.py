"""docs/reference/events.md, out of the names that stand in the code."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from pipeline.cli.reference import markdown
from pipeline.cli.reference.source import strings
from pipeline.events import MAX_BYTES, NAME, SCHEMA, STAGES, Correlation

ENVELOPE = """Each event is one JSON document `{schema, id, name, at, ids, data}`: `schema` is %d, `id` makes a repeat harmless,
`at` is an instant in UTC, `data` holds what the name calls for and no secret. It has at most %d bytes.
A name is `<stage>.<noun>.<past participle>`."""
OPEN = re.compile(NAME.pattern.replace(r"[a-z]+(?:_[a-z]+)*", r"(?:[a-z]+(?:_[a-z]+)*|…)"))


def page(repository: Path) -> str:
    named: dict[str, set[str]] = defaultdict(set)
    for module, text in strings(repository / "pipeline"):
        if OPEN.fullmatch(text):
            named[text].add(module)
    rows = [(f"`{name}`", _rooms(named[name])) for name in sorted(named, key=_order)]
    return markdown.page(
        "Events",
        ENVELOPE % (SCHEMA, MAX_BYTES),
        f"`ids` holds those that are known of: {', '.join(f'`{name}`' for name in Correlation.__dataclass_fields__)}.",
        markdown.table(("event", "named in"), rows),
        "`…` is one of several words, chosen where the event is sent.",
    )


def _rooms(modules: set[str]) -> str:
    return ", ".join(f"`{module}`" for module in sorted(modules))


def _order(name: str) -> tuple[int, str]:
    return STAGES.index(name.partition(".")[0]), name
