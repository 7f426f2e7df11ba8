"""Reading a git repository without a checkout: trees, blobs, history.

Runs `git` with hooks, filters, external diffs and the file monitor off, so that nothing out of the repository ever runs.
Writes nothing. Fails with `Missing` where a revision is not there, with `Unreachable` where git takes too long.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Missing, Unreachable
from pipeline.gate.plain import plain_line

TIMEOUT_S = 60.0
SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.attributesFile": "/dev/null",
    "log.showSignature": "false",  # it would start gpg
    "color.ui": "false",
}
QUIET = (*(word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")), "--no-pager")
# A partial clone would fetch what it lacks, by whatever program its settings name; replaced objects would show another history
# than the one that is merged; a name is no pattern.
NO_SURPRISES = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
WHOLE = "fetch the whole history: `git fetch --unshallow`, or a clone without --filter"
SYMLINK, SUBMODULE = "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """One entry of a tree. `size` in bytes, 0 for a submodule."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(frozen=True)
class Repository:
    """A folder that may be a git work tree, bare, shallow, or no repository at all."""

    folder: Path

    def run(self, *words: str, stdin: bytes = b"") -> bytes | None:
        """What git prints; None where it refuses."""
        command = ["git", *QUIET, "-C", str(self.folder), *words]
        try:
            done = subprocess.run(
                command, input=stdin, capture_output=True, timeout=TIMEOUT_S, env=_environment(), check=False
            )
        except FileNotFoundError:
            return None
        except subprocess.TimeoutExpired:
            raise Unreachable(f"`git {words[0]}` took longer than {TIMEOUT_S:.0f} s.", where=str(self.folder)) from None
        return done.stdout if done.returncode == 0 else None

    def line(self, *words: str) -> str | None:
        """One line that git prints, or None where it refuses or says nothing."""
        answer = self.run(*words)
        return answer.decode("utf-8", "replace").strip() or None if answer is not None else None

    def names(self, *words: str) -> list[str]:
        """The paths that git prints, separated by NUL. Bytes that are no UTF-8 show as `\\x…`, which no real name holds.

        `Missing` where git refuses: no answer must never look like an empty one.
        """
        answer = self.run(*words)
        if answer is None:
            what = f"`git {words[0]}` gives no answer: this clone lacks what it would read."
            raise Missing(what, where=str(self.folder), fix=WHOLE)
        return [name.decode("utf-8", "backslashreplace") for name in answer.split(b"\0") if name]

    @property
    def exists(self) -> bool:
        """Whether this folder is the root of a work tree, or a bare repository: a parent's repository is not ours."""
        prefix = self.run("rev-parse", "--show-prefix")
        return prefix is not None and prefix.strip() == b""

    @property
    def shallow(self) -> bool:
        return self.line("rev-parse", "--is-shallow-repository") == "true"

    def commit(self, revision: str) -> str:
        """The full id. `Missing` where there is no such commit."""
        found = self.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is None:
            raise Missing(
                f"there is no commit `{revision}`.", where=str(self.folder), fix="fetch it, or name another by --base"
            )
        return found

    def tree(self, commit: str, *folders: str) -> list[Entry]:
        """Every file of a commit, below these folders."""
        return [_entry(line) for line in self.names("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *folders)]

    def content(self, commit: str, path: str) -> bytes:
        """The bytes of one file of a commit; empty where it has none, or no plain one."""
        entries = [one for one in self.tree(commit, path) if one.mode not in (SYMLINK, SUBMODULE)]
        return b"".join(content for _, content in self.blobs(entries))

    def blobs(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """The bytes of these entries, in one call."""
        wanted = list(entries)
        answer = self.run("cat-file", "--batch", stdin=b"".join(f"{e.blob}\n".encode() for e in wanted)) or b""
        at = 0
        for entry in wanted:
            head, _, _ = answer[at : at + 200].partition(b"\n")
            start = at + len(head) + 1
            if not head.rpartition(b" ")[2].isdigit():
                fix = "fetch the whole history: `git fetch --unshallow`, or a clone without --filter"
                raise Missing(
                    f"the content of {plain_line(entry.path)} is not in this clone.", where=str(self.folder), fix=fix
                )
            size = int(head.rpartition(b" ")[2])
            yield entry, answer[start : start + size]
            at = start + size + 1


def _environment() -> dict[str, str]:
    """This process's, without what would point git elsewhere; no prompt, no lock for a mere look."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, **NO_SURPRISES}


def _entry(line: str) -> Entry:
    facts, _, path = line.partition("\t")
    mode, _, blob, size = facts.split()
    return Entry(path, mode, blob, 0 if size == "-" else int(size))
