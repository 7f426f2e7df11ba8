"""docs/reference/schemas/*.json: what editors complete and check by, out of the models of pipeline/spec.

They know keys, kinds and choices. What holds between values and between files is told by `acme validate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Union

from pydantic import TypeAdapter, create_model
from pydantic.json_schema import GenerateJsonSchema

from pipeline.spec import models
from pipeline.spec.connectors import kinds
from pipeline.spec.model import Model


def pages() -> dict[str, str]:
    """{file name: text}: one for every kind of file in a tenant's folder."""
    settings: Any = _one_of(kind.settings for kind in _kinds())
    said: dict[str, Any] = {
        "tenant": models.Head,
        "environment": _with(models.Settings, "connectors", dict.__class_getitem__((str, settings))),
        "pin": models.Pin,
        "connector": _one_of(kind.options for kind in _kinds()),
        "mapping": _with(models.Mapping, "format", _one_of(models.FORMATS.values())),
        "pipeline": _one_of(_both(models.Pipeline, kind.fetch) for kind in _kinds()),
    }
    schemas = {f"{name}.json": _text(name, TypeAdapter(model).json_schema()) for name, model in said.items()}
    contract = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return {**schemas, "contract.json": json.dumps(json.loads(contract), indent=1, ensure_ascii=False) + "\n"}


def _kinds() -> list[Any]:
    return [kinds()[name] for name in sorted(kinds())]


def _one_of(options: Iterable[type[Model]]) -> Any:
    return Union[tuple(options)]  # noqa: UP007  the members are known at run time only


def _with(model: type[Model], field: str, annotation: Any) -> type[Model]:
    """The model, one of its fields in full."""
    fields: dict[str, Any] = {field: (annotation, ...)}
    made: type[Model] = create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields)
    return made


def _both(head: type[Model], rest: type[Model]) -> type[Model]:
    """One model that takes the keys of both, as a pipeline's file does."""
    name = f"{rest.__module__.rpartition('.')[2]}_{head.__name__.lower()}"
    return create_model(name, __base__=(head, rest), __doc__=rest.__doc__ or head.__doc__)


def _text(name: str, schema: dict[str, Any]) -> str:
    whole = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": name,
        **{k: v for k, v in schema.items() if k != "title"},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
