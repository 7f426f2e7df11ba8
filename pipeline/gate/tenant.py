"""What is judged of one tenant by its own files alone: is it well-formed and consistent, do its transforms do what they say.

Reads files that were handed in; unchanged files under unchanged code are answered out of the cache, without loading either check.
"""

from __future__ import annotations

from pipeline.findings import Finding, denied
from pipeline.gate.cache import Cache, code_of
from pipeline.gate.change import Files

STAGES = ("gate", "load", "spec", "validate")
PACKAGES = ("sqlglot", "pydantic", "jsonschema", "open-data-contract-standard", "fakesnow", "duckdb")


def judge(tenant: str, files: Files, cache: Cache) -> list[Finding]:
    """The findings of validate, and where it denies nothing those of the transforms' tests."""
    parts = [part for path, content in sorted(files.items()) for part in (path, content or b"")]
    return cache.findings("tenant", [code_of(STAGES, PACKAGES), tenant, *parts], lambda: _judge(tenant, files, cache))


def _judge(tenant: str, files: Files, cache: Cache) -> list[Finding]:
    """A statement runs only when it is known to be harmless."""
    from pipeline.gate.transform_test import check
    from pipeline.validate.tenant import validate_tenant

    found = validate_tenant({path: content for path, content in files.items() if content is not None}, tenant)
    return found if denied(found) else [*found, *check(tenant, files, cache)]
