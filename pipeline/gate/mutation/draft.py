"""A valid repository in the hands of a mutation: read a part, change it, and everything else stays byte for byte.

Touches no disk. Fails with `Unfit` where the tenant has nothing of the kind that a mutation would break.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from pipeline.errors import Final
from pipeline.findings import Finding
from pipeline.gate.change import tenant_of
from pipeline.settings import Environment, Snowflake
from pipeline.spec.document import parse

T = TypeVar("T")
AUTHOR = "dana@acme.example"
# where the plans of mutants would be carried out
STAGING = Environment("staging", "eu-west-1", "111111111111", Snowflake("acme-staging"))


class Unfit(Final):
    """This tenant holds nothing that the mutation could break."""


@dataclass(frozen=True)
class Subject:
    """What is valid: one tenant within a repository, and the steps that would make its stack.

    `files` holds the whole tenant, the platform's files, and of the neighbours what they share a cell by. `neighbour` is one
    of them. `removed` are names that stood here before, `live` the releases that the tenant's pin named lately.
    """

    tenant: str
    neighbour: str
    files: Mapping[str, bytes]
    plan: Sequence[Mapping[str, Any]] = ()


@dataclass
class Draft:
    """One mutation's working copy. `touched` are paths that changed and are no files here, as a workflow's."""

    subject: Subject
    random: Random = field(compare=False)
    files: dict[str, bytes | None] = field(default_factory=dict)
    base: dict[str, bytes | None] = field(default_factory=dict)
    plan: list[dict[str, Any]] | None = None
    touched: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, subject: Subject, random: Random) -> Draft:
        return cls(subject, random, files=dict(subject.files), base=dict(subject.files))

    @property
    def tenant(self) -> str:
        return self.subject.tenant

    @property
    def changed(self) -> tuple[str, ...]:
        paths = {*self.files, *self.base}
        differing = {path for path in paths if self.files.get(path, ...) != self.base.get(path, ...)}
        return tuple(sorted({*differing, *self.touched}))

    def path(self, rest: str) -> str:
        return f"tenants/{self.tenant}/{rest}"

    def own(self, ending: str = "") -> list[str]:
        """The tenant's files with this ending, without the folder's name."""
        start = self.path("")
        return sorted(
            path.removeprefix(start) for path in self.files if path.startswith(start) and path.endswith(ending)
        )

    def text(self, rest: str) -> str:
        return (self.files.get(self.path(rest)) or b"").decode()

    def put(self, rest: str, text: str) -> None:
        self.files[self.path(rest)] = text.encode()

    def put_in_both(self, rest: str, text: str) -> None:
        """As if it had been so before: the mutation is something else."""
        self.put(rest, text)
        self.base[self.path(rest)] = text.encode()

    def remove(self, rest: str) -> None:
        self.files.pop(self.path(rest), None)

    def read(self, rest: str) -> Any:
        """A document as plain data of one's own."""
        document, _ = parse(self.path(rest), self.text(rest))
        if document is None:
            raise Unfit(f"{rest} cannot be read.", fix="mend the tenant first")
        return deepcopy(document.value)

    def write(self, rest: str, value: Any) -> None:
        """JSON is YAML."""
        self.put(rest, json.dumps(value, indent=1, ensure_ascii=False))

    def edit(self, rest: str, work: Callable[[Any], object]) -> None:
        value = self.read(rest)
        work(value)
        self.write(rest, value)

    def replace(self, rest: str, old: str, new: str) -> None:
        """The first place of a text; `Unfit` where it does not stand there."""
        before, found, after = self.text(rest).partition(old)
        self.need(found)
        self.put(rest, before + new + after)

    def need(self, claim: object) -> None:
        if not claim:
            raise Unfit("there is nothing of this kind.", fix="try another tenant")

    def pick(self, choices: Iterable[T]) -> T:
        """One of them, by the seed."""
        every = list(choices)
        self.need(every)
        return self.random.choice(every)

    def tables(self, fits: Callable[[str], object] = lambda _: True) -> Iterator[str]:
        names = [
            path.removeprefix("pipelines/").removesuffix(".yaml")
            for path in self.own(".yaml")
            if path.startswith("pipelines/")
        ]
        return (name for name in names if fits(name))

    def table(self, fits: Callable[[str], object] = lambda _: True) -> str:
        return self.pick(self.tables(fits))

    def columns(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read(f"contracts/{table}.yaml")["schema"][0]["properties"]
        return found

    def fields(self, table: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.read(f"mappings/{table}.yaml")["fields"]
        return found

    def pipeline(self, table: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read(f"pipelines/{table}.yaml")
        return found

    def sql(self, table: str) -> str:
        return self.text(f"transforms/{table}.sql")

    def expected(self, table: str) -> list[dict[str, str]]:
        """The rows that the table's test expects."""
        return list(csv.DictReader(io.StringIO(self.text(f"tests/{table}/expected.csv"))))

    def steps(self, kind: str = "") -> list[dict[str, Any]]:
        """The plan's steps of a type, to be changed in place."""
        if self.plan is None:
            self.plan = deepcopy([dict(step) for step in self.subject.plan])
        self.need(self.plan)
        return [step for step in self.plan if kind in step["type"]]

    def add_step(self, step: dict[str, Any]) -> None:
        self.steps()
        self.plan = [*(self.plan or []), step]

    def neighbours(self) -> set[str]:
        return {tenant for path in self.files if (tenant := tenant_of(path)) and tenant != self.tenant}


def with_columns(work: Callable[[list[dict[str, Any]]], object]) -> Callable[[Any], object]:
    """An edit of a contract's columns."""
    return lambda contract: work(contract["schema"][0]["properties"])
