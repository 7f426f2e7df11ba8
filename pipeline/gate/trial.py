"""Other policies tried on what is and what was: whom they would block, whom they would no longer block, and by which rule.

Every tenant of today and every distinct tree of its history is asked about once, of both sets of policies: the rules about tenants,
and those about changes for the step that made the tree. Reads git, asks two OPAs; writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.gate import history
from pipeline.gate.bundle import Bundle
from pipeline.gate.git import Repository
from pipeline.gate.history import Sight
from pipeline.gate.opa import Judge, warm
from pipeline.gate.question import read_by_the_fleet

AT_ONCE = 25
FLEET = Sight("", "", "", "", now=True)  # what rules about all tenants together say


@dataclass(frozen=True)
class Difference:
    """One rule that judges one tenant otherwise. `trees`: in how many of its states; commit, place and words are the newest's."""

    tenant: str
    code: str
    now: bool
    trees: int
    commit: str
    at: str
    file: str
    what: str


@dataclass(frozen=True)
class Trial:
    """What the head's policies change for `tenants` tenants of today and `trees` states in all."""

    tenants: int
    trees: int
    since: str
    blocked: tuple[Difference, ...]
    allowed: tuple[Difference, ...]

    def document(self) -> dict[str, Any]:
        return {
            "tenants": self.tenants,
            "trees": self.trees,
            "since": self.since,
            "newly_blocked": [asdict(one) for one in self.blocked],
            "newly_allowed": [asdict(one) for one in self.allowed],
        }


def try_policies(
    base: Bundle,
    head: Bundle,
    program: Path,
    repository: Repository,
    revision: str,
    days: int,
    hear: Callable[[int, int], None] = lambda _done, _all: None,
) -> Trial:
    """Both sets of policies about every tenant of this revision and of its last `days` days. `hear`: (states asked about, all)."""
    seen = history.sights(repository, revision, days)
    common = history.platform(repository, revision).values
    blocked: list[tuple[Sight, Mapping[str, Any]]] = []
    allowed: list[tuple[Sight, Mapping[str, Any]]] = []
    asked_about = 0
    with warm(base, program=program) as before, warm(head, program=program) as after, ThreadPoolExecutor(2) as pool:
        for some, batch in _questions(repository, seen, common):
            old, new = pool.map(lambda judge, asked=batch: _denials(judge, asked, common), (before, after))
            for key, sight in some.items():
                blocked += [(sight, one) for code, one in new[key].items() if code not in old[key]]
                allowed += [(sight, one) for code, one in old[key].items() if code not in new[key]]
            asked_about += len(some)
            hear(min(asked_about, len(seen)), len(seen))
    return Trial(
        tenants=sum(sight.now for sight in seen),
        trees=len(seen),
        since=min((sight.at for sight in seen), default=""),
        blocked=_summed(blocked),
        allowed=_summed(allowed),
    )


def _questions(
    repository: Repository, seen: Sequence[Sight], common: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Sight], dict[str, Any]]]:
    """Some sights at a time with the questions about them; at last the fleet of today as one."""
    fleet: dict[str, Any] = {}
    live: dict[str, list[str]] = {}
    for start in range(0, len(seen), AT_ONCE):
        some = {f"{sight.tenant} {sight.tree}": sight for sight in seen[start : start + AT_ONCE]}
        batch = {}
        for key, sight in some.items():
            documents = history.folder(repository, sight.tenant, sight.tree)
            before = history.folder(repository, sight.tenant, sight.before)
            fleet |= read_by_the_fleet(documents.values, ()) if sight.now else {}
            batch[key] = _about(sight, {**common, **before.values}, documents.values, live)
        yield some, batch
    asked = _input(["fleet"], "", FLEET, {}, {**fleet, **common}, sorted(fleet))
    yield {"": FLEET}, {"": {**asked, "tenant": None}}


def _about(sight: Sight, old: Mapping[str, Any], new: Mapping[str, Any], live: dict[str, list[str]]) -> dict[str, Any]:
    """The rules about a tenant where there is one, those about changes where it is known how it came to be so.

    `live` are the releases that each pin has named so far; those of this sight are added.
    """
    families = (["tenant"] if sight.tree else []) + (["change"] if sight.author else [])
    asked = _input(families, sight.tenant, sight, old, new, sight.changed)
    pins = [path for path in new if path.endswith(".pin.yaml")]
    asked["base"]["live_releases"] = {path: list(live.get(path, [])) for path in pins}
    for path in pins:
        if isinstance(new[path], dict) and isinstance(new[path].get("release"), str):
            live.setdefault(path, []).append(new[path]["release"])
    return asked


def _input(
    families: list[str],
    tenant: str,
    sight: Sight,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Sequence[str],
) -> dict[str, Any]:
    return {
        "families": families,
        "tenant": tenant,
        "base": {"commit": "", "documents": old, "removed": [], "live_releases": {}},
        "head": {"commit": sight.commit, "at": sight.at, "author": sight.author, "pushed": False, "commits": []},
        "documents": new,
        "changed": list(changed),
        "plan": None,
    }


def _denials(
    judge: Judge, batch: Mapping[str, Any], common: Mapping[str, Any]
) -> dict[str, dict[str, Mapping[str, Any]]]:
    """By question and code the first finding that denies."""
    rules = judge.bundle.rules
    return {
        key: {
            one["code"]: one
            for one in reversed(found)
            if one["code"] not in rules or rules[one["code"]].level == "deny"
        }
        for key, found in judge.decide(batch, common).items()
    }


def _summed(found: Sequence[tuple[Sight, Mapping[str, Any]]]) -> tuple[Difference, ...]:
    """One difference for each tenant and rule: those that hold today first."""
    groups: dict[tuple[str, str], list[tuple[Sight, Mapping[str, Any]]]] = {}
    for sight, one in found:
        tenant = sight.tenant or one["where"]["file"].removeprefix("tenants/").partition("/")[0]
        groups.setdefault((tenant, one["code"]), []).append((sight, one))
    summed = []
    for (tenant, code), each in groups.items():
        sight, one = max(each, key=lambda pair: (pair[0].now, pair[0].at))
        place = (one["where"]["file"], one["what"])
        summed.append(Difference(tenant, code, sight.now, len(each), sight.commit, sight.at, *place))
    return tuple(sorted(summed, key=lambda one: (not one.now, one.tenant, one.code)))
