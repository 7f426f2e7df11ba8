"""The comparison of desired states: every difference by its path, and nothing that does not count."""

from pathlib import Path

from pipeline.plan.comparison import Difference, compare
from pipeline.spec.tenant import read_files

ROOT = Path(__file__).parents[3]


def files(**changes: tuple[str, str]) -> dict[str, bytes]:
    """globex's files; `changes` maps an ending of a path to (old, new)."""
    found = {
        str(path.relative_to(ROOT)): path.read_bytes()
        for path in (ROOT / "tenants/globex").rglob("*")
        if path.is_file()
    }
    for ending, (old, new) in changes.items():
        [name] = [name for name in found if name.endswith(ending)]
        assert old.encode() in found[name]
        found[name] = found[name].replace(old.encode(), new.encode())
    return found


def tenant(**changes: tuple[str, str]):
    return read_files(files(**changes), "globex")[0]


def test_equal_folders_differ_in_nothing():
    """A comment is no difference."""
    commented = tenant(**{"pipelines/vendors.yaml": ("connector:", "# a word\nconnector:")})
    assert compare(tenant(), commented, "staging") == []


def test_a_changed_mapping_is_told_by_its_path():
    """The path leads to the pipeline and the part of it."""
    changed = tenant(**{"transforms/purchase_orders.sql": ("sub_total + tax + freight", "sub_total + tax")})
    assert compare(tenant(), changed, "staging") == [Difference("pipelines.purchase_orders.transform", "changed")]


def test_settings_are_told_apart_from_the_release():
    """What is live at once stands under `settings`, and only in its own environment."""
    paused = tenant(**{"environments/staging.yaml": ("status: active", "status: paused")})
    assert compare(tenant(), paused, "staging") == [Difference("settings.status", "changed")]
    assert compare(tenant(), paused, "production") == []


def test_a_new_tenant_is_added_whole():
    """Where the base has no such folder everything is new."""
    assert compare(None, tenant(), "staging") == [Difference("pipelines", "added"), Difference("settings", "added")]
