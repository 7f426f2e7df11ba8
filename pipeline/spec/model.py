"""A frozen pydantic model out of a part of a document, and pydantic's errors as findings.

Every model of this folder derives from `Model`: strict, frozen, unknown keys refused.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline.findings import Finding
from pipeline.spec.document import Document, Path
from pipeline.spec.wording import deny, did_you_mean, listed, nearest, shown


class Model(BaseModel):
    """Strict, so text is no number; frozen; unknown keys refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


M = TypeVar("M", bound=Model)

_KINDS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "`true` or `false`",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "mapping": "a mapping",
}


def refused(code: str, what: str, why: str = "", fix: str = "") -> PydanticCustomError:
    """What a validator raises: a finding without its place."""
    return PydanticCustomError("refused", "{what}", {"code": code, "what": what, "why": why, "fix": fix})


def read_model(document: Document, model: type[M], path: Path = (), value: Any = ...) -> tuple[M | None, list[Finding]]:
    """The model that stands at `path`, or all that is wrong with it. `value` where only a part of it is the model's."""
    part = _at(document.value, path) if value is ... else value
    if part is None:
        what = "the file is empty." if not path else f"`{path[-1]}` is empty."
        keys = [name for name, field in model.model_fields.items() if field.is_required()]
        return None, [deny("document.empty", document.where(path), what, fix=f"it needs {listed(keys)}")]
    try:
        return model.model_validate(part), []
    except ValidationError as error:
        return None, [_finding(document, model, path, e) for e in error.errors(include_url=False)]


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _finding(document: Document, model: type[Model], path: Path, error: ErrorDetails) -> Finding:
    steps = tuple(part for part in error["loc"] if part != "[key]")
    at_key = error["type"] == "extra_forbidden" or "[key]" in error["loc"]
    where = document.where((*path, *steps), key=at_key)
    return deny(_code(error), where, *_words(model, steps, error))


def _code(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "refused":
        return str(error["ctx"]["code"])
    known = {"extra_forbidden": "document.unknown_key", "missing": "document.missing_key"}
    if kind in known:
        return known[kind]
    return "document.wrong_type" if kind.endswith("_type") else "document.wrong_value"


def _words(model: type[Model], steps: Path, error: ErrorDetails) -> tuple[str, str, str]:
    """(what, why, fix)."""
    kind, name = error["type"], str(steps[-1]) if steps else "the file"
    context: dict[str, Any] = error.get("ctx", {})
    if kind == "refused":
        return context["what"], context["why"], context["fix"]
    if kind == "missing":
        return f"`{name}` is missing.", "", f"add `{name}:` here"
    if kind == "extra_forbidden":
        return unknown_key(name, sorted(_model_at(model, steps[:-1]).model_fields))
    if kind.endswith("_type"):
        wanted = _KINDS.get(kind.removesuffix("_type"), "another kind of value")
        return f"`{name}` must be {wanted}, and is {shown(error['input'])}.", "", f"write {wanted}"
    if kind == "literal_error":
        return _literal(name, error["input"], context["expected"])
    return (
        f"`{name}` is refused: {error['msg'][:1].lower()}{error['msg'][1:]}.",
        "",
        "write a value within these bounds",
    )


def unknown_key(name: str, known: list[str]) -> tuple[str, str, str]:
    """(what, why, fix) for a key that nothing reads."""
    close = nearest(name, known)
    fix = f"write `{close}`, or remove the key" if close else "remove the key"
    what = f"there is no key {shown(name)} here.{did_you_mean(name, known)}"
    return what, f"known here: {listed(known)}.", fix


def _literal(name: str, given: Any, expected: str) -> tuple[str, str, str]:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    hint = did_you_mean(str(given), known)
    return f"`{name}` cannot be {shown(given)}.{hint}", "", f"write one of {listed(known)}"


def _model_at(model: type[Model], steps: Path) -> type[Model]:
    """The model that reads the part at `steps`, as far as fields lead to one."""
    for step in steps:
        field = model.model_fields.get(str(step))
        inner = _model_in(field.annotation) if field else None
        model = inner or model
    return model


def _model_in(annotation: Any) -> type[Model] | None:
    """The model inside of `X | None`, `dict[str, X]`, `tuple[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
