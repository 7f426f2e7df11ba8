"""What is judged of one tenant by its own files alone: is it well-formed and consistent, do its transforms do what they say.

Reads files that were handed in; unchanged files under unchanged code are answered out of the cache, without loading either check.
"""

from __future__ import annotations

from pipeline.findings import Finding, denied
from pipeline.gate.cache import Cache, code_of
from pipeline.gate.change import Files

STAGES = ("gate", "load", "spec", "validate")
PACKAGES = ("sqlglot", "pydantic", "jsonschema", "open-data-contract-standard", "fakesnow", "duckdb")


def judge(tenant: str, files: Files, cache: Cache, fast: bool = False) -> list[Finding]:
    """The findings of validate, and where it denies nothing those of the transforms' tests, which `fast` leaves out."""
    if fast:
        return cache.findings("validate", _about(tenant, files), lambda: _validate(tenant, files))
    return cache.findings("tenant", _about(tenant, files), lambda: _judge(tenant, files, cache))


def known(tenant: str, files: Files, cache: Cache, fast: bool = False) -> list[Finding] | None:
    """The same where it was found before, else None. `fast` is content with more than it asked for."""
    about = _about(tenant, files)
    whole = cache.known("tenant", about)
    return cache.known("validate", about) if whole is None and fast else whole


def _about(tenant: str, files: Files) -> list[str | bytes]:
    """All that the answer hangs on."""
    parts = [part for path, content in sorted(files.items()) for part in (path, content or b"")]
    return [code_of(STAGES, PACKAGES), tenant, *parts]


def _validate(tenant: str, files: Files) -> list[Finding]:
    from pipeline.validate.tenant import validate_tenant

    return validate_tenant({path: content for path, content in files.items() if content is not None}, tenant)


def _judge(tenant: str, files: Files, cache: Cache) -> list[Finding]:
    """A statement runs only when it is known to be harmless."""
    from pipeline.gate.transform_test import check

    found = _validate(tenant, files)
    return found if denied(found) else [*found, *check(tenant, files, cache)]
