"""What the rules about plans say of the shared stack, which is nobody's and whose folder no change is judged by.

Asks OPA; writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.findings import Finding
from pipeline.gate.bundle import Bundle
from pipeline.gate.documents import Documents
from pipeline.gate.opa import warm
from pipeline.gate.question import WHOLE
from pipeline.gate.rego import finding

NOTHING = Documents({})


def judged(bundle: Bundle, opa: tuple[Path | None, str], plan: Mapping[str, Any]) -> list[Finding]:
    """The findings. `opa`: a program to start and where one runs; `plan`: {steps: […]}."""
    asked = {"families": ["plan"], "tenant": None, "documents": {}, "plan": dict(plan)}
    program, url = opa
    with warm(bundle, program=program, url=url) as judge:
        return [finding(judge, NOTHING, NOTHING, one) for one in judge.decide({WHOLE: asked})[WHOLE]]
