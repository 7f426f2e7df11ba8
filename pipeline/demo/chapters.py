"""The chapters of the story, in order, and the clone that it plays in.

Each returns the lines that are shown; each claim in them was checked before.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pipeline.demo import delivery, difference, incidents
from pipeline.demo.story import Step


def scratch_clone(home: Path, clone: Path) -> None:
    """The story's own clone of what is committed: the user's checkout is never touched."""
    shutil.rmtree(clone, ignore_errors=True)
    clone.parent.mkdir(parents=True, exist_ok=True)
    git = ["git", "-c", "advice.detachedHead=false"]
    subprocess.run([*git, "clone", "--quiet", "--no-hardlinks", str(home), str(clone)], check=True, timeout=120)
    for key, value in (
        ("user.name", "Dana Demo"),
        ("user.email", "dana@acmeconnect.example"),
        ("commit.gpgsign", "false"),
    ):
        subprocess.run([*git, "-C", str(clone), "config", key, value], check=True, timeout=60)


STEPS: list[tuple[str, Step]] = [
    ("platform", delivery.platform),
    ("staging", delivery.staging),
    ("the probe", difference.probe),
    ("production", delivery.production),
    ("isolation", delivery.isolation),
    ("a bad change", delivery.bad_change),
    ("a killed load", incidents.killed_load),
    ("a bad night", incidents.bad_night),
    ("the cure", incidents.cure),
    ("a bad release", incidents.bad_release),
    ("rollback", incidents.rollback),
]
