"""Console blocks of Markdown pages: which commands a page shows, what it says they answer, and whether they do.

A block stands below `<!-- tested on a laptop -->` or `<!-- tested in the sandbox -->`, or says why it is not:
`<!-- not tested: … -->`. Each `$ ` line is run in order, in one checkout; the lines below it must come out in that order,
where `…` stands for anything. A command that is meant to fail ends in `# exit code N`.
"""

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass

BLOCK = re.compile(r"(?:^ *<!-- (?P<mark>[^\n]+) -->\n)?^ *```console\n(?P<text>.*?)^ *```", re.DOTALL | re.MULTILINE)
EXIT = re.compile(r"\s+# exit code (\d)$")
TIMEOUT_S = 300


@dataclass(frozen=True)
class Command:
    """One command of a page and the lines that the page shows below it."""

    line: str
    answer: tuple[str, ...]
    exit_code: int


def blocks(path):
    """(mark, text) of every console block."""
    return [
        (found["mark"] or "", textwrap.dedent(found["text"]))
        for found in BLOCK.finditer(path.read_text(encoding="utf-8"))
    ]


def commands(path, mark):
    """The commands below this mark, in order."""
    found = []
    for text in (text for said, text in blocks(path) if said == mark):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, *answer = part.rstrip("\n").splitlines()
            code = EXIT.search(line)
            found.append(Command(EXIT.sub("", line), tuple(answer), int(code[1]) if code else 0))
    return found


def run(command, folder):
    """Runs it in the folder, `./acme` by this interpreter; fails where it answers otherwise than the page says."""
    line = command.line.replace("./acme", f"{sys.executable} -m pipeline.cli")
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == command.exit_code, f"$ {command.line}\n{done.stdout}"
    missing = first_missing(command.answer, done.stdout)
    assert missing is None, f"$ {command.line}\nthe page says: {missing}\nit answered:\n{done.stdout}"


def first_missing(wanted, output):
    """The first line of the page that the output does not hold, in order."""
    lines = iter(output.splitlines())
    for want in wanted:
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in want.split("…")))
        if want.strip(" …") and not any(pattern.fullmatch(line.strip()) for line in lines):
            return want
    return None
