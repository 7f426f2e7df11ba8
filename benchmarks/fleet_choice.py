"""Which pipelines a made-up tenant has: some tables of some sites, each in a shape of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.erp_table import Beside, Code, Derived, Family, Field, Filter
from benchmarks.erp_tables import FAMILIES

SITES = ("", "de", "fr", "uk", "us", "ca", "mx", "br", "jp", "au", "za", "pl")


@dataclass(frozen=True)
class Pipeline:
    """One table of one site: which fields it keeps, what it computes of them, which rows stay, whether it sums them up."""

    family: Family
    site: str
    kind: str
    fields: Sequence[Field]
    derived: Sequence[Derived]
    code: Code | None
    labels: Sequence[str]
    filter: Filter | None
    summed: bool
    beside: Beside | None = None

    @property
    def name(self) -> str:
        return "_".join(part for part in (self.family.name, "totals" if self.summed else "", self.site) if part)

    @property
    def other(self) -> str:
        """The table in which it looks something up."""
        return "_".join(part for part in (self.beside.family if self.beside else "", self.site) if part)

    @property
    def landed(self) -> list[Field]:
        """What the mapping lands; a code's column too."""
        code = [Field(self.code.source, self.code.landed, "NUMBER(3,0)")] if self.code else []
        return [*self.fields, *code]


def chosen(random: Random, kinds: Sequence[str], count: int) -> list[Pipeline]:
    """So many different tables, each with a shape of its own."""
    every = [
        (family, site, summed)
        for family in FAMILIES
        for site in SITES
        for summed in ((False, True) if family.total else (False,))
    ]
    homes = random.sample(SITES, count // len(FAMILIES) + 2)
    fitting = [one for one in every if one[1] in homes]
    picked = sorted(random.sample(fitting, count), key=lambda one: (one[0].name, *one[1:]))
    made = [_shape(random, *one, random.choice(kinds)) for one in picked]
    plain = {one.name for one in made if not one.beside}
    made = [one if one.other in plain else replace(one, beside=None) for one in made]
    return sorted(made, key=lambda one: one.beside is not None)  # where something is looked up comes first


def _shape(random: Random, family: Family, site: str, summed: bool, kind: str) -> Pipeline:
    if summed and family.total:
        kept = [field for field in family.fields if field.column in family.total]
        return Pipeline(family, site, kind, kept, (), None, (), None, summed=True)
    kept = [field for field in family.fields if not field.free or random.random() < 0.6]
    names = {field.column for field in kept}
    derived = [one for one in family.derived if set(one.needs) <= names and random.random() < 0.7]
    filtered = family.filter if random.random() < 0.3 else None
    code = family.code if random.random() < 0.8 else None
    labels = random.choice(code.labels) if code else ()
    return Pipeline(family, site, kind, kept, derived, code, labels, filtered, summed=False, beside=family.beside)
