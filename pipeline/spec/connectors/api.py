"""`api`: records that the customer's HTTP API hands out page by page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.spec.connectors import Kind
from pipeline.spec.fields import SecretName, Text, Url, pattern
from pipeline.spec.model import Model

Parameter = Annotated[str, pattern(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", "a query parameter is letters, digits and `_.-`")]
Dotted = Annotated[
    str,
    pattern(
        r"[A-Za-z_][A-Za-z0-9_]{0,63}(?:\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,7}",
        "a place in an answer is names joined by dots",
    ),
]
Resource = Annotated[
    str,
    pattern(
        r"(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*){1,12}", "a resource is a path below the connector's url: /customers"
    ),
]
Overlap = Annotated[str, pattern(r"[1-9][0-9]{0,2}[mhd]", "an overlap is a number and m, h or d: 1d")]
Scope = Annotated[str, pattern(r"[A-Za-z0-9_.:/-]{1,128}", "a scope is letters, digits and `_.:/-`")]


class Size(Model):
    """How many records a page is asked to hold."""

    parameter: Parameter
    value: Annotated[int, Field(ge=1, le=10_000)]


class Pages(Model):
    """`records` and `next` say where in an answer the records and the next cursor stand."""

    kind: Literal["cursor"]
    records: Dotted
    next: Dotted
    parameter: Parameter
    size: Size | None = None


class Options(Model):
    kind: Literal["api"]
    auth: Literal["oauth2_client_credentials"]
    scopes: Annotated[tuple[Scope, ...], Field(strict=False, max_length=32)] = ()
    pages: Pages
    requests_per_minute: Annotated[int, Field(ge=1, le=60_000)] = 60


class Endpoint(Model):
    url: Url
    token_url: Url


class Settings(Model):
    endpoint: Endpoint
    secret: SecretName


class Watermark(Model):
    """Ask only for records whose `field` changed since the last publish, less `overlap`."""

    field: Annotated[Text, Field(max_length=128)]
    parameter: Parameter
    overlap: Overlap = "1h"


class Fetch(Model):
    resource: Resource
    watermark: Watermark | None = None


KIND = Kind("api", Options, Settings, Fetch)
