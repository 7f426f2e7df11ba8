"""`acme demo` tells the whole story, and would not if one of the three things that it rests on were taken out."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from tests.stories.conftest import clone

FENCE = "pipeline/publish/fence.py"
SHAPE = {"steps", "rows", "reaches", "detect_seconds", "restore_seconds", "diagnosis", "ok"}


@dataclass(frozen=True)
class Broken:
    """One thing taken out of the product, the chapters that must see it, and what they must say.

    `gone`: the policies that would not let it be applied.
    """

    name: str
    file: str
    find: str
    write: str
    chapters: tuple[str, ...]
    says: tuple[str, ...]
    gone: tuple[str, ...] = ()


PREFIX = Broken(
    "the IAM policy's prefix",
    "stacks/components/tenant_role.py",
    'own = f"{lake}/{naming.tenant_prefix(tenant)}"',
    'own = f"{lake}/"',
    ("apply",),
    ("plan.no_access_widened", "What is live stays live."),
)
BROKEN = [
    Broken(
        "the fence's ledger check",
        FENCE,
        "live=live_objects(seen),",
        "live=[],",
        ("a killed load",),
        ("may count once", "published and published"),
    ),
    PREFIX,
    replace(
        PREFIX,
        name="the IAM policy's prefix, and the rule that sees it in a plan",
        gone=("policies/plan/no_access_widened.rego", "policies/plan/no_access_widened_test.rego"),
        chapters=("apply", "isolation"),
        says=("reaches succeeded", "globex → initech: read an object", "initech → globex: read an object"),
    ),
    Broken(
        "the fence's epoch check",
        FENCE,
        "return newest != binding.epoch",
        "return newest is None",
        ("rollback",),
        ("late worker was not turned away",),
    ),
]


def retold(workplace, broken, number):
    """The report of the chapters in a checkout where this is broken, and everything that was said."""
    checkout = clone(workplace.sandbox / "demo" / "clone", workplace.sandbox.parent / f"broken-{number}")
    place = replace(workplace, checkout=checkout)
    file = checkout / broken.file
    text = file.read_text(encoding="utf-8")
    assert broken.find in text
    file.write_text(text.replace(broken.find, broken.write), encoding="utf-8")
    for policy in broken.gone:
        place.git("rm", "-q", policy)
    place.git("commit", "-q", "--no-verify", "-am", "platform: something is taken out")
    script = Path(__file__).with_name("retell.py")
    report, said = place.told(script, 100 * number, *broken.chapters)
    return json.loads(report), " ".join(said.split())


def test_the_demo_holds_and_can_fail(workplace, tmp_path):
    """The whole story is ok; without the ledger check, the policy's prefix or the epoch check its own chapter says no."""
    file = tmp_path / "report.json"
    workplace.acme("demo", "--fast", "--report", file)
    report = json.loads(file.read_text(encoding="utf-8"))
    assert set(report) == SHAPE
    assert report["ok"]
    assert all(step["ok"] for step in report["steps"])
    assert (report["rows"]["duplicates"], report["rows"]["lost"]) == (0, 0)
    assert report["reaches"]["tried"] >= 20
    assert report["reaches"]["succeeded"] == 0
    assert report["diagnosis"] == {"class": "schema", "cause": "type_change"}
    for number, broken in enumerate(BROKEN, 1):
        failed, said = retold(workplace, broken, number)
        assert not failed["ok"], broken.name
        assert not failed["steps"][-1]["ok"], broken.name
        assert [part for part in broken.says if part not in said] == [], f"{broken.name}: {said}"
