"""Which files a tenant's folder holds, and what each is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.findings import Finding, Where
from pipeline.naming import ENVIRONMENTS
from pipeline.spec import words
from pipeline.spec.wording import deny, did_you_mean, listed

Part = Literal[
    "tenant", "environments", "pin", "connectors", "contracts", "mappings", "pipelines", "transforms", "tests"
]
YAML_FOLDERS: Final = ("environments", "connectors", "contracts", "mappings", "pipelines")
FOLDERS: Final = (*YAML_FOLDERS, "transforms", "tests")
TEST_FILES: Final = ("input.csv", "input.jsonl", "expected.csv")
_TABLE: Final = re.compile(rf"({'|'.join(YAML_FOLDERS[1:])})/([^/]+)\.yaml|(transforms)/([^/]+)\.sql")
_TEST: Final = re.compile(rf"tests/([^/]+)/({'|'.join(re.escape(name) for name in TEST_FILES)})")


@dataclass(frozen=True)
class Entry:
    """One file by its part of the folder; `name` is the environment, connector or table that it is of."""

    part: Part
    name: str
    file: str


def prefix(tenant: str) -> str:
    """What the paths of a tenant's files start with, from the repository's root."""
    return f"tenants/{tenant}/"


def entry(tenant: str, file: str) -> tuple[Entry | None, list[Finding]]:
    """What a file is, or why nobody would read it."""
    rest = file.removeprefix(prefix(tenant))
    if rest == "tenant.yaml":
        return Entry("tenant", tenant, file), []
    if rest == "environments/production.pin.yaml":
        return Entry("pin", "production", file), []
    if rest in {f"environments/{environment}.yaml" for environment in ENVIRONMENTS}:
        return Entry("environments", rest.split("/")[1].removesuffix(".yaml"), file), []
    found = _named(rest, file)
    return found if found else (None, [_unknown(file, rest)])


def _named(rest: str, file: str) -> tuple[Entry | None, list[Finding]] | None:
    part: Part
    if match := _TABLE.fullmatch(rest):
        part, name = match[1] or match[3], match[2] or match[4]  # type: ignore[assignment]  # the pattern lists parts alone
    elif match := _TEST.fullmatch(rest):
        part, name = "tests", match[1]
    else:
        return None
    if why := words.why_no_name(name):
        return None, [
            deny("document.name", Where(file), f"`{name[:40]}` cannot be a name here.", why, "rename the file")
        ]
    return Entry(part, name, file), []


def _unknown(file: str, rest: str) -> Finding:
    first = rest.split("/")[0]
    known = ["tenant.yaml", *FOLDERS]
    hint = "" if first in known else did_you_mean(first, known)
    return deny(
        "document.unknown_file",
        Where(file),
        f"nothing reads this file.{hint}",
        f"a tenant's folder holds {listed(known)}, each with its own files.",
        "remove or rename it",
    )
