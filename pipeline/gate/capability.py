"""What policies may call: OPA's functions without those that reach out, read this machine, or answer otherwise each time.

Runs `opa check` on policies that are only data so far. Fails with `Missing` where OPA cannot be run.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import Missing

CHECK_S = 20.0
FORBIDDEN = frozenset(
    {
        *("http.send", "net.lookup_ip_addr", "providers.aws.sign_req"),
        *(
            "json.match_schema",
            "json.verify_schema",
        ),  # a schema's references are followed, into files and over the network
        *("opa.runtime", "print", "trace"),
        *("rand.intn", "time.now_ns", "uuid.rfc4122"),
        *("io.jwt.decode_verify", "io.jwt.encode_sign", "io.jwt.encode_sign_raw"),
    }
)


def refusal(modules: Mapping[str, str], program: Path) -> str:
    """Why OPA, held to what policies may call, does not take these modules; empty where it does."""
    with tempfile.TemporaryDirectory(prefix="acme-policies-") as name:
        folder = Path(name)
        allowed = folder / "capabilities.json"
        allowed.write_text(json.dumps(capabilities(program)), encoding="utf-8")
        write(modules, folder / "policies")
        done = _run(program, "check", "--strict", "--capabilities", str(allowed), str(folder / "policies"))
        said = done.stderr.decode("utf-8", "replace").replace(f"{folder}/", "")
        return "" if done.returncode == 0 else " ".join(said.split())[:500] or "OPA ended without a word"


def capabilities(program: Path) -> dict[str, object]:
    """OPA's own list of what it can do, without the forbidden, and without any host to talk to."""
    known = json.loads(_run(program, "capabilities", "--current").stdout)
    return {**known, "builtins": [one for one in known["builtins"] if one["name"] not in FORBIDDEN], "allow_net": []}


def write(modules: Mapping[str, str], folder: Path) -> None:
    """Every module as a file below the folder."""
    for name, text in modules.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _run(program: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [str(program), *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=CHECK_S, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, b"", f"OPA did not end within {CHECK_S:.0f} s".encode())
    except OSError as error:
        raise Missing(f"OPA cannot be run: {error.strerror}.", where=str(program), fix="./acme doctor") from None
