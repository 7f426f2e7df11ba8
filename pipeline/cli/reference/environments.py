"""docs/reference/environments.md, out of the fields of settings.py, with an example that is read by it."""

from __future__ import annotations

import dataclasses
import tomllib
from typing import Any

from pipeline import settings
from pipeline.cli.reference import markdown

EXAMPLE = """\
name = "production"
region = "eu-west-1"
account = "222222222222"
records = "postgresql://acme@records.internal.example/acme"

[snowflake]
account = "acme-eu1_production"
iam_arn = "arn:aws:iam::333333333333:user/snowflake"

[profiles]
deployer = "acme-production-deployer"
"""
WHERE = """One file an environment, `<environment>.toml`, in the folder that `$ACME_ENVIRONMENTS` names; without it in the
running sandbox's folder, which `acme sandbox up` writes, else `stacks/environments/<environment>.toml`, which the platform
team writes. It holds no secret. An unknown key is refused."""


def page() -> str:
    settings.read(tomllib.loads(EXAMPLE))
    parts = [part for kind in (settings.Environment, settings.Snowflake, settings.Address) for part in _kind(kind)]
    return markdown.page(
        "Environments", WHERE, *parts, "## An environment of the cloud", markdown.block(EXAMPLE, "toml")
    )


def _kind(kind: type[Any]) -> list[str]:
    rows = [(f"`{f.name}`", f"`{f.type}`", _default(f)) for f in dataclasses.fields(kind)]
    return [f"## {kind.__name__}", _prose(kind.__doc__ or ""), markdown.table(("key", "kind", "without it"), rows)]


def _prose(docstring: str) -> str:
    return "\n".join(line.strip() for line in docstring.strip().splitlines())


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return "empty"
    if field.default is dataclasses.MISSING:
        return "must be said"
    return f"`{field.default}`" if field.default not in ("", None) else "empty"
