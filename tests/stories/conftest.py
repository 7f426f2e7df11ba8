"""A checkout and a sandbox of a test's own, used as people use them: by the command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600


def clone(source, folder):
    """A clone of what is committed, with an author."""
    subprocess.run(["git", "clone", "-q", source, folder], check=True, timeout=120)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@acmeconnect.example"), ("commit.gpgsign", "false")):
        subprocess.run(["git", "-C", folder, "config", key, value], check=True, timeout=60)
    return folder


@dataclass(frozen=True)
class Workplace:
    """A checkout, and the sandbox that its commands work on."""

    checkout: Path
    sandbox: Path
    path: str = field(default_factory=lambda: os.environ["PATH"])

    @property
    def variables(self):
        return {
            **os.environ,
            "PATH": self.path,
            "PYTHONPATH": str(self.checkout),
            "PYTHONSAFEPATH": "1",
            "ACME_SANDBOX": str(self.sandbox),
            "ACME_ENVIRONMENTS": str(self.sandbox / "environments"),
        }

    def told(self, *words, code=0):
        """(stdout, stderr) of the checkout's own code; fails where it ends otherwise than with `code`."""
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=self.checkout,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == code, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout, done.stderr

    def acme(self, *words, code=0):
        """A command's JSON document."""
        return json.loads(self.told("-m", "pipeline.cli", *words, "--json", code=code)[0])

    def git(self, *words):
        done = subprocess.run(
            ["git", "-C", self.checkout, *words], check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory, toolset):
    """Nothing runs in it yet; whatever is started in it is ended."""
    folder = tmp_path_factory.mktemp("workplace")
    path = os.pathsep.join([str(toolset.opa.parent), str(toolset.pulumi_root / "bin"), os.environ["PATH"]])
    place = Workplace(clone(ROOT, folder / "acmeconnect"), folder / "sandbox", path)
    yield place
    place.acme("sandbox", "down")
