"""Prints how good the diagnosis is, and how fast: `python benchmarks/diagnose.py [CORPUS]`.

The corpus is JSON Lines {id, class, cause, text}; ids that end in an odd digit were read when the signatures were written, the
even ones were held out.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from pipeline.observe.diagnosis import Diagnosis, diagnose  # noqa: E402  the path comes first

CORPUS = REPOSITORY / "tests" / "golden" / "observe" / "failures.jsonl"


def main(corpus: Path) -> None:
    cases = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    started = time.perf_counter()
    answers = [(case, diagnose(case["text"])) for case in cases]
    seconds = time.perf_counter() - started
    for parity, name in ((1, "tuning (odd ids)"), (0, "held out (even ids)")):
        report(name, [pair for pair in answers if int(pair[0]["id"][-1]) % 2 == parity])
    sys.stdout.write(f"{1000 * seconds / len(cases):.1f} ms each, first use included\n")


def report(name: str, answers: list[tuple[dict[str, Any], Diagnosis]]) -> None:
    """One line of shares, and the causes that were mistaken."""
    classes = sum(case["class"] == answer.class_ for case, answer in answers) / len(answers)
    causes = sum(case["cause"] == answer.cause for case, answer in answers) / len(answers)
    sys.stdout.write(f"{name}: {len(answers)} excerpts, class {classes:.1%}, cause {causes:.1%}\n")
    mistaken = Counter((case["cause"], answer.cause) for case, answer in answers if case["cause"] != answer.cause)
    sys.stdout.writelines(f"  {truth} taken for {said}: {count}\n" for (truth, said), count in mistaken.most_common())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS)
