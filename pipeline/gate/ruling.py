"""What the policies say about a change: those that judge it, and where it brings others, those too.

Asks OPA; writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pipeline.findings import Finding
from pipeline.gate import rego, successor
from pipeline.gate.bundle import Bundle
from pipeline.gate.change import Change
from pipeline.gate.documents import Documents
from pipeline.gate.opa import warm
from pipeline.gate.successor import Successor


def ruled(
    judges: tuple[Bundle, Successor | None],
    opa: tuple[Path | None, str],
    change: Change,
    documents: tuple[Documents, Documents],
    tenants: Collection[str],
    plans: Mapping[str, Any],
) -> tuple[list[Finding], int]:
    """(findings, how many rules were asked). `opa`: a program to start and where one runs; `documents`: of base and head."""
    (bundle, brought), (program, url), (old, new) = judges, opa, documents
    with warm(bundle, program=program, url=url) as policies:
        found = rego.judged(policies, change, old, new, tenants, plans)
        asked = rego.asked(policies, change, tenants, plans)
    if brought is not None:
        found += successor.judged(brought, program, change, old, new, tenants, plans, found)
    return found, asked
