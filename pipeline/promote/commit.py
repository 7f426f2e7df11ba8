"""Commits of our own making: exactly the named paths, whatever else lies in the work tree or its index.

Runs `git` with the user's own identity and hooks. Fails with `Final`, in git's words.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from pipeline.errors import Final

TIMEOUT_S = 60.0


def commit(repository: Path, paths: list[str], message: str) -> str:
    """Commits these paths as they stand in the work tree; returns the new commit's id."""
    git(repository, "add", "--", *paths)
    git(repository, "commit", "--quiet", "--message", message, "--", *paths)
    return head(repository)


def head(repository: Path) -> str:
    return git(repository, "rev-parse", "HEAD")


def git(repository: Path, *words: str) -> str:
    """What git prints, stripped."""
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *words],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Final(f"`git {words[0]}` took longer than {TIMEOUT_S:.0f} s.", where=str(repository)) from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise Final(f"`git {words[0]}` failed: {said[0] if said else error}", where=str(repository)) from None
    return done.stdout.strip()
