"""The Open Data Contract Standard's own JSON Schema, its errors in our words.

Reads the schema that package open-data-contract-standard ships. The package's models accept unknown keys and its reader is
YAML 1.1, so neither is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipeline.findings import Finding
from pipeline.spec.document import REMEMBERED, Document
from pipeline.spec.model import unknown_key
from pipeline.spec.wording import deny, did_you_mean, listed, shown

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
}


@cache
def _validator() -> Any:
    from jsonschema import Draft201909Validator, validators

    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    extend: Any = validators.extend
    return extend(Draft201909Validator, {"unevaluatedProperties": _unevaluated})(json.loads(text))


def _unevaluated(_: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The schema's word for "no other keys", by their names alone: four times as fast, and refuses the same documents."""
    from jsonschema.exceptions import ValidationError

    if allowed is False and isinstance(instance, dict) and not instance.keys() <= _keys(schema):
        yield ValidationError("a key that the schema does not name")


@lru_cache(maxsize=REMEMBERED)
def findings(document: Document) -> Sequence[Finding]:
    """All that the standard refuses in this contract. Asked again about the same document, it does not look again."""
    found = [f for error in _validator().iter_errors(document.value) for f in _worded(document, error)]
    return tuple(dict.fromkeys(found))


def _worded(document: Document, error: ValidationError) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    name, kind = str(path[-1]) if path else "the file", str(error.validator)
    where = document.where(path)
    given: Any = error.instance
    rule: Any = error.validator_value
    if kind == "oneOf" and "quality" in path:
        return  # how many comparisons a rule makes: quality.py says it better
    if kind in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown_keys(document, error)
    elif kind == "required":
        missing = [key for key in rule if key not in given]
        for key in missing:
            yield deny("document.missing_key", where, f"`{key}` is missing.", fix=f"add `{key}:` here")
    elif kind == "type":
        wanted = _KINDS.get(str(rule), "another kind of value")
        yield deny(
            "document.wrong_type",
            where,
            f"`{name}` must be {wanted}, and is {shown(given)}.",
            fix=f"write {wanted}",
        )
    elif kind in ("enum", "const"):
        known = [str(word) for word in rule] if kind == "enum" else [str(rule)]
        what = f"`{name}` cannot be {shown(given)}.{did_you_mean(str(given), known)}"
        yield deny("document.wrong_value", where, what, fix=f"write one of {listed(known[:12])}")
    else:
        what = f"`{name}` breaks the contract standard's rule `{kind}`."
        yield deny("document.wrong_value", where, what, fix="see the Open Data Contract Standard v3 for this key")


def _unknown_keys(document: Document, error: ValidationError) -> Iterator[Finding]:
    """The validator also calls a known key unevaluated where a rule beside it fails, so what is known is looked up."""
    known = sorted(_keys(error.schema))
    path = tuple(error.absolute_path)
    given: Any = error.instance
    for key in given:
        if key not in known:
            yield deny("document.unknown_key", document.where((*path, key), key=True), *unknown_key(key, known))


def _keys(schema: Any) -> set[str]:
    """Every key that a schema and those that it is made of name."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", ()))
    reference = schema.get("$ref", "")
    parts = [schema[word] for word in ("then", "else") if word in schema]
    parts += [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())]
    if reference.startswith("#/"):
        parts.append(_referenced(reference))
    return found.union(*(_keys(part) for part in parts))


def _referenced(reference: str) -> Any:
    target: Any = _validator().schema
    for part in reference[2:].split("/"):
        target = target[part]
    return target
