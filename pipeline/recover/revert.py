"""The rollback: `git revert` of the commit that wrote the pin, explained first.

Reads and writes the repository. Fails with `Missing` where no such commit can be found, and `Final` in git's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Final, Missing, Usage
from pipeline.promote import pin
from pipeline.promote.commit import git, head
from pipeline.release import Release

RELEASE = re.compile(r'^release: "?([0-9a-f]{64})"?$', re.MULTILINE)


@dataclass(frozen=True)
class Undoing:
    """What a revert of `commit` would do: production goes from release `before` to `after` (None: the pin goes away)."""

    tenant: str
    commit: str
    subject: str
    author: str
    before: str
    after: str | None

    def text(self) -> str:
        to = f"back to {self.after[:12]}" if self.after else "to no release: its pipelines pause"
        return f"revert of {self.commit[:7]} ({self.subject}, {self.author}): {self.tenant} goes from {self.before[:12]} {to}"

    def document(self) -> dict[str, object]:
        return dict(self.__dict__)


def explain(repository: Path, tenant: str, commit: str | None = None) -> Undoing:
    """What the revert of this commit, or of the last one that wrote the pin, would undo."""
    file = pin.path(tenant)
    found = _named(repository, file, commit) if commit else git(repository, "log", "-1", "--format=%H", "--", file)
    if not found:
        raise Missing(f"no commit wrote a pin of {tenant}.", fix=f"acme promote {tenant}, or name the commit")
    subject, author = git(repository, "show", "--no-patch", "--format=%s%n%an", found).splitlines()
    touched = git(repository, "show", "--format=", "--name-only", found).splitlines()
    if file not in touched:
        raise Final(f"{found[:7]} ({subject}) did not write {file}.", fix="name the commit that did, or none")
    before, after = _release_at(repository, found, file), _release_at(repository, f"{found}^", file)
    if before is None:
        raise Final(f"{found[:7]} removed the pin of {tenant}.", fix="promote a release instead")
    return Undoing(tenant, found, subject, author, before, after)


def _named(repository: Path, file: str, commit: str) -> str:
    """The commit's full id. `Usage` where there is none of this name, with those that wrote the pin."""
    try:
        return git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    except Final:
        wrote = git(repository, "log", "-5", "--format=%h (%s)", "--", file).splitlines()
        fix = f"name none, or one of {', '.join(wrote)}" if wrote else ""
        raise Usage(f"there is no commit `{commit}` here.", fix=fix) from None


def _release_at(repository: Path, revision: str, file: str) -> str | None:
    try:
        text = git(repository, "show", f"{revision}:{file}")
    except Final:
        return None  # the file did not stand there
    found = RELEASE.search(text)
    return found[1] if found else None


def revert(repository: Path, undoing: Undoing) -> str:
    """Makes the revert; returns its commit. A conflict leaves the work tree as it was."""
    try:
        git(repository, "revert", "--no-edit", undoing.commit)
    except Final as error:
        if not _begun(repository):
            raise
        git(repository, "revert", "--abort")
        raise Final(
            error.what,
            why="The pin was changed again since.",
            fix="revert the later commit first, or promote the older release",
        ) from error
    return head(repository)


def _begun(repository: Path) -> bool:
    """Whether git stands in the middle of a revert; it refuses to begin one over changes that are not committed."""
    return (repository / git(repository, "rev-parse", "--git-path", "REVERT_HEAD")).exists()


def changes(bad: Release, good: Release | None) -> Mapping[str, str]:
    """Per pipeline what going from `bad` to `good` means: changed | removed | added; equal ones go on undisturbed."""
    before = {pipeline.name: pipeline.digest for pipeline in bad.pipelines}
    after = {pipeline.name: pipeline.digest for pipeline in good.pipelines} if good else {}
    words = {}
    for name in sorted({*before, *after}):
        if name not in after:
            words[name] = "removed"
        elif name not in before:
            words[name] = "added"
        elif before[name] != after[name]:
            words[name] = "changed"
    return words
