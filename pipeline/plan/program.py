"""The program's digest: the stacks' code and the locked versions of the engine and its providers.

A deployment is (release, settings, runtime, program); when none of the four changed there is nothing to do.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

LOCKED = re.compile(r"^(pulumi(?:-aws|-snowflake)?==[^\s\\]+)", re.MULTILINE)


def program_digest(repository: Path) -> str:
    """sha256 over stacks/**.py (paths and bytes, sorted) and the three locked versions."""
    digest = hashlib.sha256()
    for path in sorted((repository / "stacks").rglob("*.py")):
        digest.update(path.relative_to(repository).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    lock = (repository / "requirements" / "tool.txt").read_text(encoding="utf-8")
    digest.update("\n".join(sorted(LOCKED.findall(lock))).encode())
    return digest.hexdigest()
