"""Programs: the right version or none, and every closed road named."""

import hashlib
import io
import tarfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.errors import Final
from pipeline.toolchain import download, programs

SCRIPT = b"#!/bin/sh\necho tool 1.0\n"
TOOL = programs.Program(
    name="acme-test-tool", version="1.0", version_command=("version",), says="tool 1.0", package="unused"
)


def archive(member: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def publisher():
    """A loopback publisher; `files` maps its paths to bytes."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = files.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ACME_CACHE", str(tmp_path / "cache"))


def published(url: str, files: dict[str, bytes], content: bytes, checksum: str | None = None) -> programs.Program:
    packed = archive("tool/acme-test-tool", content)
    files["/tool.tar.gz"] = packed
    files["/sums"] = f"{checksum or hashlib.sha256(packed).hexdigest()}  tool.tar.gz\n".encode()
    return replace(TOOL, published=download.Published(f"{url}/tool.tar.gz", f"{url}/sums", "tool/acme-test-tool"))


def test_the_publishers_build_is_taken_when_its_checksum_is_right(publisher):
    """The download is unpacked, executable, and says the version that was asked for."""
    program = published(*publisher, SCRIPT)
    binary = programs.ensure(program, roads=(programs.fetch,))
    assert binary.read_bytes() == SCRIPT
    assert programs.is_right(program, binary)


def test_a_download_with_another_checksum_is_refused(publisher):
    """A build that was changed on its way is never started, and the error says so."""
    program = published(*publisher, SCRIPT, checksum="0" * 64)
    with pytest.raises(Final, match="is not what its publisher's checksum says"):
        programs.ensure(program, roads=(programs.fetch,))
    assert not (programs.part(program) / ".complete").exists()


def test_another_version_is_not_taken_for_ours(publisher):
    """A build that says another version closes that road, it is not used."""
    program = published(*publisher, SCRIPT.replace(b"1.0", b"2.0"))
    with pytest.raises(Final, match=r"does not say `tool 1\.0`"):
        programs.ensure(program, roads=(programs.fetch,))


def test_every_closed_road_is_named_with_the_line_that_fixes_it():
    """Nothing on PATH, nothing published, nothing to build: one error says all three."""

    def build(_program: programs.Program, _folder: Path) -> Path:
        raise Final("`go build` failed: no network")

    with pytest.raises(Final) as raised:
        programs.ensure(TOOL, roads=(programs.fetch, build))
    said = str(raised.value)
    assert "is not on PATH" in said
    assert "no build of acme-test-tool is published" in said
    assert "no network" in said
    assert "fix: put acme-test-tool 1.0 on PATH" in said


def test_the_right_version_on_path_is_used_and_nothing_is_made(tmp_path, monkeypatch):
    """What the machine has is better than what we would fetch."""
    own = tmp_path / "bin" / "acme-test-tool"
    own.parent.mkdir()
    own.write_bytes(SCRIPT)
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(own.parent), prepend=":")
    assert programs.ensure(TOOL, roads=()) == own


@pytest.mark.parametrize(
    ("said", "version"),
    [("go version go1.26.8 linux/amd64", (1, 26)), ("go version go1.9 darwin/arm64", (1, 9)), ("", ()), ("devel", ())],
)
def test_go_says_its_version_in_one_line(said, version):
    """An old Go must not be tried: its version is read from what it prints."""
    assert programs.go_version(said) == version
