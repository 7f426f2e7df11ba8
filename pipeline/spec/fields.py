"""Kinds of values that several models share, each with the sentence that says what it looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core.core_schema import CoreSchema, no_info_after_validator_function

from pipeline import naming
from pipeline.spec import cron, snowflake_type, words
from pipeline.spec.model import refused
from pipeline.spec.wording import shown


@dataclass(frozen=True)
class pattern:  # noqa: N801  reads as the word of an annotation
    """Text that the expression matches as a whole. `rule` says so in words, in a finding and in an editor."""

    expression: str
    rule: str

    def check(self, text: str) -> str:
        if len(text) > 512 or not re.compile(self.expression, re.ASCII).fullmatch(text):
            raise refused(
                "document.wrong_value", f"{shown(text)} is refused: {self.rule}.", fix="write a value of this form"
            )
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.expression})$", "description": self.rule}


def text_schema(description: str, expression: str = "") -> WithJsonSchema:
    """What an editor knows of text that a function checks."""
    form = {"pattern": f"^(?:{expression})$"} if expression else {}
    return WithJsonSchema({"type": "string", **form, "description": description})


def _name(text: str) -> str:
    if why := words.why_no_name(text):
        raise refused("document.name", f"{shown(text)} cannot be a name here.", why, "choose another name")
    return text


def _secret(text: str) -> str:
    """What stands here by mistake may be the secret itself, so it is not shown."""
    if not naming.is_name(text):
        why = "a secret is named here, and its value lives in AWS Secrets Manager."
        raise refused(
            "document.name", "this is no name of a secret.", why, "write a name in lower case, without its path"
        )
    return text


def _column(text: str) -> str:
    if why := words.why_no_column(text):
        raise refused("document.name", f"{shown(text)} cannot be a column.", why, "choose another name")
    return text


def _type(text: str) -> str:
    if snowflake_type.read(text) is None:
        known, meant = f"types are written as in {snowflake_type.EXAMPLES}.", snowflake_type.meant(text)
        fix = f"write `{meant}`" if meant else "write one of these, with its sizes"
        raise refused("document.column_type", f"{shown(text)} is no type that a column can have.", known, fix)
    return text


def _schedule(text: str) -> str:
    if why := cron.why_refused(text):
        fix = f'write "{meant}"' if (meant := cron.meant(text)) else 'write for example "H * * * *"'
        raise refused("document.schedule", f"{shown(text)} is no schedule.", why, fix)
    return text


Name = Annotated[str, AfterValidator(_name), text_schema("a name in lower case, as acme_foods", naming.NAME.pattern)]
ColumnName = Annotated[
    str, AfterValidator(_column), text_schema("a column's name in lower case, as ordered_on", naming.COLUMN.pattern)
]
ColumnType = Annotated[
    str, AfterValidator(_type), text_schema(f"a type with its sizes, as in {snowflake_type.EXAMPLES}")
]
Schedule = Annotated[
    str, AfterValidator(_schedule), text_schema("five cron fields in UTC; H is a number picked by hash: H * * * *")
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
SecretName = Annotated[
    str,
    AfterValidator(_secret),
    text_schema("a name below acme/<environment>/<tenant>/ in AWS Secrets Manager, never a value", naming.NAME.pattern),
]
Host = Annotated[
    str,
    pattern(
        r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+",
        "a host is a full name in lower case: sftp.customer.example",
    ),
]
Url = Annotated[
    str,
    pattern(
        r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*",
        "a url starts with https:// and holds no user, query or blank",
    ),
]
Owner = Annotated[
    str, pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", "an owner is a team of the organisation: integrations-emea")
]
Instant = Annotated[
    str,
    pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z",
        "an instant is in UTC: 2026-11-20T06:12:40Z",
    ),
]
Digest = Annotated[str, pattern(r"[0-9a-f]{64}", "a digest is 64 hex digits")]
Commit = Annotated[str, pattern(r"[0-9a-f]{40}", "a commit is 40 hex digits")]
