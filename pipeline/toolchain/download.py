"""A publisher's build of a program: downloaded with time and size bounds, kept only if its checksum is the published one."""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import Final

TIMEOUT_S = 20.0
MAX_BYTES = 600 * 2**20


@dataclass(frozen=True)
class Published:
    """Where the build and its checksums stand. `member` is the program's path in a tar archive; empty: no archive."""

    archive: str
    checksums: str
    member: str = ""


def fetch(published: Published, binary: Path) -> None:
    """Puts the program at `binary`. `Final` where it cannot be reached or is not what its publisher says."""
    url = published.archive.format(**machine())
    expected = checksum(_text(published.checksums.format(**machine())), url.rpartition("/")[2])
    with tempfile.TemporaryFile() as archive:
        if _download(url, archive) != expected:
            raise Final(f"{url} is not what its publisher's checksum says")
        binary.parent.mkdir(parents=True, exist_ok=True)
        _unpack(archive, published.member, binary)
    binary.chmod(0o755)


def checksum(text: str, name: str) -> str:
    """The sha256 of the file `name` out of a checksum file: `<hex>  <name>` lines."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].lstrip("*") == name and len(words[0]) == 64:
            return words[0]
    raise Final(f"the publisher's checksums do not name {name}")


def _text(url: str) -> str:
    with _open(url) as answer:
        return answer.read(2**20).decode("utf-8")


def _download(url: str, into: IO[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    with _open(url) as answer:
        while chunk := answer.read(2**20):
            size += len(chunk)
            if size > MAX_BYTES:
                raise Final(f"{url} is larger than {MAX_BYTES >> 20} MiB")
            digest.update(chunk)
            into.write(chunk)
    into.seek(0)
    return digest.hexdigest()


def _open(url: str) -> IO[bytes]:
    try:
        answer: IO[bytes] = urllib.request.urlopen(url, timeout=TIMEOUT_S)  # noqa: S310  https, out of the table of programs
    except (urllib.error.URLError, OSError) as error:
        raise Final(f"{url} cannot be reached ({getattr(error, 'reason', error)})") from None
    return answer


def _unpack(archive: IO[bytes], member: str, binary: Path) -> None:
    if not member:
        with binary.open("wb") as out:
            shutil.copyfileobj(archive, out)
        return
    with tarfile.open(fileobj=archive) as tar:
        inside = tar.extractfile(member)
        if inside is None:
            raise Final(f"the archive holds no {member}")
        with binary.open("wb") as out:
            shutil.copyfileobj(inside, out)


def machine() -> dict[str, str]:
    """How publishers spell this machine in their file names."""
    is_arm = platform.machine().lower() in {"arm64", "aarch64"}
    go = "arm64" if is_arm else "amd64"
    return {"system": platform.system().lower(), "go_machine": go, "pulumi_machine": "arm64" if is_arm else "x64"}
