"""The Python environments, each made out of its hashed lock, named by the lock's content, and kept in the cache.

Reads requirements/*.txt. Fails with `Final` (no venv module, an install that breaks), whose fix names the line to type.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from pipeline.errors import Final
from pipeline.toolchain import cache
from pipeline.toolchain.process import run

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("tool", "airflow", "ministack")
INSTALL_TIMEOUT_S = 900.0


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def part(name: str) -> Path:
    """The folder of this environment for today's lock and Python: another lock is another folder."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}".encode()
    digest = hashlib.sha256(lock(name).read_bytes() + version).hexdigest()[:16]
    return cache.folder() / "environments" / f"{name}-{digest}"


def python(name: str) -> Path:
    return part(name) / "bin" / "python"


def ensure(name: str) -> Path:
    """The environment's python; the environment is made first where it is not there."""
    cache.made_once(part(name), lambda folder: _install(name, folder))
    return python(name)


def packages(name: str) -> int:
    """How many distributions the lock holds."""
    return sum(1 for line in lock(name).read_text(encoding="utf-8").splitlines() if "==" in line)


def _install(name: str, folder: Path) -> None:
    if os.isatty(2):
        sys.stderr.write(f"  set up  environment {name}, {packages(name)} packages (once)\n")
    uv, log = find_uv(), folder / "install.log"
    environment = {**os.environ, **homes(), "VIRTUAL_ENV": str(folder)}
    run(
        [uv, "venv", "--allow-existing", "--python", sys.executable, folder],
        log=log,
        timeout_s=60.0,
        environment=environment,
    )
    command: list[str | Path] = [uv, "pip", "sync", "--require-hashes", lock(name)]
    run(command, log=log, timeout_s=INSTALL_TIMEOUT_S, environment=environment)


def homes() -> dict[str, str]:
    """Keeps uv and Pulumi inside our cache folder, and both from fetching anything of their own."""
    folder = cache.folder()
    uv = {
        "UV_CACHE_DIR": str(folder / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_NO_CONFIG": "1",
    }
    return {**uv, "PULUMI_HOME": str(folder / "pulumi"), "PULUMI_SKIP_UPDATE_CHECK": "true"}


def find_uv() -> Path:
    """uv from PATH, else out of the package index into a small environment of its own, by its hash."""
    if found := shutil.which("uv"):
        return Path(found)
    return bootstrap("uv") / "bin" / "uv"


def bootstrap(name: str) -> Path:
    """A small environment made with the machine's own pip, out of `requirements/<name>.txt`."""
    return cache.made_once(part(name), lambda folder: _bootstrap(name, folder))


def _bootstrap(name: str, folder: Path) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Final("this Python has no `venv`.", fix=f"apt-get install python{version}-venv")
    log = folder / "install.log"
    run([sys.executable, "-m", "venv", folder], log=log, timeout_s=120.0)
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-cache-dir",
        "--require-hashes",
        "-r",
        lock(name),
    ]
    run(pip, log=log, timeout_s=300.0)
